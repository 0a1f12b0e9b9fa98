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

use std::path::{Path, PathBuf};

use testfiesta_client::short_name;

pub use alive::living;
pub use attachments::Attached;
pub use attribution::{LookedAfter, Obstacle, attribute_crashes, excuse_interrupted};
pub use clearing::clear_delivered;
pub use counting::recount;
pub(crate) use counting::{count_dead, uncount};
pub use handover::HANDOVER;
pub use overflow::{let_overflow, take_over, write_overflow};
use reader::append_line;
pub(crate) use reader::supersede;
pub use reader::{ProcessJournal, acknowledge, files, processes, read_run, runs, started};
pub use recipient::{Addressees, Elsewhere, Meant, Recipient};
pub(crate) use recipient::{service_of, with_organization};
pub use spill::brought_back;
pub use sum::sum_up;
#[cfg(feature = "http")]
pub(crate) use tail::{Answers, Entry, Tail};
pub(crate) use writer::Journal;

/// Where the processes of one run write.
pub fn run_directory(directory: &Path, run_key: &str) -> PathBuf {
    directory.join("journal").join(file_name(run_key))
}

/// A run key as one file name, without an extension: keys are free text.
pub(crate) fn file_name(run_key: &str) -> String {
    // No dot: what is kept of a run is found by what stands before one.
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !run_key.is_empty() && run_key.len() <= 100 && run_key.chars().all(plain) {
        return run_key.to_owned();
    }
    // Different keys must not meet in one directory: the readable part is followed by a hash of the whole.
    let readable: String = run_key.chars().take(60).map(|c| if plain(c) { c } else { '-' }).collect();
    format!("{readable}-{}", short_name(run_key))
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_plain_key_is_its_own_file_name() {
        assert_eq!(file_name("ci-4711"), "ci-4711");
    }

    #[test]
    fn a_key_cannot_leave_the_directory() {
        assert!(!file_name("../../etc").contains('/'));
        assert_ne!(file_name(".."), "..");
    }

    #[test]
    fn keys_that_look_alike_do_not_meet() {
        assert_ne!(file_name("a/b"), file_name("a?b"));
    }
}
