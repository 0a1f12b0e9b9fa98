//! What tests attached, until it is known what becomes of their results.

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
};

use testfiesta_client::provider::{ResultKey, TestResult};

use super::{attached::AttachedFiles, load::Origin};
use crate::journal::attachments::Attached;

/// The files of one result.
#[derive(Debug)]
pub(super) struct Parcel {
    /// The journal that they lie beside.
    pub(super) journal: PathBuf,
    /// The result's number there.
    pub(super) seq: u64,
    pub(super) key: ResultKey,
    pub(super) files: VecDeque<Attached>,
    /// Why there is no result to attach them to.
    pub(super) refused: Option<String>,
}

/// What is settled of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Settled {
    /// The service holds it, or one that took its place.
    Held,
    /// The service does not want it.
    Refused,
}

/// Files whose results are on their way, or there.
#[derive(Debug, Default)]
pub(super) struct Parcels {
    waiting: HashMap<(usize, u64), Parcel>,
    due: VecDeque<Parcel>,
}

impl Parcels {
    /// Adds what was attached to a result.
    pub(super) fn enclose(&mut self, origin: Origin, result: &TestResult, attachments: &AttachedFiles) {
        let files: VecDeque<_> = attachments.due(&result.test, origin.seq).cloned().collect();
        if !files.is_empty() {
            let (journal, key) = (attachments.journal().to_owned(), ResultKey::of(result));
            self.waiting
                .insert(place(origin), Parcel { journal, seq: origin.seq, key, files, refused: None });
        }
    }

    /// It is known what becomes of a result: its files follow.
    pub(super) fn settle(&mut self, origin: Origin, settled: &Settled) {
        if let Some(parcel) = self.waiting.remove(&place(origin)) {
            let refused =
                (*settled == Settled::Refused).then(|| "the service did not take its result".to_owned());
            self.due.push_back(Parcel { refused, ..parcel });
        }
    }

    /// Whether no result that is still to be settled has files.
    pub(super) fn nothing_waits(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether there is nothing to send now.
    pub(super) fn is_empty(&self) -> bool {
        self.due.is_empty()
    }

    /// Everything whose results are settled.
    pub(super) fn take_due(&mut self) -> VecDeque<Parcel> {
        std::mem::take(&mut self.due)
    }
}

fn place(origin: Origin) -> (usize, u64) {
    (origin.journal, origin.seq)
}
