//! What the processes of one run tell each other: a small file under `runs/`, changed under a lock.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    process,
};

use serde::{Deserialize, Serialize};

use crate::{facts::RunFacts, journal};

/// The file of one run.
#[derive(Debug, Clone)]
pub struct RunFile {
    path: PathBuf,
}

/// What is known of a run on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunRecord {
    /// What the run is called and described with: the first process's view.
    pub facts: RunFacts,
    /// The run in each service that it was created in, by destination.
    pub created: BTreeMap<String, CreatedRun>,
    /// Whether any test failed so far.
    pub failed: bool,
}

/// A run that a service made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedRun {
    /// As the service names it.
    pub id: String,
    /// Where people look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// The right to change the record, for as long as it is held.
#[derive(Debug)]
pub struct RunGuard {
    path: PathBuf,
    // Closing the file gives the lock back, however the process ends.
    _lock: File,
}

impl RunFile {
    /// The file of the run with this key. It need not exist.
    pub fn new(directory: &Path, run_key: &str) -> Self {
        Self { path: directory.join("runs").join(journal::file_name(run_key) + ".json") }
    }

    /// The file that belongs to a directory of journals.
    pub fn of_run_directory(run_directory: &Path) -> Option<Self> {
        let directory = run_directory.parent()?.parent()?;
        let name = run_directory.file_name()?.to_str()?;
        Some(Self { path: directory.join("runs").join(format!("{name}.json")) })
    }

    /// Writes the run's facts, unless a process did so before.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written.
    pub fn begin(&self, facts: impl FnOnce() -> RunFacts) -> io::Result<()> {
        if self.path.exists() {
            return Ok(());
        }
        let guard = self.lock()?;
        if !self.path.exists() {
            guard.write(&RunRecord { facts: facts(), ..RunRecord::default() })?;
        }
        Ok(())
    }

    /// What is known now; nothing, if the file is not there.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read(&self) -> io::Result<RunRecord> {
        read(&self.path)
    }

    /// Waits for the right to change the record.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written, or the platform cannot lock.
    pub fn lock(&self) -> io::Result<RunGuard> {
        let lock = self.lock_file()?;
        lock.lock()?;
        Ok(RunGuard { path: self.path.clone(), _lock: lock })
    }

    /// The right to change the record, unless another process has it.
    ///
    /// # Errors
    ///
    /// As [`lock`](Self::lock).
    pub fn try_lock(&self) -> io::Result<Option<RunGuard>> {
        let lock = self.lock_file()?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(RunGuard { path: self.path.clone(), _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn lock_file(&self) -> io::Result<File> {
        // Apart from the record, which is replaced as a whole: a lock is on a file, not on a name.
        let path = self.path.with_extension("lock");
        let open = || File::options().create(true).truncate(false).write(true).open(&path);
        match (open(), path.parent()) {
            (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(parent)?;
                open()
            }
            (opened, _) => opened,
        }
    }
}

impl RunGuard {
    /// The record as it stands.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read(&self) -> io::Result<RunRecord> {
        read(&self.path)
    }

    /// Replaces the record.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, record: &RunRecord) -> io::Result<()> {
        let fresh = self.path.with_extension(format!("{}.tmp", process::id()));
        fs::write(&fresh, serde_json::to_vec(record)?)?;
        fs::rename(&fresh, &self.path)
    }
}

fn read(path: &Path) -> io::Result<RunRecord> {
    match fs::read(path) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(RunRecord::default()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_process_names_the_run() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = RunFile::new(directory.path(), "key");
        let facts = |name: &str| RunFacts { name: name.to_owned(), ..RunFacts::default() };
        file.begin(|| facts("first")).expect("written");
        file.begin(|| facts("second")).expect("left alone");
        assert_eq!(file.read().expect("a record").facts.name, "first");
    }

    #[test]
    fn only_one_holds_the_lock() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = RunFile::new(directory.path(), "key");
        let guard = file.lock().expect("a lock");
        assert!(file.try_lock().expect("an answer").is_none());
        drop(guard);
        assert!(file.try_lock().expect("an answer").is_some());
    }

    #[test]
    fn a_directory_of_journals_leads_to_the_run_s_file() {
        let directory = Path::new("target/testfiesta");
        let of_journals =
            RunFile::of_run_directory(&journal::run_directory(directory, "a key")).expect("a file");
        assert_eq!(of_journals.path, RunFile::new(directory, "a key").path);
    }
}
