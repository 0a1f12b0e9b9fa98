//! How tests ended, by kind.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;

/// How many tests ended how. A test with two case ids is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcomes {
    /// They did what they promised, the flaky ones too.
    pub passed: u64,
    /// They did not.
    pub failed: u64,
    /// They did not run.
    pub skipped: u64,
    /// They were stopped at their time limit.
    pub timed_out: u64,
    /// They took their process with them.
    pub crashed: u64,
    /// Out of those that passed: after an attempt that did not.
    pub flaky: u64,
}

impl Outcomes {
    /// Counts one test. `again` says that earlier attempts at it failed.
    pub fn add(&mut self, outcome: &Outcome, again: bool) {
        *match outcome {
            Outcome::Passed => {
                self.flaky += u64::from(again);
                &mut self.passed
            }
            Outcome::Failed(_) => &mut self.failed,
            Outcome::Skipped { .. } => &mut self.skipped,
            Outcome::TimedOut(_) => &mut self.timed_out,
            Outcome::Crashed(_) => &mut self.crashed,
        } += 1;
    }

    /// Whether any test failed, whatever the kind.
    pub fn any_failed(&self) -> bool {
        self.failed + self.timed_out + self.crashed > 0
    }

    pub(super) fn each_with(&mut self, other: &Self, change: impl Fn(u64, u64) -> u64) {
        let Self { passed, failed, skipped, timed_out, crashed, flaky } = self;
        for (own, others) in [
            (passed, other.passed),
            (failed, other.failed),
            (skipped, other.skipped),
            (timed_out, other.timed_out),
            (crashed, other.crashed),
            (flaky, other.flaky),
        ] {
            *own = change(*own, others);
        }
    }
}

/// As in `18 passed (1 flaky), 1 failed, 2 skipped`.
impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed", self.passed)?;
        if self.flaky > 0 {
            write!(f, " ({} flaky)", self.flaky)?;
        }
        let failed = self.failed + self.timed_out + self.crashed;
        write!(f, ", {failed} failed, {} skipped", self.skipped)
    }
}
