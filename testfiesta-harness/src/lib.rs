//! Registry, runner, journal and reporter of testfiesta. Users meet it through the crate `testfiesta`.
//!
//! An outcome's way, stage by stage:
//!
//! | Stage | Module |
//! |---|---|
//! | what the macro recorded | [`case`], [`case_ids`] |
//! | which tests are in this binary | `target`, `registry`, `list` |
//! | what the user asked for | `cli`, [`settings`], [`address`] |
//! | a test runs | `runner`, `console`, `conductor`, [`interrupt`], `execution`, `attachments`, `logfile`, `nested`, `libtest`, `nextest` |
//! | why it failed | `panics`, `payload`, `returned`, `assertion`, `backtrace` |
//! | how it ended | [`outcome`], `attempt`, [`event`], `scrub`, `fingerprint` |
//! | kept on disk | [`journal`] |
//! | which run it belongs to | `run_key`, [`run_file`], [`facts`] |
//! | sent | [`reporter`] |
//! | what became of it | [`summary`] |
//!
//! `session` holds one process's part together; `say` is for what we say ourselves; [`harness`] is `main`. What costs much in
//! a debug build is made once, without generics: `order`, `thread`, `lock`.

pub mod address;
mod assertion;
mod attachments;
mod attempt;
mod backtrace;
pub mod case;
pub mod case_ids;
mod cli;
mod conductor;
mod console;
pub mod event;
mod execution;
pub mod facts;
mod fingerprint;
pub mod harness;
pub mod interrupt;
pub mod journal;
mod libtest;
mod list;
mod lock;
mod logfile;
mod nested;
mod nextest;
mod order;
pub mod outcome;
mod panics;
mod payload;
mod registry;
#[cfg(feature = "http")]
pub mod reporter;
mod returned;
pub mod run_file;
mod run_key;
mod runner;
mod say;
mod scrub;
mod session;
pub mod settings;
pub mod summary;
mod target;
mod thread;

pub use attachments::{attach, attach_file};

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
