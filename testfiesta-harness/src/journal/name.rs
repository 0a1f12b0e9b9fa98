//! Where the files of one run lie, and what those of one process are called: its journal
//! `<time>-<process id>[-<mark>].jsonl`, where the time is in milliseconds since the Unix epoch, and whatever lies beside
//! that begins as it does.

use std::{
    path::{Path, PathBuf},
    process,
};

use testfiesta_client::short_name;

use crate::event::now;

const EXTENSION: &str = "jsonl";

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

/// What the journal of this process is called, if that begins it now. `mark` is for those who look for it by that.
pub(super) fn new(mark: Option<&str>) -> String {
    let mark = mark.map(|mark| format!("-{mark}")).unwrap_or_default();
    of(&format!("{}-{}{mark}", now(), process::id()))
}

/// What the journal of a process with this [`stem`] is called.
pub(super) fn of(stem: &str) -> String {
    format!("{stem}.{EXTENSION}")
}

/// Whether this is the name of a journal.
pub(super) fn is_journal(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == EXTENSION)
}

/// What tells this process from all others of its run.
pub(crate) fn stem(journal: &Path) -> Option<&str> {
    journal.file_stem()?.to_str()
}

/// The id of the process.
pub(super) fn process_id(journal: &Path) -> Option<u32> {
    stem(journal)?.split('-').nth(1)?.parse().ok()
}

/// The mark that the process gave its journal.
pub(crate) fn mark(journal: &Path) -> Option<&str> {
    stem(journal)?.splitn(3, '-').nth(2)
}

/// A file of the same process, whose name goes on with `rest`.
pub(crate) fn beside(journal: &Path, rest: &str) -> PathBuf {
    let mut name = journal.file_stem().unwrap_or_default().to_owned();
    name.push(rest);
    journal.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_whose_journal_it_is() {
        let marked = PathBuf::from(new(Some("a-mark")));
        assert_eq!((process_id(&marked), mark(&marked)), (Some(process::id()), Some("a-mark")));
        let plain = PathBuf::from(new(None));
        assert_eq!((process_id(&plain), mark(&plain)), (Some(process::id()), None));
        assert!(is_journal(&plain) && is_journal(&marked));
    }

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

    #[test]
    fn what_lies_beside_a_journal_is_none() {
        let beside = beside(Path::new("run/1-2-mark.jsonl"), "-7.output");
        assert_eq!(beside, Path::new("run/1-2-mark-7.output"));
        assert!(!is_journal(&beside));
    }
}
