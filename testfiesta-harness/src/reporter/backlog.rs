//! What one journal holds for one recipient, read as it can be sent.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    vec,
};

use super::{
    attached::AttachedFiles,
    load::{Load, Origin},
    parcels::Settled,
    results::{Labels, test_results},
};
use crate::{
    event::CaseFinished,
    journal::{Entry, Recipient, Tail, brought_back},
};

/// What is read ahead of what can be sent, in bytes.
pub(super) const AHEAD: usize = 4 << 20;

/// A journal, and what of it is settled.
pub(super) struct Backlog {
    journal: PathBuf,
    service: &'static str,
    tail: Tail,
    /// What its results have in common, once it is read who wrote it.
    labels: Option<Labels>,
    /// What was read of it, and is not in a load yet.
    read: vec::IntoIter<Entry>,
    settled: HashMap<u64, Settled>,
    /// None where nobody wants them.
    attachments: Option<AttachedFiles>,
}

impl Backlog {
    /// Begins at the journal's first line.
    pub(super) fn open(
        journal: &Path,
        service: &'static str,
        recipient: Recipient<'_>,
        with_attachments: bool,
    ) -> io::Result<Self> {
        let mut backlog = Self {
            journal: journal.to_owned(),
            service,
            tail: Tail::open(journal)?,
            labels: None,
            read: Vec::new().into_iter(),
            settled: HashMap::new(),
            attachments: with_attachments.then(|| AttachedFiles::of(journal, recipient)),
        };
        // What settles a result stands behind it.
        for entry in Tail::settling(journal)? {
            match entry {
                Entry::Acknowledged(batch) if recipient.is_served_by(&batch.destination) => {
                    for seq in batch.confirmed {
                        backlog.settled.insert(seq, Settled::Held);
                    }
                    for (seq, _) in batch.unmapped.iter().chain(&batch.rejected) {
                        backlog.settled.insert(*seq, Settled::Refused);
                    }
                }
                Entry::Superseded(results) => {
                    for seq in results {
                        backlog.settled.insert(seq, Settled::Held);
                    }
                }
                Entry::Acknowledged(_) | Entry::Finished(_) => {}
            }
        }
        Ok(backlog)
    }

    /// The ids of the tests that its process was to run, where it said so.
    pub(super) fn case_ids(&self) -> Vec<&str> {
        let Some(started) = self.tail.started() else { return Vec::new() };
        started.case_ids.iter().map(AsRef::as_ref).collect()
    }

    /// Adds to `load` what is written and not settled, until that is enough for now. Answers whether it was all.
    pub(super) fn fill(&mut self, load: &mut Load, journal: usize) -> io::Result<bool> {
        while load.bytes() < AHEAD {
            match self.read.next() {
                Some(Entry::Finished(case)) => self.add(case, load, journal),
                Some(Entry::Acknowledged(_) | Entry::Superseded(_)) => {}
                None => match self.tail.read()? {
                    Some(entries) => {
                        self.read = entries.into_iter();
                        if let Some(attachments) = &mut self.attachments {
                            attachments.refresh()?;
                        }
                    }
                    None => return Ok(true),
                },
            }
        }
        Ok(false)
    }

    fn add(&mut self, mut case: CaseFinished, load: &mut Load, journal: usize) {
        let Some(started) = self.tail.started() else { return };
        let labels = self.labels.get_or_insert_with(|| Labels::of(started));
        if case.numbers().any(|seq| !self.settled.contains_key(&seq)) {
            case = brought_back(&self.journal, case);
        }
        let results = test_results(self.service, labels, &case);
        for (seq, result) in case.numbers().zip(results) {
            let origin = Origin { journal, seq };
            load.add(origin, result, self.settled.get(&seq), self.attachments.as_ref());
        }
    }

    /// Whether its process said that nothing more will come, and all before that is in a load.
    pub(super) fn has_ended(&self) -> bool {
        self.read.len() == 0 && self.tail.has_ended()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{CaseFinished, Event, PrintedOutput},
        journal::Journal,
        outcome::{Failure, Outcome},
    };

    const HERE: Recipient<'_> = Recipient::intended("testfiesta here");
    /// How much each test printed.
    const MUCH: usize = 256 * 1024;

    /// The journal of a process whose tests all failed after they had printed much.
    fn flooded(directory: &Path, tests: u64) -> Journal {
        let journal = Journal::example(directory, "key");
        for seq in 0..tests {
            let output = Some(PrintedOutput { stdout: "x".repeat(MUCH), stderr: String::new() });
            let outcome = Outcome::Failed(Failure::new("left != right"));
            let case = CaseFinished { outcome, output, ..CaseFinished::example(seq, &[]) };
            journal.append(&Event::CaseFinished(case));
        }
        journal
    }

    #[test]
    fn of_many_large_outputs_no_more_is_in_memory_than_is_read_ahead() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = flooded(directory.path(), 40);
        let mut backlog = Backlog::open(journal.path(), "testfiesta", HERE, false).expect("opened");
        let (mut all_read, mut printed) = (false, 0);
        while !all_read {
            let mut load = Load::default();
            all_read = backlog.fill(&mut load, 0).expect("read");
            assert!(load.bytes() < AHEAD + 2 * MUCH, "{} bytes", load.bytes());
            printed += load.results.iter().flat_map(|result| &result.stdout).map(String::len).sum::<usize>();
        }
        assert_eq!(printed, 40 * MUCH);
    }
}
