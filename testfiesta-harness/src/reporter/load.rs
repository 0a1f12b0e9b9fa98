//! Results on their way to a service, and what goes with them.

use testfiesta_client::provider::{CaseKey, TestResult};

use super::{
    attached::Attachments,
    parcels::{Parcels, Settled},
};

/// Results on their way to a service, in the order in which they happened.
#[derive(Debug, Default)]
pub(super) struct Load {
    pub(super) origins: Vec<Origin>,
    pub(super) results: Vec<TestResult>,
    bytes: usize,
    pub(super) parcels: Parcels,
}

/// Where a result stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    /// The journal, by the number that the [`Ledger`](super::delivery::Ledger) knows it under.
    pub(super) journal: usize,
    /// The result's number in that journal.
    pub(super) seq: u64,
}

impl Load {
    /// Adds a result, unless it is settled, and what is still to be attached to it.
    pub(super) fn add(
        &mut self,
        origin: Origin,
        result: TestResult,
        settled: Option<&Settled>,
        attachments: Option<&Attachments>,
    ) {
        if let Some(attachments) = attachments.filter(|attachments| !attachments.is_empty()) {
            self.parcels.enclose(origin, &result, attachments);
        }
        match settled {
            Some(settled) => self.parcels.settle(origin, settled),
            None => self.push(origin, result),
        }
    }

    /// Adds a result. One that comes after earlier attempts takes their place.
    pub(super) fn push(&mut self, origin: Origin, result: TestResult) {
        if !result.earlier.is_empty() {
            let earlier = |other: &TestResult| other.external_id == result.external_id;
            let superseded =
                self.results.iter().map(|other| earlier(other).then_some(Settled::Held)).collect();
            self.settle(superseded);
        }
        self.origins.push(origin);
        self.bytes += size(&result);
        self.results.push(result);
    }

    /// What it takes in memory, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The ids of the cases that its results belong to.
    pub(super) fn case_ids(&self) -> impl Iterator<Item = &str> {
        self.results.iter().filter_map(|result| match &result.case {
            CaseKey::Id(id) => Some(&**id),
            CaseKey::Own { .. } => None,
        })
    }

    /// Whether there is nothing to deliver.
    pub(super) fn is_empty(&self) -> bool {
        self.results.is_empty() && self.parcels.is_empty()
    }

    /// Whether there are results among what is to be delivered.
    pub(super) fn has_results(&self) -> bool {
        !self.results.is_empty()
    }

    /// Where batches begin that hold no more than `count` results and, but for a single larger one, `bytes` bytes; and
    /// where the last one ends.
    pub(super) fn batches(&self, count: usize, bytes: usize) -> Vec<usize> {
        let mut ends = vec![0];
        let (mut first, mut filled) = (0, 0);
        for (at, result) in self.results.iter().enumerate() {
            let size = size(result);
            if at > first && (at - first >= count || filled + size > bytes) {
                ends.push(at);
                (first, filled) = (at, 0);
            }
            filled += size;
        }
        ends.push(self.results.len());
        ends
    }

    /// Keeps the results that are not settled. What is attached to the others may follow them.
    pub(super) fn settle(&mut self, settled: Vec<Option<Settled>>) {
        for (origin, settled) in self.origins.iter().zip(&settled) {
            if let Some(settled) = settled {
                self.parcels.settle(*origin, settled);
            }
        }
        let mut left = settled.iter();
        self.origins.retain(|_| left.next().is_none_or(Option::is_none));
        let mut left = settled.iter();
        self.results.retain(|_| left.next().is_none_or(Option::is_none));
        self.bytes = self.results.iter().map(size).sum();
    }
}

/// What a result takes in a request, roughly: its texts, and the names around them.
fn size(result: &TestResult) -> usize {
    const FRAME: usize = 600;
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let mut size = FRAME + result.description.len() + length(&result.message) + length(&result.backtrace);
    size += length(&result.stdout) + length(&result.stderr);
    // By loops: this is asked for every test, and unoptimised iterators are many calls.
    for text in &result.earlier {
        size += text.len();
    }
    for (_, text) in &result.reasons {
        size += text.len();
    }
    size
}
