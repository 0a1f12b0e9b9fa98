//! Crates as users write them, outside of this workspace, driven by cargo, nextest and `cargo testfiesta` against a real
//! service over real HTTP.
//!
//! `support` writes, builds and runs; `fixtures` are the crates; each other module is about one promise.

mod ahead;
mod attachments;
mod attribution;
mod beginning;
mod chaos;
mod checking;
mod closed_pipes;
mod combinations;
mod configuration;
mod crowds;
mod deleted;
mod directories;
mod doctor;
mod ending;
mod every_fault;
mod faults;
mod fixtures;
mod following;
mod forms;
#[cfg(target_os = "linux")]
mod full_disk;
mod hangs;
mod hundred;
#[cfg(unix)]
mod interrupts;
mod isolation;
mod journal_only;
mod journals;
mod json_like_libtest;
mod keys;
mod like_libtest;
mod listing;
mod login;
mod namesakes;
mod neighbours;
#[cfg(unix)]
mod opening;
mod outages;
mod pages;
mod placeless;
mod protocol;
mod reasons;
mod report;
mod resending;
mod retries;
mod runs;
mod secrecy;
mod shards;
mod subcommand;
mod summary;
mod support;
mod testsigma;
mod uids;
mod unreadable;
mod unruly;
