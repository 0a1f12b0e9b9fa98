//! Getting results to a service, so that one that it refuses does not cost the others.

use std::{future::poll_fn, task::Poll};

use testfiesta_client::{
    Error,
    provider::{Answer, CaseKey, Prepared, Provider, Receipt, Run, TestResult},
};

use super::{
    load::{Batch, Load, Origin},
    parcels::Settled,
};
use crate::event::{BatchAcknowledged, now};

/// Where it is noted what services answered.
pub(super) trait Notes: Send {
    /// Notes an answer for results of one journal.
    fn acknowledge(&mut self, journal: usize, batch: BatchAcknowledged);
}

/// How many results in a row may be refused one by one before the service, not the results, is taken to be the reason.
const REFUSALS_IN_A_ROW: usize = 16;

/// What adds to a load while an answer is waited for.
pub(super) type Supply<'a> = dyn FnMut(&mut Load) + Send + 'a;

/// Sends a load batch by batch, and takes out of it what the service answered for.
///
/// There is one request under way at a time, since a service may double what it is told twice at once; while it is, the
/// answer to the one before it is noted, and the one after it is supplied and prepared.
pub(super) struct Delivery<'d> {
    provider: &'d dyn Provider,
    run: Option<&'d Run>,
    notes: &'d mut dyn Notes,
    /// What was answered last, and is not noted yet.
    answered: Option<(Batch, Vec<Receipt>)>,
    /// Whether the service took any result of this load.
    took_any: bool,
}

impl<'d> Delivery<'d> {
    /// Nothing is sent yet.
    pub(super) fn new(provider: &'d dyn Provider, run: Option<&'d Run>, notes: &'d mut dyn Notes) -> Self {
        Self { provider, run, notes, answered: None, took_any: false }
    }

    /// Sends the next batch of a load that has results. [`note`](Self::note) must follow the last one.
    ///
    /// # Errors
    ///
    /// Why the rest could not be delivered now.
    pub(super) async fn send_next(&mut self, load: &mut Load, supply: &mut Supply<'_>) -> Result<(), Error> {
        let (provider, run) = (self.provider, self.run);
        let (batch, prepared) = load.take_batch(provider, run);
        let mut meanwhile = || {
            self.note(load);
            supply(load);
            load.prepare(provider, run);
        };
        let answer = beside(provider.submit(run, &batch.results, prepared), &mut meanwhile).await;
        self.note(load);
        match answer {
            Ok(receipts) if receipts.iter().all(|it| !matches!(it, Receipt::Undelivered(_))) => {
                self.took_any |= receipts.contains(&Receipt::Confirmed);
                self.answered = Some((batch, receipts));
                Ok(())
            }
            answer => {
                let mut settled = vec![None; batch.results.len()];
                let outcome = self.send_parts(&batch, answer, &mut settled).await;
                load.settle(batch, settled);
                outcome
            }
        }
    }

    /// Notes what was answered last. What the service holds or refused is out of the load for good.
    pub(super) fn note(&mut self, load: &mut Load) {
        if let Some((batch, receipts)) = self.answered.take() {
            let settled = receipts.iter().map(settled_by).collect();
            self.acknowledge(&batch, 0, receipts);
            load.settle(batch, settled);
        }
    }

    /// Halves a batch that the service refused until the refused result stands alone. The notes hold each part as soon
    /// as it is known; of a refusal, once it is known that the run takes results at all.
    async fn send_parts(
        &mut self,
        batch: &Batch,
        answer: Result<Vec<Receipt>, Error>,
        settled: &mut [Option<Settled>],
    ) -> Result<(), Error> {
        let mut parts = Vec::from([(0, batch.results.len())]);
        let mut first = Some(answer);
        let mut refusals = 0;
        let mut suspects = Vec::new();
        while let Some((start, end)) = parts.pop() {
            let answer = match first.take() {
                Some(answer) => answer,
                None => {
                    let results = &batch.results[start..end];
                    self.provider.submit(self.run, results, Prepared::default()).await
                }
            };
            let receipts = match answer {
                Ok(receipts) => {
                    refusals = 0;
                    receipts
                }
                Err(error) if error.is_about_the_content() && end - start > 1 => {
                    let middle = start + (end - start) / 2;
                    parts.extend([(middle, end), (start, middle)]);
                    continue;
                }
                Err(error) if error.is_about_the_content() && refusals < REFUSALS_IN_A_ROW => {
                    refusals += 1;
                    suspects.push((start, error.to_string()));
                    Vec::new()
                }
                Err(error) => return Err(error),
            };
            for (settled, receipt) in settled[start..].iter_mut().zip(&receipts) {
                *settled = settled_by(receipt);
            }
            self.took_any |= receipts.contains(&Receipt::Confirmed);
            if self.took_any {
                self.reject(batch, &mut suspects, settled);
            }
            let failure = receipts.iter().find_map(|receipt| match receipt {
                Receipt::Undelivered(error) => Some(error.clone()),
                _ => None,
            });
            self.acknowledge(batch, start, receipts);
            if let Some(error) = failure {
                return Err(error);
            }
        }
        if let Some(run) = self.run.filter(|_| !suspects.is_empty()) {
            self.provider.check_run(run).await?;
        }
        self.reject(batch, &mut suspects, settled);
        Ok(())
    }

    /// Notes refusals, each of a single result.
    fn reject(&mut self, batch: &Batch, refused: &mut Vec<(usize, String)>, settled: &mut [Option<Settled>]) {
        for (at, reason) in refused.drain(..) {
            settled[at] = Some(Settled::Refused);
            self.acknowledge(batch, at, vec![Receipt::Rejected(reason)]);
        }
    }

    /// Notes what became of the results from `first` on, journal by journal.
    fn acknowledge(&mut self, batch: &Batch, first: usize, receipts: Vec<Receipt>) {
        let empty = || BatchAcknowledged {
            at: now(),
            destination: self.provider.destination(),
            run: self.run.map(|run| run.id.clone()).unwrap_or_default(),
            confirmed: Vec::new(),
            unmapped: Vec::new(),
            rejected: Vec::new(),
        };
        // Few, and nearly always the one before: results come journal by journal.
        let mut notes: Vec<(usize, BatchAcknowledged)> = Vec::new();
        let mut last = 0;
        for (at, receipt) in (first..).zip(receipts) {
            let Origin { journal, seq } = batch.origins[at];
            if notes.get(last).is_none_or(|(of, _)| *of != journal) {
                last = notes.iter().position(|(of, _)| *of == journal).unwrap_or(notes.len());
            }
            if last == notes.len() {
                notes.push((journal, empty()));
            }
            let note = &mut notes[last].1;
            match receipt {
                Receipt::Confirmed => note.confirmed.push(seq),
                Receipt::Unmapped(reason) => note.unmapped.push((seq, named(&batch.results[at], &reason))),
                Receipt::Rejected(reason) => note.rejected.push((seq, named(&batch.results[at], &reason))),
                Receipt::Undelivered(_) => {}
            }
        }
        for (journal, note) in notes {
            if !(note.confirmed.is_empty() && note.unmapped.is_empty() && note.rejected.is_empty()) {
                self.notes.acknowledge(journal, note);
            }
        }
    }
}

/// What an answer settles.
fn settled_by(receipt: &Receipt) -> Option<Settled> {
    match receipt {
        Receipt::Confirmed => Some(Settled::Held),
        Receipt::Unmapped(_) | Receipt::Rejected(_) => Some(Settled::Refused),
        Receipt::Undelivered(_) => None,
    }
}

/// What `sending` comes to. Something else is done `meanwhile`.
async fn beside<T>(mut sending: Answer<'_, T>, meanwhile: &mut (dyn FnMut() + Send)) -> Result<T, Error> {
    // The first time it is asked for, the request is handed over; then the connection, a task of its own, sends it.
    let begun = poll_fn(|context| Poll::Ready(sending.as_mut().poll(context))).await;
    if let Poll::Ready(answer) = begun {
        return answer;
    }
    tokio::task::yield_now().await;
    meanwhile();
    sending.await
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

    use testfiesta_client::provider::{File, NewRun, ResultKey};

    use super::*;
    use crate::{event::CaseFinished, reporter::results::test_results};

    /// A service that refuses the results that it is told to, and any batch that holds one.
    struct Picky {
        refuses: fn(&str) -> bool,
        steps: Mutex<Vec<Step>>,
    }

    /// Of a request.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Step {
        Prepared,
        Sent,
        Answered,
    }

    impl Picky {
        fn did(&self, step: Step) {
            self.steps.lock().expect("steps").push(step);
        }
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
        fn prepare(&self, _: Option<&Run>, _: &[TestResult]) -> Prepared {
            self.did(Step::Prepared);
            Prepared::default()
        }
        fn submit<'a>(
            &'a self,
            _: Option<&'a Run>,
            results: &'a [TestResult],
            _: Prepared,
        ) -> Answer<'a, Vec<Receipt>> {
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
            Box::pin(async {
                self.did(Step::Sent);
                tokio::task::yield_now().await;
                self.did(Step::Answered);
                answer
            })
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
            for result in test_results("picky", "key", &"t".into(), &case(n)) {
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

    impl Notes for Noted {
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
        steps: Vec<Step>,
    }

    impl Delivered {
        fn requests(&self) -> usize {
            self.steps.iter().filter(|step| **step == Step::Sent).count()
        }
    }

    fn delivered(load: Load, refuses: fn(&str) -> bool) -> Delivered {
        delivered_with(load, refuses, &mut |_| {})
    }

    fn delivered_with(mut load: Load, refuses: fn(&str) -> bool, supply: &mut Supply<'_>) -> Delivered {
        let service = Picky { refuses, steps: Mutex::default() };
        let run = Run { id: "1".into(), key: "key".into(), name: "run".into(), url: None };
        let mut noted = Noted::default();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let outcome = runtime.block_on(async {
            let mut delivery = Delivery::new(&service, Some(&run), &mut noted);
            while load.has_results() {
                delivery.send_next(&mut load, supply).await?;
            }
            delivery.note(&mut load);
            Ok(())
        });
        let steps = service.steps.into_inner().expect("steps");
        Delivered { noted, outcome, left: load.len(), steps }
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
        assert_eq!(delivered(load(250, ""), |_| false).requests(), 3);
    }

    #[test]
    fn batches_hold_as_many_bytes_as_the_service_takes() {
        let half_a_batch = "x".repeat(1 << 19);
        assert_eq!(delivered(load(4, &half_a_batch), |_| false).requests(), 4);
    }

    #[test]
    fn a_service_that_refuses_everything_is_not_asked_about_everything() {
        let delivered = delivered(load(100, ""), |_| true);
        assert!(delivered.outcome.is_err());
        assert!(delivered.requests() < 60, "{} requests", delivered.requests());
        assert_eq!((delivered.left, delivered.noted.rejected), (100, Vec::new()));
    }

    #[test]
    fn a_batch_is_prepared_while_the_one_before_it_is_under_way() {
        use Step::{Answered, Prepared, Sent};
        let steps = delivered(load(300, ""), |_| false).steps;
        assert_eq!(steps, [Prepared, Sent, Prepared, Answered, Sent, Prepared, Answered, Sent, Answered]);
    }

    #[test]
    fn what_arrives_while_a_batch_is_under_way_is_the_next_one() {
        use Step::{Answered, Prepared, Sent};
        let mut late = Some(load(50, ""));
        let mut supply = |load: &mut Load| {
            if let Some(late) = late.take() {
                late.origins.into_iter().zip(late.results).for_each(|(origin, it)| load.push(origin, it));
            }
        };
        let delivered = delivered_with(load(100, ""), |_| false, &mut supply);
        assert_eq!(delivered.steps, [Prepared, Sent, Prepared, Answered, Sent, Answered]);
        assert_eq!(delivered.noted.confirmed.len(), 150);
    }
}
