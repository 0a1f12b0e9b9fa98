//! Appending to this process's file.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock, RwLockWriteGuard},
};

use super::{alive::Alive, line, name, run_directory, spill};
use crate::{
    case::Case,
    event::{Event, now},
};

/// This process's journal file.
///
/// Each event is one `write` to a file opened for appending, so that what was written is there even when the next
/// test aborts the process.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    /// Written to by many at once, as by several processes: each line is one write at the end of the file.
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    file: Option<File>,
    alive: Option<Alive>,
    trouble: Option<io::Error>,
}

impl Journal {
    /// Opens this process's file. A directory that cannot be written is no reason not to run the tests: it is kept
    /// as [`trouble`](Self::trouble). `mark` ends its name, for those who look for it by that.
    pub(crate) fn open(directory: &Path, run_key: &str, mark: Option<&str>) -> Self {
        let run_directory = run_directory(directory, run_key);
        let path = run_directory.join(name::new(mark));
        let append = || File::options().append(true).create(true).open(&path);
        let alive = Alive::begin(directory, &path).ok();
        // Only the first process of a run finds no directory.
        let opened = append().or_else(|_| fs::create_dir_all(&run_directory).and_then(|()| append()));
        let state = match opened {
            Ok(file) => State { file: Some(file), alive, trouble: None },
            Err(error) => State { file: None, alive, trouble: Some(error) },
        };
        Self { path, state: RwLock::new(state) }
    }

    /// Writes that tests begin.
    pub(crate) fn started<'t>(&self, at: u64, tests: impl Iterator<Item = (&'t str, &'t Case)>) {
        let lines: String = tests.map(|(test, case)| line::started(at, test, case)).collect();
        if !lines.is_empty() {
            self.write(Ok(lines));
        }
    }

    /// Writes that a test passed.
    pub(crate) fn passed(&self, seq: u64, at: u64, micros: u64, test: &str) {
        self.write(Ok(line::passed(seq, at, micros, test)));
    }

    /// Writes one event.
    pub(crate) fn append(&self, event: &Event) {
        let lean = match event {
            Event::CaseFinished(case) => {
                spill::taken_out(&self.path, case).map(|lean| lean.map(Event::CaseFinished))
            }
            _ => Ok(None),
        };
        self.write(lean.and_then(|lean| Ok(line::line(lean.as_ref().unwrap_or(event))?)));
    }

    /// Shows that the process is there, where nothing else is to be written.
    pub(crate) fn renew(&self) {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.alive.iter().for_each(Alive::renew);
    }

    /// Writes that the tests are over. Nothing is written after that but what services answer.
    pub(crate) fn end(&self) {
        self.append(&Event::RunFinished { at: now() });
    }

    /// The process needs nobody to look after it any more: what became of its results is known and counted.
    pub(crate) fn leave(&self) {
        let alive = self.change().alive.take();
        if let Some(alive) = alive {
            alive.end();
        }
    }

    /// Where the events are.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Why events are missing from the file, if any are.
    pub(crate) fn trouble(&self) -> Option<String> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.trouble.as_ref().map(|error| format!("{}: {error}", self.path.display()))
    }

    /// After a failure, nothing more is written: a torn file would lie about what came later.
    fn write(&self, line: io::Result<String>) {
        let written = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            let Some(mut file) = state.file.as_ref() else { return };
            line.and_then(|line| file.write_all(line.as_bytes()))
        };
        if let Err(error) = written {
            let mut state = self.change();
            state.file = None;
            state.trouble.get_or_insert(error);
        }
    }

    fn change(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl Journal {
    /// That of a process which tells nothing yet but the key of its run.
    pub(crate) fn example(directory: &Path, run_key: &str) -> Self {
        let journal = Self::open(directory, run_key, None);
        journal.append(&Event::RunStarted(crate::event::RunStarted::example(run_key)));
        journal
    }
}
