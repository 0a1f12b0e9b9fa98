//! Getting results to a service, so that one that it refuses does not cost the others.

use std::{collections::VecDeque, future::poll_fn, mem, task::Poll};

use testfiesta_client::{
    Error,
    provider::{
        BoxFuture, CaseKey, FAILURES_IN_A_ROW, Prepared, Provider, REFUSALS_IN_A_ROW, Receipt, Run,
        TestResult, samples,
    },
};

use super::{
    load::{Batch, Fate, Load, Origin},
    parcels::Settled,
};
use crate::event::{BatchAcknowledged, now};

/// Where it is noted what services answered.
pub(super) trait Notes: Send {
    /// Notes an answer for results of one journal.
    fn acknowledge(&mut self, journal: usize, batch: BatchAcknowledged);
}

/// What is said of a result that was refused before the run took any.
const DOUBTED: &str = "it is not rejected before the run takes another result";

/// How the run has answered so far, in whatever load that was.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    /// What it did not take since it took something last.
    refusals: usize,
    failures: usize,
    /// Whether it ever took a result, from this process or another one.
    pub(super) takes_results: bool,
}

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
    pub(super) standing: Standing,
}

impl<'d> Delivery<'d> {
    /// Nothing is sent yet.
    pub(super) fn new(
        provider: &'d dyn Provider,
        run: Option<&'d Run>,
        notes: &'d mut dyn Notes,
        standing: Standing,
    ) -> Self {
        Self { provider, run, notes, answered: None, took_any: false, standing }
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
            Ok(receipts) if receipts.iter().all(|it| fate_of(it) != Fate::Due) => {
                self.standing.failures = 0;
                if receipts.contains(&Receipt::Confirmed) {
                    self.note_success(load);
                }
                self.answered = Some((batch, receipts));
                Ok(())
            }
            answer => {
                let mut parts = Parts::of(batch);
                let outcome = self.send_parts(&mut parts, answer, load).await;
                load.settle(parts.batch, parts.fates);
                match outcome {
                    Err(refusal) if refusal.is_about_the_content() && self.are_too_many_refused() => {
                        self.look_further(load, refusal).await
                    }
                    outcome => outcome,
                }
            }
        }
    }

    /// Notes what was answered last. What the service holds or refused is out of the load for good.
    pub(super) fn note(&mut self, load: &mut Load) {
        if let Some((batch, receipts)) = self.answered.take() {
            let fates = receipts.iter().map(fate_of).collect();
            self.acknowledge(&batch, 0, receipts);
            load.settle(batch, fates);
        }
    }

    /// Halves a batch that the service refused, or broke over, until the result that it minds stands alone. The notes hold
    /// each part as soon as it is known; of a refusal, once it is known that the run takes results at all.
    async fn send_parts(
        &mut self,
        parts: &mut Parts,
        answer: Result<Vec<Receipt>, Error>,
        load: &mut Load,
    ) -> Result<(), Error> {
        let mut due = VecDeque::from([(0, parts.fates.len())]);
        let mut first = Some(answer);
        while let Some((start, end)) = due.pop_front() {
            let answer = match first.take() {
                Some(answer) => answer,
                None => {
                    let results = &parts.batch.results[start..end];
                    self.provider.submit(self.run, results, Prepared::default()).await
                }
            };
            let middle = start + (end - start) / 2;
            match answer {
                Ok(receipts) => self.weigh(parts, start, receipts, load).await?,
                // It was about all of them.
                Err(error) if self.provider.gathers() && !error.is_about_the_content() => return Err(error),
                Err(error) if end - start == 1 => {
                    self.weigh(parts, start, vec![Receipt::Doubtful(error)], load).await?;
                }
                Err(error) if error.is_about_the_content() => {
                    due.push_front((middle, end));
                    due.push_front((start, middle));
                }
                Err(error) => {
                    self.excuse(error).await?;
                    // Behind the others, so that those without a culprit come in between.
                    due.extend([(start, middle), (middle, end)]);
                }
            }
        }
        self.judge(parts).await
    }

    /// Takes in what was answered for each result of a part, which begins at `start`.
    ///
    /// # Errors
    ///
    /// Why there is no use in sending another part.
    async fn weigh(
        &mut self,
        parts: &mut Parts,
        start: usize,
        receipts: Vec<Receipt>,
        load: &mut Load,
    ) -> Result<(), Error> {
        let (mut failure, mut refusal) = (None, None);
        for (at, receipt) in (start..).zip(&receipts) {
            match receipt {
                Receipt::Doubtful(error) if error.is_about_the_content() => {
                    self.standing.refusals += 1;
                    if self.are_too_many_refused() {
                        refusal = Some(error.clone());
                    } else {
                        parts.suspects.push((at, error.clone()));
                    }
                }
                Receipt::Doubtful(error) => match self.excuse(error.clone()).await {
                    Ok(()) => parts.set_aside(at, &error.to_string()),
                    Err(error) => failure = failure.or(Some(error)),
                },
                Receipt::Undelivered(error) => failure = failure.or_else(|| Some(error.clone())),
                Receipt::Confirmed | Receipt::Unmapped(_) | Receipt::Rejected(_) => {
                    self.standing.failures = 0;
                    parts.fates[at] = fate_of(receipt);
                    if *receipt == Receipt::Confirmed {
                        self.note_success(load);
                        refusal = None;
                    }
                }
            }
        }
        self.acknowledge(&parts.batch, start, receipts);
        if refusal.is_some() {
            if self.took_any {
                self.judge(parts).await?;
            }
            // They must not be in the way of those behind them.
            for (at, refusal) in mem::take(&mut parts.suspects) {
                parts.set_aside(at, &refusal.to_string());
            }
        }
        failure.or(refusal).map_or(Ok(()), Err)
    }

    /// Decides about the suspects, once every part was sent or too many were refused of a load that was taken before.
    ///
    /// # Errors
    ///
    /// What is wrong with the run.
    async fn judge(&mut self, parts: &mut Parts) -> Result<(), Error> {
        if let Some(run) = self.run.filter(|_| !parts.suspects.is_empty()) {
            self.provider.check_run(run).await?;
        }
        for (at, refusal) in mem::take(&mut parts.suspects) {
            let (reason, was_not_found) = (refusal.to_string(), refusal.status() == Some(404));
            let of_result = || named(&parts.batch.results[at], &reason);
            parts.fates[at] = if !self.standing.takes_results {
                // That a run can be looked at does not prove that it takes results.
                Fate::Doubted(format!("{}; {DOUBTED}", of_result()))
            } else if was_not_found {
                // It may be the way to the service, for a while.
                Fate::Doubted(of_result())
            } else {
                self.acknowledge(&parts.batch, at, vec![Receipt::Rejected(reason)]);
                Fate::Settled(Settled::Refused)
            };
        }
        Ok(())
    }

    /// Looks whether any result is welcome behind those that were refused, by a few of them. Where one is, the service takes
    /// results, and the refused ones are taken up again.
    ///
    /// # Errors
    ///
    /// The refusal, where none is; what is wrong with the run; or why that cannot be known now.
    async fn look_further(&mut self, load: &mut Load, refusal: Error) -> Result<(), Error> {
        if let Some(run) = self.run {
            self.provider.check_run(run).await?;
        }
        // From the last on: those before it keep their places.
        for at in samples(load.len()) {
            let mut parts = Parts::of(load.take_one(at));
            let answer = self.provider.submit(self.run, &parts.batch.results, Prepared::default()).await;
            let mut outcome = self.send_parts(&mut parts, answer, load).await;
            if let Err(error) = &outcome
                && error.is_about_the_content()
            {
                parts.set_aside(0, &error.to_string());
                outcome = Ok(());
            }
            load.settle(parts.batch, parts.fates);
            outcome?;
            if !self.are_too_many_refused() {
                return Ok(());
            }
        }
        Err(refusal)
    }

    /// The service took a result. What it refused before it took any, or too often, is sent again, and is to blame if it is
    /// refused once more.
    fn note_success(&mut self, load: &mut Load) {
        self.took_any = true;
        if !self.standing.takes_results || self.are_too_many_refused() {
            load.take_up_again();
        }
        self.standing = Standing { takes_results: true, ..Standing::default() };
    }

    fn are_too_many_refused(&self) -> bool {
        self.standing.refusals > REFUSALS_IN_A_ROW
    }

    /// Counts a failure that may be due to what was sent: the service broke over it, and answers otherwise.
    ///
    /// # Errors
    ///
    /// The failure, where it is due to the service.
    async fn excuse(&mut self, error: Error) -> Result<(), Error> {
        // Who gathers what belongs together looks for the culprit itself, and has counted.
        if self.provider.gathers() {
            return Ok(());
        }
        let failures = &mut self.standing.failures;
        let may_be = error.is_internal() && *failures < FAILURES_IN_A_ROW;
        let Some(run) = self.run.filter(|_| may_be) else { return Err(error) };
        if *failures == 0 && self.provider.check_run(run).await.is_err() {
            return Err(error);
        }
        *failures += 1;
        Ok(())
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
                Receipt::Doubtful(_) | Receipt::Undelivered(_) => {}
            }
        }
        for (journal, note) in notes {
            if !(note.confirmed.is_empty() && note.unmapped.is_empty() && note.rejected.is_empty()) {
                self.notes.acknowledge(journal, note);
            }
        }
    }
}

/// A batch that was not taken as a whole, and is sent in parts.
struct Parts {
    batch: Batch,
    /// What is known of each of its results.
    fates: Vec<Fate>,
    /// Those that were refused by themselves, and why, until it is known that the run takes others.
    suspects: Vec<(usize, Error)>,
}

impl Parts {
    fn of(batch: Batch) -> Self {
        Self { fates: vec![Fate::Due; batch.results.len()], batch, suspects: Vec::new() }
    }

    /// A result is not to be in the way of others.
    fn set_aside(&mut self, at: usize, reason: &str) {
        self.fates[at] = Fate::SetAside(named(&self.batch.results[at], reason));
    }
}

/// What an answer comes to.
fn fate_of(receipt: &Receipt) -> Fate {
    match receipt {
        Receipt::Confirmed => Fate::Settled(Settled::Held),
        Receipt::Unmapped(_) | Receipt::Rejected(_) => Fate::Settled(Settled::Refused),
        Receipt::Doubtful(_) | Receipt::Undelivered(_) => Fate::Due,
    }
}

/// What `sending` comes to. Something else is done `meanwhile`.
async fn beside<T>(mut sending: BoxFuture<'_, T>, meanwhile: &mut (dyn FnMut() + Send)) -> Result<T, Error> {
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
mod tests;
