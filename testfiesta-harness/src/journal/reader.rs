//! Reading back what test processes wrote, and what of it no service has answered for yet.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::event::{BatchAcknowledged, CaseFinished, Event, JOURNAL_VERSION, RunStarted};

/// What one test process left behind.
#[derive(Debug)]
pub struct ProcessJournal {
    /// The file.
    pub path: PathBuf,
    /// Its first line.
    pub started: RunStarted,
    /// Every test that ended.
    pub finished: Vec<CaseFinished>,
    /// What services answered.
    pub acknowledged: Vec<BatchAcknowledged>,
}

impl ProcessJournal {
    /// The results, by number, that `destination` has not answered for.
    pub fn undelivered(&self, destination: &str) -> Vec<(u64, &CaseFinished)> {
        let mut answered = HashSet::new();
        for batch in self.acknowledged.iter().filter(|batch| batch.destination == destination) {
            answered.extend(batch.confirmed.iter().copied());
            answered.extend(batch.unmapped.iter().chain(&batch.rejected).map(|(seq, _)| *seq));
        }
        let results = self
            .finished
            .iter()
            .flat_map(|case| (case.seq..case.seq + case.results()).map(move |n| (n, case)));
        results.filter(|(seq, _)| !answered.contains(seq)).collect()
    }

    fn read(path: &Path) -> io::Result<Option<Self>> {
        let text = fs::read(path)?;
        let mut events =
            text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map_while(|line| {
                // A process that died while it wrote leaves a torn last line: what stands before it holds.
                serde_json::from_slice::<Event>(line).ok()
            });
        let Some(Event::RunStarted(started)) = events.next() else { return Ok(None) };
        if started.version > JOURNAL_VERSION {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!("{} was written by a newer testfiesta; update cargo-testfiesta", path.display()),
            ));
        }
        let mut journal =
            Self { path: path.to_owned(), started, finished: Vec::new(), acknowledged: Vec::new() };
        for event in events {
            match event {
                Event::CaseFinished(case) => journal.finished.push(case),
                Event::BatchAcknowledged(batch) => journal.acknowledged.push(batch),
                Event::RunStarted(_) | Event::CaseStarted { .. } | Event::RunFinished { .. } => {}
            }
        }
        Ok(Some(journal))
    }
}

/// The runs that have journals in `directory`, by the name of their directory, oldest first.
///
/// # Errors
///
/// When the directory cannot be read; one that does not exist has no runs.
pub fn runs(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in entries(&directory.join("journal"))? {
        if entry.file_type()?.is_dir() {
            found.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// The journals of all processes of one run, oldest first.
///
/// # Errors
///
/// When a file cannot be read, or was written by a newer version.
pub fn read_run(run_directory: &Path) -> io::Result<Vec<ProcessJournal>> {
    let mut paths = Vec::new();
    for entry in entries(run_directory)? {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().filter_map(|path| ProcessJournal::read(path).transpose()).collect()
}

fn entries(directory: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(directory) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
