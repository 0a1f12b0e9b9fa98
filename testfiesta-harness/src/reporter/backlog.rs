//! What one journal holds for one recipient, read as it can be sent.

use std::{collections::HashMap, io, path::Path};

use super::{
    attached::Attachments,
    load::{Load, Origin},
    parcels::Settled,
    results::test_results,
};
use crate::journal::{Entry, Recipient, Tail};

/// What is read ahead of what can be sent, in bytes.
pub(super) const AHEAD: usize = 4 << 20;

/// A journal, and what of it is settled.
pub(super) struct Backlog {
    service: &'static str,
    tail: Tail,
    settled: HashMap<u64, Settled>,
    /// None where nobody wants them.
    attachments: Option<Attachments>,
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
            service,
            tail: Tail::open(journal)?,
            settled: HashMap::new(),
            attachments: with_attachments.then(|| Attachments::of(journal, recipient)),
        };
        // What settles a result stands behind it.
        for entry in Tail::settling(journal)? {
            match entry {
                Entry::Acknowledged(batch) if recipient.is_served_by(&batch.destination) => {
                    let held = batch.confirmed.iter().map(|seq| (*seq, Settled::Held));
                    backlog.settled.extend(held);
                    let refused = batch.unmapped.iter().chain(&batch.rejected);
                    backlog.settled.extend(refused.map(|(seq, _)| (*seq, Settled::Refused)));
                }
                Entry::Superseded(results) => {
                    backlog.settled.extend(results.into_iter().map(|seq| (seq, Settled::Held)));
                }
                Entry::Acknowledged(_) | Entry::Finished(_) => {}
            }
        }
        Ok(backlog)
    }

    /// The ids of the tests that its process was to run, where it said so.
    pub(super) fn case_ids(&self) -> impl Iterator<Item = &str> {
        self.tail.started().into_iter().flat_map(|started| &started.case_ids).map(AsRef::as_ref)
    }

    /// Adds to `load` what is written and not settled, until that is enough for now. Answers whether it was all.
    pub(super) fn fill(&mut self, load: &mut Load, journal: usize) -> io::Result<bool> {
        while load.bytes() < AHEAD {
            let Some(entries) = self.tail.read()? else { return Ok(true) };
            let Some(started) = self.tail.started() else { continue };
            if let Some(attachments) = &mut self.attachments {
                attachments.refresh()?;
            }
            for entry in entries {
                let Entry::Finished(case) = entry else { continue };
                for (seq, result) in
                    case.numbers().zip(test_results(self.service, &started.run_key, &started.target, &case))
                {
                    let origin = Origin { journal, seq };
                    load.add(origin, result, self.settled.get(&seq), self.attachments.as_ref());
                }
            }
        }
        Ok(false)
    }

    /// Whether its process said that nothing more will come.
    pub(super) fn has_ended(&self) -> bool {
        self.tail.has_ended()
    }
}
