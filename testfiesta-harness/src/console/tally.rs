//! What is known at the end: how many, and which ones to show once more.

use std::time::Duration;

use super::{
    progress::{Ended, Judgement},
    text::Text,
};

/// The tests that ended so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) ignored: usize,
    /// Not all tests came to an end.
    pub(super) is_cut_short: bool,
    pub(super) filtered_out: usize,
    /// Tests that passed, if what they printed is to be shown.
    pub(super) successes: Option<Vec<Shown>>,
    pub(super) failures: Vec<Shown>,
    /// Tests that were stopped at their limits, which are failures too.
    pub(super) timeouts: Vec<Shown>,
    /// How long all of them took.
    pub(super) elapsed: Duration,
}

/// A test that is shown at the end.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) text: Text,
}

impl Tally {
    /// How many failed, for whichever reason.
    pub(super) fn failed(&self) -> usize {
        self.failures.len() + self.timeouts.len()
    }

    /// Whether all is well.
    pub(super) fn is_ok(&self) -> bool {
        self.failed() == 0 && !self.is_cut_short
    }

    pub(super) fn count(&mut self, ended: Ended) {
        let shown = Shown { name: ended.name, text: ended.text };
        match ended.judgement {
            Judgement::Passed => {
                self.passed += 1;
                if let Some(successes) = &mut self.successes {
                    successes.push(shown);
                }
            }
            Judgement::Failed => self.failures.push(shown),
            Judgement::TimedOut => self.timeouts.push(shown),
            Judgement::Ignored { .. } => self.ignored += 1,
            Judgement::Interrupted | Judgement::NotBegun => self.is_cut_short = true,
        }
    }
}
