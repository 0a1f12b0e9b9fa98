//! Lines of journals in the memory of the process that reads them: of one that delivers for others, which hand over what
//! they have no room for, and for its own notes. Whoever reads a journal in this process finds them after its file.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Mutex,
};

use super::kept::{Kept, append, loss};
use crate::lock::locked;

/// Each journal of which lines are kept. Nothing in a process that lets none overflow.
static OVERFLOW: Mutex<Option<Vec<(PathBuf, Kept)>>> = Mutex::new(None);

/// From now on, this process keeps what cannot be written. It has to [write](write_overflow) it before it ends.
pub fn let_overflow() {
    locked(&OVERFLOW).get_or_insert_default();
}

/// Keeps whole lines of a journal, if this process does that.
pub fn take_over(journal: &Path, lines: &[u8]) -> bool {
    let mut overflow = locked(&OVERFLOW);
    let Some(journals) = overflow.as_mut() else { return false };
    let known = journals.iter().position(|(path, _)| path == journal).unwrap_or(journals.len());
    if known == journals.len() {
        journals.push((journal.to_owned(), Kept::default()));
    }
    journals[known].1.add(lines);
    true
}

/// Writes what is kept to where it belongs. Answers what that is of which not all could be written, as a line about
/// outcomes that are nowhere else: for whoever sums up.
pub fn write_overflow() -> Vec<String> {
    let mut overflow = locked(&OVERFLOW);
    let Some(journals) = overflow.as_mut() else { return Vec::new() };
    let mut lost = Vec::new();
    journals.retain_mut(|(path, kept)| {
        let file = File::options().append(true).create(true).open(&path);
        let Err(error) = file.and_then(|file| kept.write_to(&file)) else { return false };
        lost.extend(loss(path, &kept.outcomes(), &error));
        true
    });
    lost
}

/// Adds lines to a journal that another process wrote, or keeps them: behind those that are kept already.
pub(super) fn append_or_keep(journal: &Path, lines: &str) -> io::Result<()> {
    let lines = lines.as_bytes();
    if holds(journal) && take_over(journal, lines) {
        return Ok(());
    }
    let (written, error) = match File::options().append(true).open(journal) {
        Ok(file) => append(&file, lines),
        Err(error) => (0, Some(error)),
    };
    match error {
        Some(error) if !take_over(journal, &lines[written..]) => Err(error),
        _ => Ok(()),
    }
}

/// Whether anything of this journal is kept.
pub(super) fn holds(journal: &Path) -> bool {
    locked(&OVERFLOW).iter().flatten().any(|(path, _)| path == journal)
}

/// The journals of a run of which anything is kept.
pub(super) fn journals(run_directory: &Path) -> Vec<PathBuf> {
    let mut journals = Vec::new();
    for (path, _) in locked(&OVERFLOW).iter().flatten() {
        if path.parent() == Some(run_directory) {
            journals.push(path.clone());
        }
    }
    journals
}

/// What is kept of a journal, but for so many bytes of it.
pub(super) fn after(journal: &Path, bytes: usize) -> Vec<u8> {
    let overflow = locked(&OVERFLOW);
    let kept = overflow.iter().flatten().find(|(path, _)| path == journal);
    kept.and_then(|(_, kept)| kept.text().get(bytes..)).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        case::Case,
        event::BatchAcknowledged,
        journal::{Journal, acknowledge, read_run, run_directory},
    };

    /// What the journals of a run hold: finished tests, answers, and processes that came to their end.
    fn held(directory: &Path) -> [usize; 3] {
        let mut held = [0; 3];
        for journal in read_run(&run_directory(directory, "key")).expect("journals") {
            held[0] += journal.finished.len();
            held[1] += journal.acknowledged.len();
            held[2] += usize::from(journal.ended);
        }
        held
    }

    #[test]
    fn what_was_handed_over_is_read_like_what_is_on_disk_and_written_once_there_is_room() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = Journal::example(directory.path(), "key");
        journal.started(1, [("adds", &Case::EXAMPLE)].into_iter());
        journal.passed(0, 1, 10, "adds");
        journal.end();
        let path = journal.path();
        let text = fs::read(path).expect("a journal");
        let whole = text.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
        let_overflow();
        // Of one the first line and a part of the second are on disk, of others nothing.
        fs::write(path, &text[..whole + 10]).expect("written");
        take_over(path, &text[whole..]);
        let (empty, other) = (path.with_file_name("1-1.jsonl"), path.with_file_name("1-2.jsonl"));
        fs::write(&empty, "").expect("written");
        take_over(&empty, &text);
        take_over(&other, &text);
        let answer = BatchAcknowledged {
            at: 1,
            destination: "here".to_owned(),
            run: "1".to_owned(),
            confirmed: vec![0],
            unmapped: Vec::new(),
            rejected: Vec::new(),
        };
        for journal in [path, &empty, &other] {
            acknowledge(journal, &answer).expect("kept");
        }
        assert_eq!(held(directory.path()), [3, 3, 3]);
        assert!(holds(path) && holds(&other) && !other.exists());
        write_overflow();
        assert!(!holds(path) && !holds(&other));
        assert_eq!(held(directory.path()), [3, 3, 3]);
    }
}
