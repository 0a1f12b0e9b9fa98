//! From a test to its outcome: attempts and their limits, and when nothing more is begun.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::{
    attempt::Attempt,
    case::Details,
    cli::{Arguments, Color},
    console::Console,
    execution::{
        Executor, Interrupted, LocalQueue, NotRun, Place, SlowWatch,
        workers::{Pool, Printing, say_alone},
    },
    nextest,
    outcome::Outcome,
    panics::Echo,
    registry::Test,
    session::Session,
    settings::{Isolation, Settings},
};

/// Tests with a limit below this are told to a worker one by one: whoever ends a worker at the limit of one test should
/// not meet the next.
const SHORT_LIMIT: Duration = Duration::from_secs(1);

/// Runs tests, and records how they ended.
pub(crate) struct Conductor {
    session: Arc<Session>,
    executor: Executor,
    timeout: Option<Duration>,
    retries: u32,
    fail_fast: bool,
    runs_ignored: bool,
    shows_output: bool,
    /// Nothing more is begun.
    stopped: AtomicBool,
    failed: AtomicBool,
    left_one_behind: AtomicBool,
}

impl Conductor {
    /// A conductor of the `selected` tests that records in `session`, and names slow ones on `console`.
    pub(crate) fn new(
        session: Arc<Session>,
        console: &Arc<Console>,
        arguments: &Arguments,
        settings: &Settings,
        selected: &[Test],
    ) -> Self {
        Self {
            executor: executor(&session, console, arguments, settings, selected),
            session,
            timeout: settings.timeout,
            retries: settings.retries,
            fail_fast: arguments.fail_fast,
            runs_ignored: arguments.runs(true),
            shows_output: arguments.shows_output(),
            stopped: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            left_one_behind: AtomicBool::new(false),
        }
    }

    /// Runs a test as often as it is allowed, and records what came of it. What is answered is what is printed. What
    /// `local` holds may begin meanwhile. `begin` is called unless nothing more is begun.
    pub(crate) fn conduct(
        &self,
        test: &Test,
        local: &mut LocalQueue<'_>,
        begin: &dyn Fn(),
    ) -> Result<Vec<Attempt>, NotRun> {
        // One that was reached for may be over already, and is known by its attempt alone.
        match (local.was_upcoming(), self.is_stopped()) {
            (false, true) => return Err(NotRun),
            (true, true) => {}
            (was_upcoming, false) => {
                begin();
                if !was_upcoming {
                    self.session.started([test]);
                }
            }
        }
        let attempts = self.attempts(test, local).map_err(|Interrupted| NotRun)?;
        self.session.record(test, &attempts);
        if attempts.last().is_some_and(|attempt| attempt.outcome.is_failure()) {
            self.failed.store(true, Ordering::Relaxed);
            if self.fail_fast {
                self.stop();
            }
        }
        Ok(attempts)
    }

    /// Begins no other test, and ends those that run. Answers whether it could end them.
    pub(crate) fn interrupt(&self) -> bool {
        self.stop();
        self.executor.interrupt();
        self.executor.can_stop()
    }

    /// Whether this process is there for one test, which runs in it.
    pub(crate) fn is_one_process_a_test(&self) -> bool {
        matches!(self.executor.place, Place::Here { alone: true, .. })
    }

    /// Whether a test passed its limit that could not be stopped.
    pub(crate) fn left_one_behind(&self) -> bool {
        self.left_one_behind.load(Ordering::Relaxed)
    }

    /// All tests are over. Answers whether the processes that they ran in came to a good end.
    pub(crate) fn close(&self) -> bool {
        self.executor.close()
    }

    fn attempts(&self, test: &Test, local: &mut LocalQueue<'_>) -> Result<Vec<Attempt>, Interrupted> {
        let details = test.case.details();
        let (limit, retries) = (self.limit(&details), self.retries(&details));
        if self.executor.runs_ahead() && self.is_plain(&details) && !self.is_stopped() {
            let is_run = |next: &Test| self.runs_ignored || !next.is_ignored();
            self.session.started(local.reach(|next| is_run(next) && self.is_plain(&next.case.details())));
        }
        let mut attempts = Vec::with_capacity(1);
        loop {
            let mut attempt = self.executor.attempt(test, local, limit)?;
            let failed = attempt.outcome.is_failure();
            // What a passed test printed is seen by nobody else.
            if failed || self.shows_output || !attempt.stray_panics.is_empty() {
                self.session.scrub(&mut attempt);
            }
            // Not beside itself.
            let runs_on = matches!(attempt.outcome, Outcome::TimedOut(_)) && !self.executor.can_stop();
            self.left_one_behind.fetch_or(runs_on, Ordering::Relaxed);
            let again = failed && !runs_on && attempts.len() < retries as usize;
            attempts.push(attempt);
            if !again {
                return Ok(attempts);
            }
        }
    }

    fn limit(&self, details: &Details) -> Option<Duration> {
        details.timeout.or(self.timeout)
    }

    fn retries(&self, details: &Details) -> u32 {
        details.retries.unwrap_or(self.retries)
    }

    /// Whether a test may begin before those ahead of it were asked about: it runs whatever became of them, once, and
    /// takes turns with none.
    fn is_plain(&self, details: &Details) -> bool {
        !self.fail_fast
            && details.serial.is_none()
            && self.retries(details) == 0
            && self.limit(details).is_none_or(|limit| limit >= SHORT_LIMIT)
    }

    fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Where the tests run, and who names the slow ones. Where this process is a test's own, whoever started it does.
fn executor(
    session: &Session,
    console: &Arc<Console>,
    arguments: &Arguments,
    settings: &Settings,
    selected: &[Test],
) -> Executor {
    let place = place(session, arguments, settings, selected);
    let (console, limit) = (Arc::clone(console), settings.slow);
    let slow = (!matches!(place, Place::Here { alone: true, .. }))
        .then(|| SlowWatch::new(limit, move |test| console.slow(test, limit)));
    let show_life = session.sign_of_life();
    Executor { place, directory: settings.directory.clone(), slow, show_life: Box::new(show_life) }
}

/// Workers, unless this process is a test's own, or somebody wants to see or share it.
fn place(session: &Session, arguments: &Arguments, settings: &Settings, selected: &[Test]) -> Place {
    let one_process_a_test = nextest::is_process_per_test();
    let one_thread = arguments.test_threads.is_some_and(|threads| threads.get() == 1);
    // One test, as a debugger wants it, and at the least cost; unless the results have a place for what it prints, or it
    // may have to be stopped with all that it started.
    let has_limit = |test: &Test| settings.timeout.or(test.case.details().timeout).is_some();
    let single = arguments.single().is_some()
        && selected.len() <= 1
        && !arguments.shows_output()
        && !selected.iter().any(has_limit);
    let here = Place::Here {
        echo: if arguments.no_capture { Echo::AtOnce } else { Echo::Never },
        alone: one_process_a_test || single,
    };
    if one_process_a_test
        || single
        || settings.isolation == Isolation::Threads
        || (arguments.no_capture && one_thread)
    {
        return here;
    }
    let printing = Printing {
        is_captured: !arguments.no_capture,
        is_shown: arguments.shows_output(),
        in_colours: match arguments.color {
            Some(Color::Always) => Some(true),
            Some(Color::Never) => Some(false),
            Some(Color::Auto) | None => None,
        },
    };
    match Pool::open(&settings.directory, session.journal(), printing) {
        Ok(pool) => Place::Workers(pool),
        Err(error) => {
            say_alone(&error);
            here
        }
    }
}
