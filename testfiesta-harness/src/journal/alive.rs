//! Which processes are still writing: each holds a lock for its life, which the system gives back however it ends.
//!
//! The locks lie in a directory of their own, `<directory>/alive/<run>@<process>`: whoever looks for processes that died
//! finds no more there than those that live or died. They are not on the journals themselves, since a locked file can
//! be read by nobody else on Windows.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{name, overflow};

/// The time of a sign of life whose journal misses lines.
const IN_DOUBT: SystemTime = SystemTime::UNIX_EPOCH;

/// The sign of life of this process.
#[derive(Debug)]
pub(super) struct Alive {
    path: PathBuf,
    lock: File,
}

impl Alive {
    /// Begins, before the journal is there: a journal without it belongs to a process that ended well.
    pub(super) fn begin(directory: &Path, journal: &Path) -> io::Result<Self> {
        let path = place(directory, journal)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the journal has no name"))?;
        let open = || File::options().create_new(true).read(true).write(true).open(&path);
        // Only the first process finds no directory.
        let lock = open().or_else(|error| match (error.kind(), path.parent()) {
            (io::ErrorKind::NotFound, Some(parent)) => fs::create_dir_all(parent).and_then(|()| open()),
            _ => Err(error),
        })?;
        // With its workers, who may be a moment longer about it.
        lock.lock_shared()?;
        Ok(Self { path, lock })
    }

    /// Gives the time of this moment to the sign, which is how far the process came should it die.
    pub(super) fn renew(&self) {
        // Where this fails, the time before stands.
        let _ = self.lock.set_modified(SystemTime::now());
    }

    /// Says that the journal misses lines, for which there is no room: by a time that needs none.
    pub(super) fn doubt(&self) {
        // Then it is not said.
        let _ = self.lock.set_modified(IN_DOUBT);
    }

    /// The process comes to its end in good order.
    pub(super) fn end(self) {
        // What is left behind says only that nobody died in a test.
        let _ = fs::remove_file(&self.path);
    }
}

/// Shares the sign of life of the process that writes this journal, for as long as the answer is held.
///
/// # Errors
///
/// When there is no such sign, or it cannot be locked.
pub(crate) fn share(journal: &Path) -> io::Result<File> {
    let none = || io::Error::new(io::ErrorKind::NotFound, "nobody lives here");
    let path = journal.ancestors().nth(3).and_then(|directory| place(directory, journal)).ok_or_else(none)?;
    let lock = File::options().read(true).write(true).open(path)?;
    lock.lock_shared()?;
    Ok(lock)
}

/// A process that died, and its journal. As long as this is held, nobody else looks after it.
pub(super) struct Dead {
    pub(super) journal: PathBuf,
    path: PathBuf,
    lock: File,
}

impl Dead {
    /// When there was something to be seen of it for the last time.
    pub(super) fn last_sign(&self) -> io::Result<SystemTime> {
        let sign = self.lock.metadata()?.modified()?;
        Ok(sign.max(fs::metadata(&self.journal)?.modified()?))
    }

    /// Whether its journal misses lines: a test that began, and did not end there, may have ended all the same.
    pub(super) fn is_in_doubt(&self) -> bool {
        let sign = self.lock.metadata().and_then(|sign| sign.modified());
        sign.is_ok_and(|sign| sign == IN_DOUBT) && !overflow::holds(&self.journal)
    }

    /// Everything was done for it.
    pub(super) fn bury(self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// A sign of life, of a process that lives or died.
struct Sign {
    journal: PathBuf,
    path: PathBuf,
}

impl Sign {
    /// Its lock, if its process does not hold it any more.
    ///
    /// # Errors
    ///
    /// [`NotFound`](io::ErrorKind::NotFound) when its process came to its end meanwhile, or was looked after.
    fn lock(&self) -> io::Result<Option<File>> {
        self.locked(File::options().write(true).open(&self.path)?)
    }

    fn locked(&self, lock: File) -> io::Result<Option<File>> {
        match lock.try_lock() {
            // Who removes a sign gives its lock back after that: it may be this one that was opened before.
            Ok(()) => fs::metadata(&self.path).map(|_| Some(lock)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

fn signs(directory: &Path) -> io::Result<Vec<Sign>> {
    let entries = match fs::read_dir(directory.join("alive")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut signs = Vec::new();
    for entry in entries {
        let path = entry?.path();
        // One that is about to begin has no journal yet.
        if let Some(journal) = journal(directory, &path).filter(|it| it.is_file() || overflow::holds(it)) {
            signs.push(Sign { journal, path });
        }
    }
    Ok(signs)
}

/// Every process that died without coming to its end.
pub(super) fn dead(directory: &Path) -> io::Result<Vec<Dead>> {
    let mut dead = Vec::new();
    for sign in signs(directory)? {
        match sign.lock() {
            Ok(Some(lock)) => dead.push(Dead { journal: sign.journal, path: sign.path, lock }),
            Ok(None) => {}
            // It came to its end just now.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(dead)
}

/// The processes of a run that still write, by their ids.
///
/// # Errors
///
/// When the directory cannot be read.
pub fn living(directory: &Path, run_directory: &Path) -> io::Result<Vec<u32>> {
    let mut living = Vec::new();
    for sign in signs(directory)? {
        if sign.journal.starts_with(run_directory) && matches!(sign.lock(), Ok(None)) {
            living.extend(name::process_id(&sign.journal));
        }
    }
    Ok(living)
}

fn place(directory: &Path, journal: &Path) -> Option<PathBuf> {
    let run = journal.parent()?.file_name()?.to_str()?;
    let process = name::stem(journal)?;
    Some(directory.join("alive").join(format!("{run}@{process}")))
}

fn journal(directory: &Path, alive: &Path) -> Option<PathBuf> {
    let (run, process) = alive.file_name()?.to_str()?.rsplit_once('@')?;
    Some(directory.join("journal").join(run).join(name::of(process)))
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

    /// The processes that died. A test beside this one may be starting a process, which holds a copy of every lock until its
    /// program is loaded.
    fn once_dead(directory: &tempfile::TempDir) -> Vec<Dead> {
        loop {
            let found = dead(directory.path()).expect("an answer");
            if !found.is_empty() {
                return found;
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_living_process_is_not_dead() {
        let directory = tempfile::tempdir().expect("a directory");
        let alive = Alive::begin(directory.path(), &journal_in(&directory)).expect("a lock");
        assert_eq!(dead(directory.path()).expect("an answer").len(), 0);
        drop(alive);
        let found = once_dead(&directory);
        assert_eq!(found.iter().map(|dead| &dead.journal).collect::<Vec<_>>(), [&journal_in(&directory)]);
    }

    #[test]
    fn a_process_lives_as_long_as_its_workers() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = journal_in(&directory);
        let alive = Alive::begin(directory.path(), &journal).expect("a lock");
        let worker = share(&journal).expect("a lock");
        drop(alive);
        assert_eq!(dead(directory.path()).expect("an answer").len(), 0);
        drop(worker);
        assert_eq!(once_dead(&directory).len(), 1);
    }

    #[test]
    fn a_dead_process_is_looked_after_once() {
        let directory = tempfile::tempdir().expect("a directory");
        drop(Alive::begin(directory.path(), &journal_in(&directory)));
        let mut first = once_dead(&directory);
        assert_eq!(dead(directory.path()).expect("an answer").len(), 0);
        first.remove(0).bury();
        assert_eq!(dead(directory.path()).expect("an answer").len(), 0);
    }

    #[test]
    fn a_process_that_ended_well_while_somebody_looked_is_not_dead() {
        let directory = tempfile::tempdir().expect("a directory");
        let alive = Alive::begin(directory.path(), &journal_in(&directory)).expect("a lock");
        let sign = signs(directory.path()).expect("signs").remove(0);
        let opened = File::options().write(true).open(&sign.path).expect("opened before it ended");
        alive.end();
        let kind = sign.locked(opened).expect_err("gone").kind();
        assert_eq!(kind, io::ErrorKind::NotFound);
    }

    #[test]
    fn a_living_process_is_known_by_its_id() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = journal_in(&directory);
        let alive = Alive::begin(directory.path(), &journal).expect("a lock");
        let living = || living(directory.path(), journal.parent().expect("a run")).expect("an answer");
        assert_eq!(living(), [2]);
        drop(alive);
        // As `once_dead` waits.
        while !living().is_empty() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_process_that_ended_well_is_not_dead() {
        let directory = tempfile::tempdir().expect("a directory");
        Alive::begin(directory.path(), &journal_in(&directory)).expect("a lock").end();
        assert_eq!(dead(directory.path()).expect("an answer").len(), 0);
    }
}
