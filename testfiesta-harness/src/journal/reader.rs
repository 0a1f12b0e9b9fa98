//! Reading back what test processes wrote, and what of it no service has answered for yet.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
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

/// Who is to have results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipient<'a> {
    /// The destination, as journals name it.
    pub destination: &'a str,
    /// Whether the results were meant for it from the start. Another is only given what no service has: outcomes that
    /// were looked at on this machine are not to appear elsewhere later.
    pub intended: bool,
}

impl Recipient<'_> {
    /// Whether what is answered for here is settled for this recipient.
    fn is_served_by(self, destination: &str) -> bool {
        !self.intended || self.destination == destination
    }
}

impl ProcessJournal {
    /// The numbers of the results that are still to be brought to this recipient.
    pub fn undelivered(&self, recipient: Recipient<'_>) -> BTreeSet<u64> {
        let mut left: BTreeSet<u64> = self.finished.iter().flat_map(CaseFinished::numbers).collect();
        for batch in self.acknowledged.iter().filter(|batch| recipient.is_served_by(&batch.destination)) {
            for seq in batch.answered() {
                left.remove(&seq);
            }
        }
        left
    }

    /// Adds what a service answered after the process had ended.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn acknowledge(&mut self, batch: BatchAcknowledged) -> io::Result<()> {
        let event = Event::BatchAcknowledged(batch);
        // The process may have died in the middle of a line: ours begins on its own.
        let mut line = b"\n".to_vec();
        serde_json::to_writer(&mut line, &event)?;
        line.push(b'\n');
        fs::File::options().append(true).open(&self.path)?.write_all(&line)?;
        if let Event::BatchAcknowledged(batch) = event {
            self.acknowledged.push(batch);
        }
        Ok(())
    }

    fn read(path: &Path) -> io::Result<Option<Self>> {
        let text = fs::read(path)?;
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        // A process that died while it wrote leaves a torn line: nobody was told what it says.
        let mut events = lines.filter_map(|line| serde_json::from_slice::<Event>(line).ok());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::now, journal::Journal, journal::run_directory, outcome::Outcome};

    fn finished(seq: u64, ids: &[&'static str]) -> CaseFinished {
        CaseFinished {
            seq,
            at: now(),
            micros: 10,
            test: "adds".into(),
            package: "webshop".into(),
            module_path: "cart".into(),
            location: "tests/cart.rs:1:1".into(),
            ids: ids.iter().map(|id| (*id).into()).collect(),
            title: None,
            tags: Vec::new(),
            description: "".into(),
            outcome: Outcome::Passed,
            output: None,
            earlier: Vec::new(),
        }
    }

    fn started() -> Event {
        Event::RunStarted(RunStarted {
            version: JOURNAL_VERSION,
            at: now(),
            run_key: "key".to_owned(),
            package: "webshop".into(),
            target: "cart".into(),
        })
    }

    fn acknowledged(confirmed: Vec<u64>) -> BatchAcknowledged {
        BatchAcknowledged {
            at: now(),
            destination: "somewhere".to_owned(),
            run: "1".to_owned(),
            confirmed,
            unmapped: Vec::new(),
            rejected: Vec::new(),
        }
    }

    fn write(directory: &Path, events: &[Event]) -> PathBuf {
        let journal = Journal::open(directory, "key");
        events.iter().for_each(|event| journal.append(event));
        journal.path().to_owned()
    }

    fn read(directory: &Path) -> ProcessJournal {
        let [journal] =
            read_run(&run_directory(directory, "key")).expect("journals").try_into().expect("one");
        journal
    }

    const SOMEWHERE: Recipient<'_> = Recipient { destination: "somewhere", intended: true };
    const ELSEWHERE: Recipient<'_> = Recipient { destination: "elsewhere", intended: true };
    const STRANGER: Recipient<'_> = Recipient { destination: "stranger", intended: false };

    #[test]
    fn what_was_written_is_read_back() {
        let directory = tempfile::tempdir().expect("a directory");
        let case = finished(0, &["TC-1", "TC-2"]);
        write(directory.path(), &[started(), Event::CaseFinished(case.clone())]);
        assert_eq!(read(directory.path()).finished, [case]);
    }

    #[test]
    fn a_test_with_two_ids_is_two_undelivered_results() {
        let directory = tempfile::tempdir().expect("a directory");
        write(directory.path(), &[started(), Event::CaseFinished(finished(0, &["TC-1", "TC-2"]))]);
        assert_eq!(read(directory.path()).undelivered(SOMEWHERE).len(), 2);
    }

    #[test]
    fn what_was_acknowledged_is_delivered() {
        let directory = tempfile::tempdir().expect("a directory");
        let events = [
            started(),
            Event::CaseFinished(finished(0, &[])),
            Event::CaseFinished(finished(1, &[])),
            Event::BatchAcknowledged(acknowledged(vec![0])),
        ];
        write(directory.path(), &events);
        let left = read(directory.path()).undelivered(SOMEWHERE);
        assert_eq!(left, BTreeSet::from([1]));
    }

    #[test]
    fn what_one_destination_has_another_still_needs_unless_it_is_a_stranger() {
        let directory = tempfile::tempdir().expect("a directory");
        let case = Event::CaseFinished(finished(0, &[]));
        write(directory.path(), &[started(), case, Event::BatchAcknowledged(acknowledged(vec![0]))]);
        let journal = read(directory.path());
        let left = [SOMEWHERE, ELSEWHERE, STRANGER].map(|recipient| journal.undelivered(recipient).len());
        assert_eq!(left, [0, 1, 0]);
    }

    #[test]
    fn a_torn_last_line_costs_only_itself() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = write(directory.path(), &[started(), Event::CaseFinished(finished(0, &[]))]);
        let mut file = fs::File::options().append(true).open(path).expect("the file");
        file.write_all(b"{\"case_finished\":{\"seq\":1,").expect("written");
        let mut journal = read(directory.path());
        journal.acknowledge(acknowledged(vec![0])).expect("written");
        let again = read(directory.path());
        assert_eq!(again.finished.len(), 1);
        assert!(again.undelivered(SOMEWHERE).is_empty());
    }

    #[test]
    fn a_journal_of_a_newer_version_is_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let Event::RunStarted(started) = started() else { return };
        write(directory.path(), &[Event::RunStarted(RunStarted { version: JOURNAL_VERSION + 1, ..started })]);
        let error = read_run(&run_directory(directory.path(), "key")).expect_err("an error");
        assert!(error.to_string().contains("newer testfiesta"), "{error}");
    }

    #[test]
    fn a_directory_without_journals_has_no_runs() {
        let directory = tempfile::tempdir().expect("a directory");
        assert_eq!(runs(directory.path()).expect("an answer"), Vec::<PathBuf>::new());
    }
}
