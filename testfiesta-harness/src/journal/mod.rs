//! What happened, on disk before it is anywhere else: one append-only file a process,
//! `<directory>/journal/<run key>/<process>.jsonl`.

mod alive;
mod attribution;
mod line;
mod reader;
mod spill;
mod tail;
mod writer;

use std::path::{Path, PathBuf};

pub use attribution::attribute_crashes;
use reader::append_line;
pub use reader::{ProcessJournal, Recipient, acknowledge, files, read_run, run_key, runs};
pub use tail::{Entry, Tail};
pub(crate) use writer::Journal;

/// Where the processes of one run write.
pub fn run_directory(directory: &Path, run_key: &str) -> PathBuf {
    directory.join("journal").join(file_name(run_key))
}

/// A run key as one file name: keys are free text.
pub(crate) fn file_name(run_key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !run_key.is_empty() && !run_key.starts_with('.') && run_key.len() <= 100 && run_key.chars().all(plain)
    {
        return run_key.to_owned();
    }
    // Different keys must not meet in one directory: the readable part is followed by a hash (FNV-1a) of the whole.
    let hash = run_key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let readable: String = run_key.chars().take(60).map(|c| if plain(c) { c } else { '-' }).collect();
    format!("{}-{hash:016x}", readable.trim_start_matches('.'))
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
