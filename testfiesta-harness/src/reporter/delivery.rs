//! Getting results to a service, so that one that it refuses does not cost the others.

use std::collections::HashMap;

use testfiesta_client::{
    Error,
    provider::{CaseKey, Provider, Receipt, Run, TestResult},
};

use super::{
    attached::Attachments,
    parcels::{Parcels, Settled},
};
use crate::event::{BatchAcknowledged, now};

/// Results on their way to a service, in the order in which they happened.
#[derive(Debug, Default)]
pub(super) struct Load {
    origins: Vec<Origin>,
    results: Vec<TestResult>,
    bytes: usize,
    pub(super) parcels: Parcels,
}

/// Where a result stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    /// The journal, by the number that the [`Ledger`] knows it under.
    pub(super) journal: usize,
    /// The result's number in that journal.
    pub(super) seq: u64,
}

/// Where it is noted what services answered.
pub(super) trait Ledger: Send {
    /// Notes an answer for results of one journal.
    fn acknowledge(&mut self, journal: usize, batch: BatchAcknowledged);
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
        if let Some(attachments) = attachments {
            self.parcels.enclose(origin, &result, attachments);
        }
        match settled {
            Some(settled) => self.parcels.settle(origin, settled),
            None => self.push(origin, result),
        }
    }

    /// Adds a result. One that comes after earlier attempts takes their place.
    fn push(&mut self, origin: Origin, result: TestResult) {
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
    fn batches(&self, count: usize, bytes: usize) -> Vec<usize> {
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
    fn settle(&mut self, settled: Vec<Option<Settled>>) {
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
    let texts = [&result.message, &result.backtrace, &result.stdout, &result.stderr];
    let reasons = result.reasons.iter().map(|(_, text)| text);
    let texts =
        texts.into_iter().flatten().chain(&result.earlier).chain(reasons).map(String::len).sum::<usize>();
    FRAME + texts + result.description.len()
}

/// How many results in a row may be refused one by one before the service, not the results, is taken to be the reason.
const REFUSALS_IN_A_ROW: usize = 16;

/// Sends a load in batches, and takes out of it what the service answered for. A batch that the service refuses is
/// halved until the refused result stands alone. The ledger hears of each part as soon as it is known.
///
/// # Errors
///
/// Why the rest could not be delivered now.
pub(super) async fn deliver(
    provider: &dyn Provider,
    run: Option<&Run>,
    load: &mut Load,
    ledger: &mut dyn Ledger,
) -> Result<(), Error> {
    let mut settled = vec![None; load.results.len()];
    let outcome = send_all(provider, run, load, &mut settled, ledger).await;
    load.settle(settled);
    outcome
}

async fn send_all(
    provider: &dyn Provider,
    run: Option<&Run>,
    load: &Load,
    settled: &mut [Option<Settled>],
    ledger: &mut dyn Ledger,
) -> Result<(), Error> {
    let ends = load.batches(provider.batch_limit().max(1), provider.batch_bytes());
    let mut parts: Vec<_> = ends.windows(2).rev().map(|ends| ends[0]..ends[1]).collect();
    let mut note = |first: usize, receipts: Vec<Receipt>| {
        for (at, receipt) in (first..).zip(&receipts) {
            settled[at] = match receipt {
                Receipt::Confirmed => Some(Settled::Held),
                Receipt::Unmapped(_) | Receipt::Rejected(_) => Some(Settled::Refused),
                Receipt::Undelivered(_) => None,
            };
        }
        acknowledge(provider, run, load, first, receipts, ledger);
    };
    let mut refusals = 0;
    while let Some(part) = parts.pop() {
        match provider.submit(run, &load.results[part.clone()]).await {
            Ok(receipts) => {
                refusals = 0;
                let failure = receipts.iter().find_map(|receipt| match receipt {
                    Receipt::Undelivered(error) => Some(error.clone()),
                    _ => None,
                });
                note(part.start, receipts);
                if let Some(error) = failure {
                    return Err(error);
                }
            }
            Err(error) if error.is_about_the_content() && part.len() > 1 => {
                let middle = part.start + part.len() / 2;
                parts.push(middle..part.end);
                parts.push(part.start..middle);
            }
            Err(error) if error.is_about_the_content() && refusals < REFUSALS_IN_A_ROW => {
                refusals += 1;
                note(part.start, vec![Receipt::Rejected(error.to_string())]);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Tells the ledger what became of the results from `first` on, journal by journal.
fn acknowledge(
    provider: &dyn Provider,
    run: Option<&Run>,
    load: &Load,
    first: usize,
    receipts: Vec<Receipt>,
    ledger: &mut dyn Ledger,
) {
    let mut batches: HashMap<usize, BatchAcknowledged> = HashMap::new();
    let parts = load.origins[first..].iter().zip(&load.results[first..]);
    for ((origin, result), receipt) in parts.zip(receipts) {
        let batch = batches.entry(origin.journal).or_insert_with(|| BatchAcknowledged {
            at: now(),
            destination: provider.destination(),
            run: run.map(|run| run.id.clone()).unwrap_or_default(),
            confirmed: Vec::new(),
            unmapped: Vec::new(),
            rejected: Vec::new(),
        });
        match receipt {
            Receipt::Confirmed => batch.confirmed.push(origin.seq),
            Receipt::Unmapped(reason) => batch.unmapped.push((origin.seq, named(result, &reason))),
            Receipt::Rejected(reason) => batch.rejected.push((origin.seq, named(result, &reason))),
            Receipt::Undelivered(_) => {}
        }
    }
    for (journal, batch) in batches {
        if !(batch.confirmed.is_empty() && batch.unmapped.is_empty() && batch.rejected.is_empty()) {
            ledger.acknowledge(journal, batch);
        }
    }
}

fn named(result: &TestResult, reason: &str) -> String {
    match &result.case {
        CaseKey::Id(id) => format!("{} ({id}): {reason}", result.test),
        CaseKey::Own { .. } => format!("{}: {reason}", result.test),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use testfiesta_client::provider::{Answer, File, NewRun, ResultKey};

    use super::*;
    use crate::{event::CaseFinished, reporter::test_results};

    /// A service that refuses the results that it is told to, and any batch that holds one.
    struct Picky {
        refuses: fn(&str) -> bool,
        requests: Mutex<usize>,
    }

    impl Provider for Picky {
        fn service(&self) -> &'static str {
            "picky"
        }
        fn destination(&self) -> String {
            "picky".to_owned()
        }
        fn batch_limit(&self) -> usize {
            100
        }
        fn create_run<'a>(&'a self, _: &'a NewRun) -> Answer<'a, Option<Run>> {
            unimplemented()
        }
        fn join_run<'a>(&'a self, _: &'a str) -> Answer<'a, Run> {
            unimplemented()
        }
        fn close_run<'a>(&'a self, _: &'a Run, _: bool, _: bool) -> Answer<'a, ()> {
            unimplemented()
        }
        fn takes_attachments(&self) -> bool {
            true
        }
        fn attach<'a>(&'a self, _: &'a Run, _: &'a ResultKey, files: &'a [File]) -> Answer<'a, Vec<Receipt>> {
            Box::pin(async { Ok(vec![Receipt::Confirmed; files.len()]) })
        }
        fn submit<'a>(&'a self, _: Option<&'a Run>, results: &'a [TestResult]) -> Answer<'a, Vec<Receipt>> {
            *self.requests.lock().expect("a count") += 1;
            let refused = results.iter().find(|result| (self.refuses)(&result.test));
            let answer = match refused {
                Some(result) => Err(Error::Refused {
                    call: "POST /data".into(),
                    status: 422,
                    message: format!("{} is not welcome", result.test),
                    existing: None,
                }),
                None => Ok(vec![Receipt::Confirmed; results.len()]),
            };
            Box::pin(async { answer })
        }
    }

    fn unimplemented<T>() -> T {
        panic!("not part of a delivery")
    }

    fn load(count: usize, message: &str) -> Load {
        let case =
            |n: usize| CaseFinished { test: format!("t{n}").into(), ..CaseFinished::example(n as u64, &[]) };
        let mut load = Load::default();
        for n in 0..count {
            for result in test_results("picky", "key", "t", &case(n)) {
                let message = Some(message.to_owned());
                load.push(Origin { journal: n % 2, seq: n as u64 }, TestResult { message, ..result });
            }
        }
        load
    }

    /// By number, whatever journal it stands in.
    #[derive(Default)]
    struct Noted {
        confirmed: Vec<u64>,
        rejected: Vec<(u64, String)>,
    }

    impl Ledger for Noted {
        fn acknowledge(&mut self, journal: usize, batch: BatchAcknowledged) {
            assert!(batch.confirmed.iter().all(|seq| *seq as usize % 2 == journal));
            self.confirmed.extend(batch.confirmed);
            self.rejected.extend(batch.rejected);
        }
    }

    struct Delivered {
        noted: Noted,
        outcome: Result<(), Error>,
        left: usize,
        requests: usize,
    }

    fn delivered(mut load: Load, refuses: fn(&str) -> bool) -> Delivered {
        let service = Picky { refuses, requests: Mutex::new(0) };
        let run = Run { id: "1".into(), key: "key".into(), name: "run".into(), url: None };
        let mut noted = Noted::default();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let outcome = runtime.block_on(deliver(&service, Some(&run), &mut load, &mut noted));
        let requests = *service.requests.lock().expect("a count");
        Delivered { noted, outcome, left: load.results.len(), requests }
    }

    #[test]
    fn a_refused_result_is_named_and_costs_no_other() {
        let Delivered { noted, outcome, left, .. } = delivered(load(200, ""), |test| test == "t77");
        assert_eq!((outcome, left, noted.confirmed.len()), (Ok(()), 0, 199));
        assert!(
            matches!(&*noted.rejected, [(77, reason)] if reason.contains("t77 is not welcome")),
            "{:?}",
            noted.rejected
        );
    }

    #[test]
    fn batches_hold_as_many_results_as_the_service_takes() {
        assert_eq!(delivered(load(250, ""), |_| false).requests, 3);
    }

    #[test]
    fn batches_hold_as_many_bytes_as_the_service_takes() {
        let half_a_batch = "x".repeat(1 << 19);
        assert_eq!(delivered(load(4, &half_a_batch), |_| false).requests, 4);
    }

    #[test]
    fn a_service_that_refuses_everything_is_not_asked_about_everything() {
        let Delivered { outcome, left, requests, .. } = delivered(load(100, ""), |_| true);
        assert!(outcome.is_err());
        assert!(left > 80, "{left} left");
        assert!(requests < 60, "{requests} requests");
    }
}
