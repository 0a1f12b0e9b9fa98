//! The file of `summary`, where the process that should have written to it died, or was not the last to deliver.

use std::{io, path::Path};

use super::{Addressees, Elsewhere, alive, name, reader::ProcessJournal};
use crate::{
    run_file::{CreatedRun, RunFile, RunRecord},
    summary::{Counts, Destination, RunLink, Summary},
};

/// Counts what a process did that died before it could, as its journal has it now. Does nothing where no summary
/// is wanted.
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
    let (Some(run_file), Some(name)) = (run_file_of(&attempt.path), name::stem(&attempt.path)) else {
        return Ok(());
    };
    let take_back = |record: &mut RunRecord| {
        // One that died while it delivered was counted by another.
        if record.died.remove(name).is_none() && record.summary.is_some() {
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
    let addressees = Addressees { of_run: record.destinations.clone(), elsewhere: Elsewhere::Left };
    let destinations = addressees.aims(&process.started).iter().map(destination).collect();
    let mut summary = Summary { destinations, ..Summary::default() };
    process.count(&mut summary, &addressees);
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

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use serde_json::Value;

    use super::*;
    use crate::{
        case::Case,
        journal::{Journal, attribute_crashes, run_directory, sum_up},
    };

    /// A process whose one test passed, of a run whose results are to be counted in the file of this path.
    fn after_a_test(directory: &Path) -> (Journal, PathBuf) {
        let path = directory.join("summary.json");
        let file = RunFile::new(directory, "key");
        file.update(|record| record.summary = Some(path.clone())).expect("written");
        let journal = Journal::example(directory, "key");
        journal.started(1, [("adds", &Case::EXAMPLE)].into_iter());
        journal.passed(0, 1, 10, "adds");
        journal.end();
        (journal, path)
    }

    fn recount_all(directory: &Path) {
        let run = run_directory(directory, "key");
        let summary = sum_up(&run, Vec::new(), Elsewhere::Left).expect("a summary");
        recount(directory, &run, "key", &summary).expect("counted");
    }

    fn executed(path: &Path) -> Option<Value> {
        let text = fs::read(path).ok()?;
        let file: Value = serde_json::from_slice(&text).expect("JSON");
        Some(file["executed"].clone())
    }

    #[test]
    fn a_process_that_died_before_it_counted_is_counted() {
        let directory = tempfile::tempdir().expect("a directory");
        let (journal, path) = after_a_test(directory.path());
        drop(journal);
        // A test beside this one may be starting a process, which holds a copy of every lock until its program is loaded.
        while attribute_crashes(directory.path()).journals.is_empty() {
            std::thread::yield_now();
        }
        assert_eq!(executed(&path), Some(1.into()));
    }

    #[test]
    fn a_process_that_has_yet_to_count_is_left_to_itself() {
        let directory = tempfile::tempdir().expect("a directory");
        let (journal, path) = after_a_test(directory.path());
        recount_all(directory.path());
        assert_eq!(executed(&path), None);
        journal.leave();
        recount_all(directory.path());
        assert_eq!(executed(&path), Some(1.into()));
    }
}
