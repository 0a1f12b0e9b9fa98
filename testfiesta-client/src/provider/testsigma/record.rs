//! What was written to a run, kept where the processes of one machine find it.
//!
//! Test binaries that cover the same case write it one after the other, each with the outcomes of all so far; and what
//! was sent without an answer is looked for before it is sent again.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use super::{
    Testsigma,
    choices::Choices,
    disk,
    outcome::{Outcome, worst},
};
use crate::{Error, provider::Run, short_name, testsigma};

/// What is known of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    /// The run's UUID.
    pub(super) uuid: String,
    /// The ids that every result needs.
    pub(super) choices: Option<Choices>,
    /// The cases that the run was made of, by UUID.
    pub(super) selected: HashSet<String>,
    /// Those that have results, by UUID.
    pub(super) cases: HashMap<String, CaseRecord>,
}

/// What is known of one case in the run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct CaseRecord {
    /// Its id in the annotations.
    pub(super) human_id: String,
    /// How its tests ended, each once, in the order of their external ids.
    pub(super) outcomes: Vec<Outcome>,
    /// What the service holds.
    pub(super) written: Option<Content>,
    /// What was sent, and the service has not answered for.
    pub(super) sending: Option<Content>,
}

/// What is written of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    /// The status's UUID.
    pub(super) status: String,
    /// The description's short name.
    pub(super) description: String,
}

impl Record {
    /// Whether the run is known to hold a result.
    pub(super) fn holds_any(&self) -> bool {
        self.cases.values().any(|case| case.written.is_some())
    }
}

impl CaseRecord {
    /// Adds how a test ended; what arrives again takes its own place.
    pub(super) fn add(&mut self, outcome: Outcome) {
        match self.outcomes.binary_search_by(|other| other.external_id.cmp(&outcome.external_id)) {
            Ok(at) => self.outcomes[at] = outcome,
            Err(at) => self.outcomes.insert(at, outcome),
        }
    }

    /// What is to be written of the outcomes so far.
    pub(super) fn content(&self, choices: &Choices, description: &str) -> Content {
        let status = choices.status(worst(&self.outcomes)).to_owned();
        Content { status, description: short_name(description) }
    }

    /// The answer came: what was sent is written, or is not.
    pub(super) fn settle(&mut self, arrived: bool) {
        let sent = self.sending.take();
        if arrived {
            self.written = sent.or(self.written.take());
        }
    }
}

/// A record that no other process changes meanwhile.
pub(super) struct LockedRecord {
    pub(super) record: Record,
    file: Option<(PathBuf, disk::Lock)>,
    /// What people and processes name the run by.
    pub(super) id: String,
}

impl Testsigma {
    /// The record of a run, as it is known here.
    pub(super) async fn lock_record(&self, run: &Run) -> LockedRecord {
        let path = self.options.directory.as_ref().map(|directory| {
            directory
                .join("runs")
                .join(format!("{}.json", short_name(&format!("{} {}", self.destination, run.id))))
        });
        let file = match path {
            Some(path) => disk::lock(&path).await.ok().map(|lock| (path, lock)),
            None => None,
        };
        let record = match &file {
            Some((path, _)) => disk::read(path),
            None => self.state().records.get(&run.id).cloned().unwrap_or_default(),
        };
        LockedRecord { record, file, id: run.id.clone() }
    }

    /// Keeps the record.
    ///
    /// # Errors
    ///
    /// When the disk does not take it: what is sent then might be sent twice.
    pub(super) fn keep(&self, locked: &LockedRecord) -> Result<(), Error> {
        match &locked.file {
            Some((path, _)) => disk::write(path, &locked.record)
                .map_err(|error| Error::setting(format!("{} cannot be written: {error}", path.display()))),
            None => {
                self.state().records.insert(locked.id.clone(), locked.record.clone());
                Ok(())
            }
        }
    }

    /// Notes what is known of a run from the service's answer. Of one that `is_new`, or is another under its id, nothing else
    /// is known: what went by this id before was deleted.
    pub(super) async fn note(
        &self,
        found: &testsigma::Run,
        run: &Run,
        choices: Option<Choices>,
        is_new: bool,
    ) -> Result<(), Error> {
        let mut locked = self.lock_record(run).await;
        if is_new || locked.record.uuid != found.id {
            locked.record = Record::default();
        }
        locked.record.uuid = found.id.clone();
        locked.record.choices = choices.or(locked.record.choices);
        locked.record.selected.extend(found.selected().map(str::to_owned));
        self.keep(&locked)
    }
}
