//! How tests ended: into the journal first, then to the reporter.

use std::{
    borrow::Cow,
    sync::atomic::Ordering,
    time::{Duration, SystemTime},
};

use super::Session;
use crate::{
    attempt::{Attempt, Output},
    case::Details,
    case_ids,
    event::{CaseFinished, EarlierAttempt, Event, PrintedOutput, micros, millis, now},
    lock::locked,
    nextest::Previous,
    outcome::Outcome,
    registry::Test,
};

impl Session {
    /// Notes that tests begin now, or will in a moment: should the process die, this is what it died in.
    pub(crate) fn started<'t>(&self, tests: impl IntoIterator<Item = &'t Test>) {
        self.journal.started(now(), tests.into_iter().map(|test| (test.name, test.case)));
    }

    /// Records a test that does not run.
    pub(crate) fn skip(&self, test: &Test) -> Outcome {
        let reason = test.ignore_reason().map(str::to_owned);
        let outcome = Outcome::Skipped { reason };
        let (started_at, duration) = (SystemTime::now(), Duration::ZERO);
        let output = Output::default();
        let attempt =
            Attempt { started_at, duration, outcome: outcome.clone(), output, stray_panics: Vec::new() };
        self.record(test, &[attempt]);
        outcome
    }

    /// Records how a test's attempts ended, the last of which counts.
    pub(crate) fn record(&self, test: &Test, attempts: &[Attempt]) {
        let Some((last, earlier)) = attempts.split_last() else { return };
        let again = !earlier.is_empty() || self.previous.is_some();
        self.outcomes().add(&last.outcome, again);
        // Of those that nextest tried again nextest tells.
        if last.outcome == Outcome::Passed && !earlier.is_empty() {
            locked(&self.flaky).push(format!("{} passed at attempt {}", test.name, attempts.len()));
        }
        let case = test.case.details();
        let results = case_ids::results(case.ids);
        let seq = self.next_seq.fetch_add(results, Ordering::Relaxed);
        let finished = || CaseFinished {
            output: kept_output(last),
            earlier: self.attempts_before(earlier),
            ..case_finished(seq, test, &case, last)
        };
        #[cfg(feature = "http")]
        if let Some(reporter) = &self.reporter {
            let event = Event::CaseFinished(finished());
            self.journal.append(&event);
            self.supersede(&last.outcome);
            if let Event::CaseFinished(finished) = event {
                reporter.send(finished);
            }
            return;
        }
        if matches!(last.outcome, Outcome::Passed) && !again && last.stray_panics.is_empty() {
            self.journal.passed(seq, millis(last.started_at), micros(last.duration), test.name);
        } else {
            self.journal.append(&Event::CaseFinished(finished()));
            self.supersede(&last.outcome);
        }
        // Where outcomes are sent from here, not before the end: what is read back from the journal is not what waits in
        // memory since that failed.
        self.journal.retry();
    }

    /// The attempts before the last, in this process and in those before it.
    fn attempts_before(&self, own: &[Attempt]) -> Vec<EarlierAttempt> {
        let mut attempts = self.previous.as_ref().map(Previous::attempts).unwrap_or_default();
        attempts.extend(own.iter().map(earlier_attempt));
        attempts
    }

    fn supersede(&self, by: &Outcome) {
        if let Some(previous) = &self.previous
            && !matches!(by, Outcome::Skipped { .. })
        {
            previous.supersede();
        }
    }
}

fn case_finished(seq: u64, test: &Test, case: &Details, attempt: &Attempt) -> CaseFinished {
    CaseFinished {
        seq,
        at: millis(attempt.started_at),
        micros: micros(attempt.duration),
        test: Cow::Borrowed(test.name),
        package: Cow::Borrowed(case.package),
        module_path: Cow::Borrowed(test.case.module_path()),
        location: Cow::Borrowed(case.location.as_str()),
        ids: case.ids.iter().copied().map(Cow::Borrowed).collect(),
        title: case.title.map(Cow::Borrowed),
        tags: case.tags.iter().copied().map(Cow::Borrowed).collect(),
        description: Cow::Borrowed(case.description),
        outcome: attempt.outcome.clone(),
        output: None,
        earlier: Vec::new(),
        stray_panics: attempt.stray_panics.clone(),
    }
}

fn earlier_attempt(attempt: &Attempt) -> EarlierAttempt {
    EarlierAttempt {
        micros: micros(attempt.duration),
        outcome: attempt.outcome.clone(),
        output: kept_output(attempt),
    }
}

/// What a failed test printed is part of why; what a passed one printed is nobody's concern.
fn kept_output(attempt: &Attempt) -> Option<PrintedOutput> {
    let output = &attempt.output;
    (attempt.outcome.is_failure() && !output.is_empty())
        .then(|| PrintedOutput { stdout: output.stdout.text(), stderr: output.stderr.text() })
}
