//! Reading one journal as far as it is written, and later from there on.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use crate::{
    event::{BatchAcknowledged, CaseFinished, CaseStarted, Event, JOURNAL_VERSION, RunStarted},
    journal::lines::Lines,
    run_file::GoneRun,
};

/// A journal that may still grow.
#[derive(Debug)]
pub(crate) struct Tail {
    path: PathBuf,
    lines: Lines,
    started: Option<RunStarted>,
    running: HashMap<String, CaseStarted>,
    next_seq: u64,
    ended: bool,
    /// The number of the last line that was read, and of the first that says nothing.
    line: u64,
    damaged: Option<u64>,
    answers: Answers,
}

/// Tells what services answered from what is void, since the run that it was about is gone.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// Once it was asked for.
    gone: Option<Vec<GoneRun>>,
}

impl Answers {
    /// Whether an answer in this journal, or in the list of what is attached to it, holds.
    pub(crate) fn hold(&mut self, journal: &Path, destination: &str, run: &str, at: u64) -> bool {
        let gone = self.gone.get_or_insert_with(|| GoneRun::of(journal));
        !gone.iter().any(|gone| gone.was(destination, run, at))
    }

    fn held(&mut self, journal: &Path, batch: BatchAcknowledged) -> Option<Entry> {
        let holds = self.hold(journal, &batch.destination, &batch.run, batch.at);
        holds.then_some(Entry::Acknowledged(batch))
    }
}

/// What a line says that matters later.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every entry is of the largest kind")]
pub(crate) enum Entry {
    /// A test ended. A large output is not [brought back](super::brought_back).
    Finished(CaseFinished),
    /// A service answered, and its run is still there.
    Acknowledged(BatchAcknowledged),
    /// A later attempt took the place of these results.
    Superseded(Vec<u64>),
}

impl Tail {
    /// Begins to read.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            lines: Lines::open(path)?,
            path: path.to_owned(),
            started: None,
            running: HashMap::new(),
            next_seq: 0,
            ended: false,
            line: 0,
            damaged: None,
            answers: Answers::default(),
        })
    }

    /// Its first line, once it was read.
    pub(crate) fn started(&self) -> Option<&RunStarted> {
        self.started.as_ref()
    }

    /// Whether the process said that it comes to its end.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// The tests that began and did not end, as far as was read.
    pub(crate) fn running(&self) -> impl Iterator<Item = &CaseStarted> {
        self.running.values()
    }

    /// The first line that cannot be read, as far as was read, counted from 1. What else there is, is read.
    pub(crate) fn damaged_line(&self) -> Option<u64> {
        self.damaged
    }

    /// The number of the next result.
    pub(crate) fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The next lines, or nothing where there are none yet.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, was written by a newer version, or lacks the line that says what run it is of.
    pub(crate) fn read(&mut self) -> io::Result<Option<Vec<Entry>>> {
        let Some(bytes) = self.lines.read()? else { return Ok(None) };
        let mut entries = Vec::new();
        for line in bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end) {
            self.line += 1;
            if line.is_empty() {
                continue;
            }
            match serde_json::from_slice(line) {
                Ok(event) => entries.extend(self.take_in(event)?),
                // A process died while it wrote this, and another went on: nobody was told what it says.
                Err(error) if error.is_eof() => {}
                Err(_) if self.started.is_none() => return Err(self.unreadable("its first line is damaged")),
                Err(_) => drop(self.damaged.get_or_insert(self.line)),
            }
        }
        Ok(Some(entries))
    }

    fn unreadable(&self, reason: &str) -> io::Error {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{} cannot be read: {reason}", self.path.display()),
        )
    }

    fn take_in(&mut self, event: Event) -> io::Result<Option<Entry>> {
        // Of a process that wrote nothing it may be noted that it came to its end.
        if self.started.is_none() && !matches!(event, Event::RunStarted(_) | Event::RunFinished { .. }) {
            return Err(self.unreadable("its first line is missing"));
        }
        match event {
            Event::RunStarted(started) if started.version > JOURNAL_VERSION => {
                return Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    format!(
                        "{} was written by a newer testfiesta; update cargo-testfiesta",
                        self.path.display()
                    ),
                ));
            }
            Event::RunStarted(started) => self.started = Some(started),
            Event::CaseStarted(case) => drop(self.running.insert(case.test.to_string(), case)),
            Event::CaseFinished(case) => {
                let case = self.described(case);
                self.next_seq = self.next_seq.max(case.numbers().end);
                return Ok(Some(Entry::Finished(case)));
            }
            Event::BatchAcknowledged(batch) => return Ok(self.answers.held(&self.path, batch)),
            Event::Superseded { results } => return Ok(Some(Entry::Superseded(results))),
            Event::RunFinished { .. } => self.ended = true,
        }
        Ok(None)
    }

    /// A test that passed is described where it began.
    fn described(&mut self, case: CaseFinished) -> CaseFinished {
        match self.running.remove(&*case.test) {
            Some(started) if case.package.is_empty() => {
                let CaseFinished { seq, at, micros, outcome, output, earlier, .. } = case;
                CaseFinished { at, output, earlier, ..started.finished(seq, micros, outcome) }
            }
            _ => case,
        }
    }

    /// Everything in the file as it is now that settles results, for whoever is about to read it from the start.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    #[cfg(feature = "http")]
    pub(crate) fn settling(path: &Path) -> io::Result<Vec<Entry>> {
        const BEGINNINGS: [&[u8]; 2] = [b"{\"batch_acknowledged\"", b"{\"superseded\""];
        let mut lines = Lines::open(path)?;
        let (mut settling, mut answers) = (Vec::new(), Answers::default());
        while let Some(bytes) = lines.read()? {
            for line in super::lines::split(&bytes) {
                // Most lines say something else, and are not worth to be understood.
                if !BEGINNINGS.iter().any(|beginning| line.starts_with(beginning)) {
                    continue;
                }
                match serde_json::from_slice(line) {
                    Ok(Event::BatchAcknowledged(batch)) => settling.extend(answers.held(path, batch)),
                    Ok(Event::Superseded { results }) => settling.push(Entry::Superseded(results)),
                    _ => {}
                }
            }
        }
        Ok(settling)
    }
}

#[cfg(all(test, feature = "http"))]
mod tests {
    use super::*;
    use crate::{
        case::Case,
        journal::{Journal, acknowledge},
    };

    #[test]
    fn what_settles_results_is_found_wherever_it_stands_in_a_long_journal() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = Journal::example(directory.path(), "key");
        for seq in 0..2_000 {
            journal.started(1, [("adds", &Case::EXAMPLE)].into_iter());
            journal.passed(seq, 1, 10, "adds");
            let answer = BatchAcknowledged {
                at: 1,
                destination: "here".to_owned(),
                run: "1".to_owned(),
                confirmed: vec![seq],
                unmapped: Vec::new(),
                rejected: Vec::new(),
            };
            acknowledge(journal.path(), &answer).expect("written");
        }
        let settling = Tail::settling(journal.path()).expect("read");
        let settled = settling.into_iter().flat_map(|entry| match entry {
            Entry::Acknowledged(batch) => batch.confirmed,
            _ => Vec::new(),
        });
        assert!(settled.eq(0..2_000));
    }
}
