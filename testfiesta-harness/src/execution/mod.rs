//! How a test is executed. What becomes of its outcome is not known here.

mod capture;
mod crash;
mod in_place;
mod serial;
pub(crate) mod workers;

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

pub(crate) use capture::Output;
pub(crate) use in_place::execute;

use crate::{
    outcome::{Failure, Outcome},
    registry::Test,
};
use workers::Pool;

/// One test, run once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// When it began.
    pub(crate) started_at: SystemTime,
    /// How long it took.
    pub(crate) duration: Duration,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// What it printed, where that was captured.
    pub(crate) output: Output,
}

/// What a test may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// When it is stopped.
    pub(crate) timeout: Option<Duration>,
    /// When it is named as slow, while it runs.
    pub(crate) slow: Option<Duration>,
}

/// Where tests are executed.
pub(crate) enum Executor {
    /// In this process, on the thread that asks. With `echo` panics are printed as they happen.
    InPlace { echo: bool, directory: PathBuf },
    /// In a pool of worker processes.
    Workers(Pool),
}

/// No attempt was made: the user interrupted the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interrupted;

impl Executor {
    /// Runs a test once. `slow` hears when it passes [`Limits::slow`].
    pub(crate) fn attempt(
        &self,
        test: &Test,
        limits: Limits,
        slow: &dyn Fn(),
    ) -> Result<Attempt, Interrupted> {
        // Held until the attempt is over: across threads, workers and processes alike.
        let details = test.case.details();
        let _turn = details.serial.map(|group| serial::take_turn(self.directory(), group));
        let started_at = SystemTime::now();
        match self {
            Self::InPlace { echo, .. } => {
                let (outcome, duration) = execute(&details, *echo);
                let outcome = within(limits.timeout, outcome, duration);
                Ok(Attempt { started_at, duration, outcome, output: Output::default() })
            }
            Self::Workers(pool) => pool.attempt(test, limits, started_at, slow),
        }
    }

    /// Ends what runs, and starts nothing more. Answers whether it could: a thread cannot be ended.
    pub(crate) fn interrupt(&self) -> bool {
        match self {
            Self::InPlace { .. } => false,
            Self::Workers(pool) => {
                pool.interrupt();
                true
            }
        }
    }

    /// Nothing more will be run.
    pub(crate) fn close(&self) {
        if let Self::Workers(pool) = self {
            pool.close();
        }
    }

    fn directory(&self) -> &Path {
        match self {
            Self::InPlace { directory, .. } => directory,
            Self::Workers(pool) => pool.directory(),
        }
    }
}

/// A thread cannot be stopped: in this process a limit is judged afterwards.
fn within(timeout: Option<Duration>, outcome: Outcome, duration: Duration) -> Outcome {
    match timeout {
        Some(limit) if duration > limit => Outcome::TimedOut(Failure::new(format!(
            "took {}, longer than its limit of {}; it was not stopped, because it ran inside the harness's process",
            humantime::format_duration(Duration::from_millis(duration.as_millis() as u64)),
            humantime::format_duration(limit),
        ))),
        _ => outcome,
    }
}
