//! Results on their way to a service, and what goes with them.

use std::{fmt::Write as _, mem};

use testfiesta_client::provider::{CaseKey, Prepared, Provider, Run, TestResult};

use super::{
    attached::AttachedFiles,
    parcels::{Parcels, Settled},
};

/// How often results that were set aside are taken up again at most.
const RECALLS: u32 = 2;

/// Results on their way to a service, in the order in which they happened.
#[derive(Debug, Default)]
pub(super) struct Load {
    pub(super) origins: Vec<Origin>,
    pub(super) results: Vec<TestResult>,
    bytes: usize,
    /// How many results the next batch holds, and what is made of it already.
    next: Option<(usize, Prepared)>,
    aside: Vec<Aside>,
    recalls: u32,
    pub(super) parcels: Parcels,
}

/// A result that the service fails at, though not at others.
#[derive(Debug)]
struct Aside {
    origin: Origin,
    result: TestResult,
    /// Its name, and what the service says.
    reason: String,
    /// Whether there is no use in trying it again before the service takes another one.
    is_doubted: bool,
}

/// Results that travel together.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) origins: Vec<Origin>,
    pub(super) results: Vec<TestResult>,
}

/// What becomes of a result of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// The service answered for it.
    Settled(Settled),
    /// It is not to be in the way of others any more, for this reason.
    SetAside(String),
    /// The same, until the service takes another one: it was refused, and so was all else.
    Doubted(String),
    /// It is to be sent with the next batch.
    Due,
}

/// Where a result stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    /// The journal, by the number that the [notes](super::delivery::Notes) know it under.
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
        attachments: Option<&AttachedFiles>,
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
            self.supersede(&result.external_id);
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
    pub(super) fn case_ids(&self) -> Vec<&str> {
        let mut ids = Vec::new();
        for result in &self.results {
            if let CaseKey::Id(id) = &result.case {
                ids.push(&**id);
            }
        }
        ids
    }

    /// Whether there is nothing to deliver but what was set aside.
    pub(super) fn is_empty(&self) -> bool {
        self.results.is_empty() && self.parcels.is_empty()
    }

    /// Whether there are results among what is to be delivered.
    pub(super) fn has_results(&self) -> bool {
        !self.results.is_empty()
    }

    /// How many results it holds.
    pub(super) fn len(&self) -> usize {
        self.results.len()
    }

    /// Makes of the next batch what can be made of it while another one is under way.
    pub(super) fn prepare(&mut self, provider: &dyn Provider, run: Option<&Run>) {
        if self.next.is_some() || self.results.is_empty() {
            return;
        }
        let count = self.next_batch(provider.batch_limit().max(1), provider.batch_bytes());
        self.next = Some((count, provider.prepare(run, &self.results[..count])));
    }

    /// How many of the first results hold no more than `count` of them and, but for a single larger one, `bytes` bytes.
    fn next_batch(&self, count: usize, bytes: usize) -> usize {
        let mut filled = 0;
        for (at, result) in self.results.iter().enumerate() {
            filled += size(result);
            if at > 0 && (at >= count || filled > bytes) {
                return at;
            }
        }
        self.results.len()
    }

    /// Takes the next batch out.
    pub(super) fn take_batch(&mut self, provider: &dyn Provider, run: Option<&Run>) -> (Batch, Prepared) {
        self.prepare(provider, run);
        let (count, prepared) = self.next.take().unwrap_or_default();
        let (origins, results) = (self.origins.split_off(count), self.results.split_off(count));
        let batch = Batch {
            origins: mem::replace(&mut self.origins, origins),
            results: mem::replace(&mut self.results, results),
        };
        for result in &batch.results {
            self.bytes -= size(result);
        }
        (batch, prepared)
    }

    /// Takes one result out, whatever its turn.
    pub(super) fn take_one(&mut self, at: usize) -> Batch {
        self.next = None;
        let batch = Batch { origins: vec![self.origins.remove(at)], results: vec![self.results.remove(at)] };
        self.bytes -= size(&batch.results[0]);
        batch
    }

    /// Takes those results of a batch back that are not settled, in front of the others, or sets them aside. What is
    /// attached to the settled ones may follow them.
    pub(super) fn settle(&mut self, batch: Batch, fates: Vec<Fate>) {
        // Nearly always: unoptimised, the loop below takes a tenth of what it takes a service to store the batch.
        if self.parcels.nothing_waits() && fates.iter().all(|fate| matches!(fate, Fate::Settled(_))) {
            return;
        }
        let mut back = Self::default();
        for ((origin, result), fate) in batch.origins.into_iter().zip(batch.results).zip(fates) {
            match fate {
                Fate::Settled(settled) => self.parcels.settle(origin, &settled),
                Fate::SetAside(reason) => {
                    self.aside.push(Aside { origin, result, reason, is_doubted: false });
                }
                Fate::Doubted(reason) => self.aside.push(Aside { origin, result, reason, is_doubted: true }),
                Fate::Due => back.push(origin, result),
            }
        }
        self.put_first(back);
    }

    /// Puts these results in front of the others.
    fn put_first(&mut self, first: Self) {
        if first.results.is_empty() {
            return;
        }
        let later = mem::replace(self, first);
        (self.parcels, self.aside, self.recalls) = (later.parcels, later.aside, later.recalls);
        for (origin, result) in later.origins.into_iter().zip(later.results) {
            self.push(origin, result);
        }
    }

    /// What was set aside, by the first of it.
    pub(super) fn set_aside(&self) -> Option<String> {
        let mut reason = self.aside.first()?.reason.clone();
        if self.aside.len() > 1 {
            let _ = write!(reason, " (and {} more)", self.aside.len() - 1);
        }
        Some(reason)
    }

    /// Takes up again what was set aside, unless there is no use in it or that was done often enough. Answers whether there is
    /// any.
    pub(super) fn recall(&mut self) -> bool {
        if self.recalls == RECALLS || self.aside.iter().all(|aside| aside.is_doubted) {
            return false;
        }
        self.recalls += 1;
        self.take_up_again();
        true
    }

    /// Takes up again what was set aside, in front of the others: they may be needed to show that it is to blame.
    pub(super) fn take_up_again(&mut self) {
        let mut back = Self::default();
        for Aside { origin, result, .. } in mem::take(&mut self.aside) {
            back.push(origin, result);
        }
        self.put_first(back);
    }

    /// Drops a result that another one takes the place of.
    fn supersede(&mut self, external_id: &str) {
        while let Some(at) = self.results.iter().position(|result| result.external_id == external_id) {
            self.next = None;
            self.parcels.settle(self.origins.remove(at), &Settled::Held);
            self.bytes -= size(&self.results.remove(at));
        }
        while let Some(at) = self.aside.iter().position(|aside| aside.result.external_id == external_id) {
            self.parcels.settle(self.aside.remove(at).origin, &Settled::Held);
        }
    }
}

/// What a result takes in a request, roughly: its texts, and the names around them.
fn size(result: &TestResult) -> usize {
    const FRAME: usize = 600;
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let mut size = FRAME + result.description.len() + length(&result.message) + length(&result.backtrace);
    size += length(&result.stdout) + length(&result.stderr);
    // By loops: this is asked for every test, and unoptimised iterators are many calls.
    for attempt in &result.earlier {
        size += attempt.reason.len() + attempt.printed.len();
    }
    for (_, text) in &result.reasons {
        size += text.len();
    }
    size
}

#[cfg(test)]
mod tests {
    use testfiesta_client::provider::FailedAttempt;

    use super::*;
    use crate::{
        event::CaseFinished,
        reporter::results::{Labels, test_results},
    };

    /// Results under these numbers.
    fn load(numbers: &[u64]) -> Load {
        let mut load = Load::default();
        for seq in numbers {
            let case = CaseFinished { test: format!("t{seq}").into(), ..CaseFinished::example(*seq, &[]) };
            for result in test_results("testfiesta", &Labels::example(), &case) {
                load.push(Origin { journal: 0, seq: *seq }, result);
            }
        }
        load
    }

    fn batch(numbers: &[u64]) -> Batch {
        let Load { origins, results, .. } = load(numbers);
        Batch { origins, results }
    }

    fn numbers(load: &Load) -> Vec<u64> {
        load.origins.iter().map(|origin| origin.seq).collect()
    }

    #[test]
    fn what_is_not_settled_of_a_batch_goes_first() {
        let mut load = load(&[4, 5]);
        load.settle(batch(&[1, 2, 3]), vec![Fate::Due, Fate::Settled(Settled::Held), Fate::Due]);
        assert_eq!(numbers(&load), [1, 3, 4, 5]);
        assert_eq!(load.bytes(), load.results.iter().map(size).sum::<usize>());
    }

    #[test]
    fn what_is_set_aside_is_taken_up_again_a_few_times() {
        let mut load = load(&[]);
        for _ in 0..=RECALLS {
            load.settle(batch(&[1, 2]), ["first", "second"].map(|it| Fate::SetAside(it.into())).into());
            assert_eq!((load.is_empty(), load.set_aside()), (true, Some("first (and 1 more)".into())));
            let is_recalled = load.recall();
            assert_eq!(
                (is_recalled, load.len()),
                (load.set_aside().is_none(), if is_recalled { 2 } else { 0 })
            );
            if is_recalled {
                (load.origins, load.results) = Default::default();
            }
        }
        assert!(load.set_aside().is_some());
    }

    #[test]
    fn a_result_that_follows_earlier_attempts_takes_their_place() {
        let mut load = load(&[1, 2]);
        let flaky = FailedAttempt { reason: "flaky".to_owned(), printed: String::new() };
        let again = TestResult { earlier: vec![flaky], ..load.results[0].clone() };
        load.push(Origin { journal: 0, seq: 3 }, again);
        assert_eq!(numbers(&load), [2, 3]);
    }
}
