//! What happened, on disk before it is anywhere else: one append-only file a process,
//! `<directory>/journal/<run key>/<process>.jsonl`.

pub(crate) mod alive;
pub(crate) mod attachments;
mod attribution;
mod clearing;
mod counting;
mod handover;
mod kept;
mod line;
pub(crate) mod lines;
pub(crate) mod name;
mod overflow;
mod reader;
mod recipient;
mod spill;
mod sum;
mod tail;
mod writer;

pub use alive::living;
pub use attachments::Attached;
pub use attribution::{LookedAfter, Obstacle, attribute_crashes, excuse_interrupted};
pub use clearing::clear_delivered;
pub use counting::recount;
pub use handover::HANDOVER;
pub use name::run_directory;
pub use overflow::{let_overflow, take_over, write_overflow};
pub use reader::{ProcessJournal, acknowledge, files, processes, read_run, runs, started};
pub use recipient::{Addressees, Elsewhere, Meant, Recipient};
pub use spill::brought_back;
pub use sum::sum_up;

pub(crate) use counting::{count_dead, uncount};
pub(crate) use name::file_name;
pub(crate) use reader::supersede;
pub(crate) use recipient::service_of;
#[cfg(feature = "http")]
pub(crate) use tail::{Answers, Entry, Tail};
pub(crate) use writer::Journal;

use reader::append_line;
