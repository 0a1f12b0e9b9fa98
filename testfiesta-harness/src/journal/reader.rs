//! Reading back what test processes wrote, and what of it no service has answered for yet.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Attached, Meant, Obstacle, Recipient, attachments, line, name, overflow,
    tail::{Entry, Tail},
};
use crate::{
    event::{BatchAcknowledged, CaseFinished, CaseStarted, Event, RunStarted},
    order::sorted,
};

/// What one test process left behind.
#[derive(Debug)]
pub struct ProcessJournal {
    /// The file.
    pub path: PathBuf,
    /// Its first line.
    pub started: RunStarted,
    /// Every test that ended, but for those that a later attempt took the place of. A large output lies beside the file,
    /// and is not here.
    pub finished: Vec<CaseFinished>,
    /// What services answered.
    pub acknowledged: Vec<BatchAcknowledged>,
    /// Whether the process came to its end.
    pub ended: bool,
    /// How many tests began and did not end, though the process did not come to its end either.
    pub running: usize,
    /// The tests that were to begin, or began, and did not end: they still run, or were interrupted.
    pub unfinished: Vec<CaseStarted>,
    /// The first line that cannot be read, counted from 1. It may have held anything but the first of all.
    damaged_line: Option<u64>,
}

impl ProcessJournal {
    /// The numbers of the results that are still to be brought to this recipient.
    pub fn undelivered(&self, recipient: Recipient<'_>) -> HashSet<u64> {
        let mut left = HashSet::new();
        if recipient.meant == Meant::ForAnother {
            return left;
        }
        for case in &self.finished {
            left.extend(case.numbers());
        }
        for batch in self.acknowledged.iter().filter(|batch| recipient.is_served_by(&batch.destination)) {
            for seq in batch.answered() {
                left.remove(&seq);
            }
        }
        left
    }

    /// How many attachments are still to be brought to this recipient.
    ///
    /// # Errors
    ///
    /// When the list of them cannot be read.
    pub fn queued_attachments(&self, recipient: Recipient<'_>) -> io::Result<u64> {
        Ok(attachments::count(&self.path, recipient)?.queued)
    }

    /// Everything that its tests attached, each with where it lies, if it was kept.
    ///
    /// # Errors
    ///
    /// When the list of them cannot be read.
    pub fn attached(&self) -> io::Result<Vec<(Attached, Option<PathBuf>)>> {
        let mut attached = Vec::new();
        for line in attachments::read(&self.path)? {
            if let attachments::Line::Attached(it) = line {
                let place = it.trouble.is_none().then(|| self.path.with_file_name(&it.file));
                attached.push((it, place));
            }
        }
        Ok(attached)
    }

    /// What stands in the way of the rest of it, where it could not be read whole.
    pub fn damage(&self) -> Option<Obstacle> {
        let reason =
            io::Error::new(io::ErrorKind::InvalidData, format!("line {} is damaged", self.damaged_line?));
        Some(Obstacle { path: self.path.clone(), reason })
    }

    /// Reads one file; nothing, if its first line is not there.
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        let mut tail = Tail::open(path)?;
        let (mut finished, mut acknowledged) = (Vec::new(), Vec::new());
        while let Some(entries) = tail.read()? {
            for entry in entries {
                match entry {
                    Entry::Finished(case) => finished.push(case),
                    Entry::Acknowledged(batch) => acknowledged.push(batch),
                    Entry::Superseded(results) => {
                        finished.retain(|case: &CaseFinished| !results.contains(&case.seq));
                    }
                }
            }
        }
        let Some(started) = tail.started().cloned() else { return Ok(None) };
        let ended = tail.has_ended();
        let unfinished: Vec<_> = tail.running().cloned().collect();
        let running = if ended { 0 } else { unfinished.len() };
        let damaged_line = tail.damaged_line();
        let path = path.to_owned();
        Ok(Some(Self { path, started, finished, acknowledged, ended, running, unfinished, damaged_line }))
    }
}

/// Notes in a process's journal what a service answered.
///
/// # Errors
///
/// When the file cannot be written.
pub fn acknowledge(journal: &Path, batch: &BatchAcknowledged) -> io::Result<()> {
    append_line(journal, &line::line(&Event::BatchAcknowledged(batch.clone()))?)
}

/// Notes in a process's journal that a later attempt took the place of a test that ended there.
///
/// # Errors
///
/// When the file cannot be written.
pub(crate) fn supersede(journal: &Path, case: &CaseFinished) -> io::Result<()> {
    append_line(journal, &line::line(&Event::Superseded { results: case.numbers().collect() })?)
}

/// Adds a line to a journal that another process wrote.
pub(super) fn append_line(journal: &Path, line: &str) -> io::Result<()> {
    // The process may have died in the middle of a line: ours begins on its own.
    overflow::append_or_keep(journal, &format!("\n{line}"))
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
    let mut runs = Vec::new();
    for (_, path) in sorted(&found, |one, other| one <= other) {
        runs.push(path);
    }
    Ok(runs)
}

/// The journals of all processes of one run, oldest first.
///
/// # Errors
///
/// When one of them cannot be read, or was written by a newer version.
pub fn read_run(run_directory: &Path) -> io::Result<Vec<ProcessJournal>> {
    processes(run_directory)?.map(|process| process.map_err(|obstacle| obstacle.reason)).collect()
}

/// The same one by one, for whoever need not hold all of them. One that cannot be read is in the way of no other.
///
/// # Errors
///
/// When the directory cannot be read.
pub fn processes(run_directory: &Path) -> io::Result<impl Iterator<Item = Result<ProcessJournal, Obstacle>>> {
    let read = |path: PathBuf| match ProcessJournal::read(&path) {
        Ok(process) => process.map(Ok),
        Err(reason) => Some(Err(Obstacle { path, reason })),
    };
    Ok(files(run_directory)?.into_iter().filter_map(read))
}

/// The first line of a journal, if it is there.
///
/// # Errors
///
/// When the file cannot be read, or was written by a newer version.
pub fn started(journal: &Path) -> io::Result<Option<RunStarted>> {
    let mut tail = Tail::open(journal)?;
    while tail.started().is_none() && tail.read()?.is_some() {}
    Ok(tail.started().cloned())
}

/// The files of all processes of one run, oldest first; of one that had no room for any, where it would be.
///
/// # Errors
///
/// When the directory cannot be read.
pub fn files(run_directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = overflow::journals(run_directory);
    for entry in entries(run_directory)? {
        let path = entry.path();
        if name::is_journal(&path) && !files.contains(&path) {
            files.push(path);
        }
    }
    Ok(sorted(&files, |one, other| one <= other))
}

pub(super) fn entries(directory: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(directory) {
        Ok(entries) => entries.collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
