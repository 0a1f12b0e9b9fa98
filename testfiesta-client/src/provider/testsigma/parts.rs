//! Writing many cases at once, and finding those at fault by halving.

use std::collections::HashMap;

use super::{
    Testsigma,
    case_state::CaseState,
    record::LockedRecord,
    submit::{Due, Target, is_written},
};
use crate::{
    Error,
    provider::{FAILURES_IN_A_ROW, REFUSALS_IN_A_ROW, samples},
};

/// Cases on their way to a run.
struct Parts<'d> {
    /// Those that are still to be written: what is written by one request each, from the last to the first.
    due: Vec<Vec<&'d Due>>,
    /// What is known of the others.
    states: HashMap<String, CaseState>,
    /// What the service did not take since it took something last.
    refusals: usize,
    failures: usize,
    any_written: bool,
}

impl Testsigma {
    /// Writes cases, many at once. Where the service refuses them, or breaks over them, those at fault are found by halving.
    pub(super) async fn write_in_parts(
        &self,
        target: &Target<'_>,
        locked: &mut LockedRecord,
        due: &[Due],
    ) -> HashMap<String, CaseState> {
        let due = self.parts(due.iter().collect());
        let mut parts = Parts { due, states: HashMap::new(), refusals: 0, failures: 0, any_written: false };
        while let Some(part) = parts.due.pop() {
            let part = self.still_due(locked, part, &mut parts);
            let answer =
                if part.is_empty() { Ok(()) } else { self.write_despite_lag(target, locked, &part).await };
            let Err(error) = answer else {
                parts.written(&part);
                continue;
            };
            if part.iter().any(|due| self.is_gone(&due.case)) {
                // Once more without those.
                parts.due.push(part);
                continue;
            }
            let Some(part) = parts.halve(locked, part, &error) else { continue };
            parts.due.push(part);
            let mut rest: Vec<&Due> = parts.due.drain(..).rev().flatten().collect();
            if error.is_about_the_content()
                && let Some(welcome) = self.write_a_sample(target, locked, &rest).await
            {
                parts.written(&[rest.remove(welcome)]);
                parts.due = self.parts(rest);
            } else {
                parts.give_up(&rest, error);
            }
        }
        parts.states
    }

    /// What is written by one request each, from the last to the first.
    fn parts<'d>(&self, due: Vec<&'d Due>) -> Vec<Vec<&'d Due>> {
        due.chunks(self.options.batch.max(1)).rev().map(<[_]>::to_vec).collect()
    }

    /// What of a part is neither there nor deleted.
    fn still_due<'d>(
        &self,
        locked: &LockedRecord,
        part: Vec<&'d Due>,
        parts: &mut Parts<'d>,
    ) -> Vec<&'d Due> {
        // What the service broke over may be there nevertheless, and would get a second attempt.
        let (there, part): (Vec<&Due>, Vec<&Due>) = part.into_iter().partition(|due| is_written(locked, due));
        let (gone, part): (Vec<&Due>, Vec<&Due>) = part.into_iter().partition(|due| self.is_gone(&due.case));
        parts.set_all(&there, &CaseState::Written);
        parts.set_all(&gone, &CaseState::Gone);
        parts.any_written |= !there.is_empty();
        part
    }

    /// Looks whether any case is welcome behind those that were refused, by a few of them. Answers which one was.
    async fn write_a_sample(
        &self,
        target: &Target<'_>,
        locked: &mut LockedRecord,
        due: &[&Due],
    ) -> Option<usize> {
        for at in samples(due.len()) {
            match self.write_batch(target, locked, &due[at..=at]).await {
                Ok(()) => return Some(at),
                Err(error)
                    if error.is_about_the_content() || may_be_at_fault(locked, &due[at..=at], &error) => {}
                Err(_) => return None,
            }
        }
        None
    }
}

impl<'d> Parts<'d> {
    fn set_all(&mut self, part: &[&Due], state: &CaseState) {
        for due in part {
            self.states.insert(due.case.clone(), state.clone());
        }
    }

    fn written(&mut self, part: &[&Due]) {
        self.set_all(part, &CaseState::Written);
        (self.refusals, self.failures, self.any_written) = (0, 0, true);
    }

    /// Looks for those at fault in a part that failed. Gives it back where that happened too often in a row for a part to be
    /// at fault, or is nothing that a part can be at fault for.
    fn halve(&mut self, locked: &LockedRecord, part: Vec<&'d Due>, error: &Error) -> Option<Vec<&'d Due>> {
        let (first, second) = part.split_at(part.len() / 2);
        let is_refusal = error.is_about_the_content();
        if is_refusal && part.len() > 1 {
            self.due.extend([second.to_vec(), first.to_vec()]);
        } else if is_refusal && self.refusals < REFUSALS_IN_A_ROW {
            self.refusals += 1;
            self.set_all(&part, &CaseState::Refused(error.clone()));
        } else if may_be_at_fault(locked, &part, error) && self.failures < FAILURES_IN_A_ROW {
            self.failures += 1;
            if part.len() == 1 {
                self.set_all(&part, &CaseState::Doubted(error.clone()));
            } else {
                // Behind the others, so that those without a culprit come in between.
                self.due.splice(..0, [second.to_vec(), first.to_vec()]);
            }
        } else {
            return Some(part);
        }
        None
    }

    /// The service is the reason.
    fn give_up(&mut self, rest: &[&Due], error: Error) {
        let undelivered = CaseState::Undelivered(error);
        self.set_all(rest, &undelivered);
        if !self.any_written {
            // Those that were refused one by one are no more to blame.
            for state in self.states.values_mut() {
                *state = undelivered.clone();
            }
        }
    }
}

/// Whether the service may have broken over what is in these cases, and it is known what of it was written.
fn may_be_at_fault(locked: &LockedRecord, part: &[&Due], error: &Error) -> bool {
    let is_known = |due: &&Due| locked.record.cases.get(&due.case).is_some_and(|case| case.sending.is_none());
    error.is_internal() && part.iter().all(is_known)
}
