//! The file of `summary`, where the process that should have written to it died, or was not the last to deliver.

use std::{io, path::Path};

use super::{alive, name, reader::ProcessJournal};
use crate::{
    run_file::{CreatedRun, RunFile, RunRecord},
    summary::{Counts, Destination, RunLink, Summary},
};

/// Counts what a process did that died before it could, as its journal has it now. Nothing is done where no such file is
/// wanted.
///
/// # Errors
///
/// When the journal cannot be read, or a file cannot be written.
pub(crate) fn count_dead(journal: &Path) -> io::Result<()> {
    let (Some(run_file), Some(name)) = (run_file_of(journal), name::stem(journal)) else { return Ok(()) };
    let Some(path) = run_file.read()?.summary else { return Ok(()) };
    let Some(process) = ProcessJournal::read(journal)? else { return Ok(()) };
    let record = run_file.update(|record| {
        let counts = counts(record, &process);
        record.died.insert(name.to_owned(), counts);
    })?;
    record.total().rewrite(&path, &process.started.run_key)
}

/// Takes back what the process of an attempt counted, since a later one took its place. `attempt` is what its journal was
/// before that.
///
/// # Errors
///
/// When the journal cannot be read, or a file cannot be written.
pub(crate) fn uncount(attempt: &ProcessJournal) -> io::Result<()> {
    if !attempt.ended {
        return count_dead(&attempt.path);
    }
    let Some(run_file) = run_file_of(&attempt.path) else { return Ok(()) };
    let take_back = |record: &mut RunRecord| {
        if record.summary.is_some() {
            let counts = counts(record, attempt);
            record.counts.take_back(&counts);
        }
    };
    run_file.update(take_back).map(drop)
}

fn run_file_of(journal: &Path) -> Option<RunFile> {
    RunFile::of_run_directory(journal.parent()?)
}

/// What became of a process's results where they were meant to go.
fn counts(record: &RunRecord, process: &ProcessJournal) -> Counts {
    let link = |name: &String| {
        let CreatedRun { id, url } = record.created.get(name)?.clone();
        Some(RunLink { id, key: process.started.run_key.clone(), url })
    };
    let destination =
        |name: &String| Destination { name: name.clone(), run: link(name), ..Destination::default() };
    let destinations = record.destinations.iter().map(destination).collect();
    let mut summary = Summary { destinations, ..Summary::default() };
    process.count(&mut summary);
    Counts::from(&summary)
}

/// Counts anew what became of a run's results, all of whose processes came to an end, and writes it where that is wanted.
///
/// # Errors
///
/// When a file cannot be read or written.
pub fn recount(directory: &Path, run_directory: &Path, run_key: &str, summary: &Summary) -> io::Result<()> {
    let Some(run_file) = RunFile::of_run_directory(run_directory) else { return Ok(()) };
    let Some(path) = run_file.read()?.summary else { return Ok(()) };
    // One that still runs counts its own results when it ends.
    if !alive::living(directory, run_directory)?.is_empty() {
        return Ok(());
    }
    let counts = Counts::from(summary);
    run_file.update(|record| {
        record.died.clear();
        record.counts.clone_from(&counts);
    })?;
    counts.rewrite(&path, run_key)
}
