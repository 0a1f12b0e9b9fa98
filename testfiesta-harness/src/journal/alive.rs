//! Which processes are still writing: each holds a lock for its life, which the system gives back however it ends.
//!
//! The locks lie in a directory of their own, `<directory>/alive/<run>@<process>`: whoever looks for processes that died
//! finds no more there than those that live or died. They are not on the journals themselves, since a locked file can
//! be read by nobody else on Windows.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// The sign of life of this process.
#[derive(Debug)]
pub(super) struct Alive {
    path: PathBuf,
    _lock: File,
}

impl Alive {
    /// Begins, before the journal is there: a journal without it belongs to a process that ended well.
    pub(super) fn begin(directory: &Path, journal: &Path) -> io::Result<Self> {
        let path = place(directory, journal)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the journal has no name"))?;
        let open = || File::options().create_new(true).write(true).open(&path);
        // Only the first process finds no directory.
        let lock = open().or_else(|error| match (error.kind(), path.parent()) {
            (io::ErrorKind::NotFound, Some(parent)) => fs::create_dir_all(parent).and_then(|()| open()),
            _ => Err(error),
        })?;
        lock.lock()?;
        Ok(Self { path, _lock: lock })
    }

    /// The process comes to its end in good order.
    pub(super) fn end(self) {
        // What is left behind says only that nobody died in a test.
        let _ = fs::remove_file(&self.path);
    }
}

/// A process that died, and its journal. As long as this is held, nobody else looks after it.
pub(super) struct Dead {
    pub(super) journal: PathBuf,
    path: PathBuf,
    _lock: File,
}

impl Dead {
    /// Everything was done for it.
    pub(super) fn bury(self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Every process that died without coming to its end.
pub(super) fn dead(directory: &Path) -> io::Result<Vec<Dead>> {
    let entries = match fs::read_dir(directory.join("alive")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut dead = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let Some(journal) = journal(directory, &path) else { continue };
        // One that is about to begin has no journal yet.
        if !journal.is_file() {
            continue;
        }
        let lock = match File::options().write(true).open(&path) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        match lock.try_lock() {
            Ok(()) => dead.push(Dead { journal, path, _lock: lock }),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(dead)
}

fn place(directory: &Path, journal: &Path) -> Option<PathBuf> {
    let run = journal.parent()?.file_name()?.to_str()?;
    let process = journal.file_stem()?.to_str()?;
    Some(directory.join("alive").join(format!("{run}@{process}")))
}

fn journal(directory: &Path, alive: &Path) -> Option<PathBuf> {
    let (run, process) = alive.file_name()?.to_str()?.rsplit_once('@')?;
    Some(directory.join("journal").join(run).join(format!("{process}.jsonl")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal_in(directory: &tempfile::TempDir) -> PathBuf {
        let journal = directory.path().join("journal/run/1-2.jsonl");
        fs::create_dir_all(journal.parent().expect("a directory")).expect("made");
        fs::write(&journal, "").expect("written");
        journal
    }

    #[test]
    fn a_living_process_is_not_dead() {
        let directory = tempfile::tempdir().expect("a directory");
        let alive = Alive::begin(directory.path(), &journal_in(&directory)).expect("a lock");
        assert_eq!(dead(directory.path()).expect("an answer").len(), 0);
        drop(alive);
        let found = dead(directory.path()).expect("an answer");
        assert_eq!(found.iter().map(|dead| &dead.journal).collect::<Vec<_>>(), [&journal_in(&directory)]);
    }

    #[test]
    fn a_dead_process_is_looked_after_once() {
        let directory = tempfile::tempdir().expect("a directory");
        drop(Alive::begin(directory.path(), &journal_in(&directory)));
        let mut first = dead(directory.path()).expect("an answer");
        assert_eq!(dead(directory.path()).expect("an answer").len(), 0);
        first.remove(0).bury();
        assert_eq!(dead(directory.path()).expect("an answer").len(), 0);
    }

    #[test]
    fn a_process_that_ended_well_is_not_dead() {
        let directory = tempfile::tempdir().expect("a directory");
        Alive::begin(directory.path(), &journal_in(&directory)).expect("a lock").end();
        assert_eq!(dead(directory.path()).expect("an answer").len(), 0);
    }
}
