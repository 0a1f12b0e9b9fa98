//! Appending to this process's file.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
    sync::{Mutex, PoisonError},
};

use crate::{
    event::{Event, now},
    journal::{line::line, run_directory},
};

/// This process's journal file.
///
/// Each event is one `write` to a file opened for appending, so that what was written is there even when the next
/// test aborts the process.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: Option<File>,
    trouble: Option<io::Error>,
}

impl Journal {
    /// Opens this process's file. A directory that cannot be written is no reason not to run the tests: it is kept
    /// as [`trouble`](Self::trouble).
    pub(crate) fn open(directory: &Path, run_key: &str) -> Self {
        let directory = run_directory(directory, run_key);
        let path = directory.join(format!("{}-{}.jsonl", now(), process::id()));
        let append = || File::options().append(true).create(true).open(&path);
        // Only the first process of a run finds no directory.
        let opened = append().or_else(|_| fs::create_dir_all(&directory).and_then(|()| append()));
        let (file, trouble) = match opened {
            Ok(file) => (Some(file), None),
            Err(error) => (None, Some(error)),
        };
        Self { path, state: Mutex::new(State { file, trouble }) }
    }

    /// Writes one event. After a failure, nothing more is written: a torn file would lie about what came later.
    pub(crate) fn append(&self, event: &Event) {
        // Outside the lock, which is held for the write alone: the tests' threads all come through here.
        let line = line(event).map_err(io::Error::from);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = &mut state.file else { return };
        if let Err(error) = line.and_then(|line| file.write_all(line.as_bytes())) {
            *state = State { file: None, trouble: Some(error) };
        }
    }

    /// Where the events are.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Why events are missing from the file, if any are.
    pub(crate) fn trouble(&self) -> Option<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.trouble.as_ref().map(|error| format!("{}: {error}", self.path.display()))
    }
}
