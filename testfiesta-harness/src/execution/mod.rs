//! How a test is executed. What becomes of its outcome is not known here.

mod capture;
mod crash;
mod in_place;
mod own_thread;
mod queue;
mod serial;
mod slow;
pub(crate) mod workers;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

pub(crate) use in_place::{Executed, execute};
pub(crate) use queue::{LocalQueue, Queue};
pub(crate) use slow::SlowWatch;

use crate::{
    attempt::{Attempt, Output},
    panics::Echo,
    registry::Test,
};
use workers::Pool;

/// Runs one test and answers with its attempts. What is answered is what is printed. Calls the function when it is certain
/// that the test begins, at the latest when it returns.
pub(crate) type Conduct =
    Arc<dyn Fn(&Test, &mut LocalQueue<'_>, &dyn Fn()) -> Result<Vec<Attempt>, NotRun> + Send + Sync>;

/// The test did not come to its end, or was not even begun: the run ends early. There is nothing to report of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotRun;

/// Runs tests.
pub(crate) struct Executor {
    pub(crate) place: Place,
    /// Where processes meet that take turns.
    pub(crate) directory: PathBuf,
    /// Names the slow ones, if anybody does.
    pub(crate) slow: Option<SlowWatch>,
    /// Called now and then while a test runs in a process of its own: should that be killed, it tells when.
    pub(crate) show_life: Box<dyn Fn() + Send + Sync>,
}

/// Where tests are executed.
#[expect(clippy::large_enum_variant, reason = "there is one")]
pub(crate) enum Place {
    /// In this process.
    Here {
        /// When panics are printed.
        echo: Echo,
        /// Whether this process is there for one test. It is given a thread of its own then.
        alone: bool,
    },
    /// In a pool of worker processes.
    Workers(Pool),
}

/// Runs a test in this process. One that is `alone` there, or has a limit, is given a thread of its own.
/// What it prints is not captured. While this thread only waits for it, `show_life` is called now and then.
pub(crate) fn execute_here(
    test: &Test,
    echo: Echo,
    alone: bool,
    limit: Option<Duration>,
    show_life: &dyn Fn(),
) -> Attempt {
    let started_at = SystemTime::now();
    let Executed { outcome, duration, stray_panics } = if alone || limit.is_some() {
        own_thread::execute(test, echo, alone, limit, show_life)
    } else {
        execute(test, echo, false)
    };
    Attempt { started_at, duration, outcome, output: Output::default(), stray_panics }
}

/// No attempt was made: the user interrupted the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interrupted;

impl Executor {
    /// Runs a test once, and stops it at its limit. What `local` holds may have begun when this returns.
    pub(crate) fn attempt(
        &self,
        test: &Test,
        local: &mut LocalQueue<'_>,
        limit: Option<Duration>,
    ) -> Result<Attempt, Interrupted> {
        // Held until the attempt is over: across threads, workers and processes alike.
        let details = test.case.details();
        let _turn = details.serial.map(|group| serial::take_turn(&self.directory, group));
        let _watched = self.slow.as_ref().map(|slow| slow.begin(test.name));
        let (echo, alone) = match &self.place {
            Place::Workers(pool) => match pool.attempt(test, local, limit)? {
                Some(attempt) => return Ok(attempt),
                // There can be no workers, after all.
                None if pool.captures() => (Echo::Never, false),
                None => (Echo::AtOnce, false),
            },
            Place::Here { echo, alone } => (*echo, *alone),
        };
        Ok(execute_here(test, echo, alone, limit, &*self.show_life))
    }

    /// Whether tests may begin before the ones that come before them were asked about: where their output is kept apart.
    pub(crate) fn runs_ahead(&self) -> bool {
        matches!(&self.place, Place::Workers(pool) if pool.captures() && !pool.is_given_up())
    }

    /// Whether a test can be stopped: a thread cannot.
    pub(crate) fn can_stop(&self) -> bool {
        matches!(&self.place, Place::Workers(pool) if !pool.is_given_up())
    }

    /// Ends what runs, where that can be, and starts nothing more.
    pub(crate) fn interrupt(&self) {
        if let Place::Workers(pool) = &self.place {
            pool.interrupt();
        }
    }

    /// Nothing more will be run. Answers whether the processes that tests ran in came to a good end.
    pub(crate) fn close(&self) -> bool {
        match &self.place {
            Place::Workers(pool) => pool.close(),
            Place::Here { .. } => true,
        }
    }
}
