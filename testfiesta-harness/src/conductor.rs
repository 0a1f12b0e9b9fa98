//! From a test to its outcome: attempts and their limits, and when nothing more is begun.

use std::{
    collections::HashSet,
    env,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::{
    cli::Arguments,
    console::Console,
    execution::{Attempt, Executor, Interrupted, Limits, workers::Pool},
    registry::Test,
    session::{Session, say},
    settings::{Isolation, Settings},
};

/// Runs tests, and records how they ended.
pub(crate) struct Conductor {
    session: Arc<Session>,
    console: Arc<Console>,
    executor: Executor,
    timeout: Option<Duration>,
    slow: Option<Duration>,
    retries: u32,
    fail_fast: bool,
    shows_output: bool,
    /// Nothing more is begun, for this reason.
    stopped: Mutex<Option<&'static str>>,
    failed: AtomicBool,
    slow_tests: Mutex<HashSet<&'static str>>,
}

impl Conductor {
    /// A conductor of `selected` tests that records in `session`, and names slow ones on `console`.
    pub(crate) fn new(
        session: Arc<Session>,
        console: Arc<Console>,
        arguments: &Arguments,
        settings: &Settings,
        selected: usize,
    ) -> Self {
        Self {
            session,
            executor: executor(arguments, settings, selected),
            console,
            timeout: settings.timeout,
            slow: Some(settings.slow),
            retries: settings.retries,
            fail_fast: arguments.fail_fast,
            shows_output: arguments.shows_output(),
            stopped: Mutex::default(),
            failed: AtomicBool::new(false),
            slow_tests: Mutex::default(),
        }
    }

    /// Runs a test as often as it is allowed, and records what came of it. What is answered is what is printed.
    pub(crate) fn conduct(&self, test: &Test) -> Result<Vec<Attempt>, &'static str> {
        if let Some(reason) = self.stopped() {
            return Err(reason);
        }
        self.session.started(test);
        let attempts = self.attempts(test).map_err(|Interrupted| "interrupted")?;
        self.session.record(test, &attempts);
        if attempts.last().is_some_and(|attempt| attempt.outcome.is_failure()) {
            self.failed.store(true, Ordering::Relaxed);
            if self.fail_fast {
                self.stop("not run, since a test failed and --fail-fast was given");
            }
        }
        Ok(attempts)
    }

    /// Begins no other test, and ends those that run. Answers whether it could end them.
    pub(crate) fn interrupt(&self) -> bool {
        self.stop("interrupted");
        self.executor.interrupt()
    }

    /// All tests are over.
    pub(crate) fn close(&self) {
        self.executor.close();
    }

    fn attempts(&self, test: &Test) -> Result<Vec<Attempt>, Interrupted> {
        let details = test.case.details();
        let limits = Limits { timeout: details.timeout.or(self.timeout), slow: self.slow };
        let retries = details.retries.unwrap_or(self.retries);
        let mut attempts = Vec::with_capacity(1);
        loop {
            let mut attempt = self.executor.attempt(test, limits, &|| self.name_as_slow(test))?;
            let failed = attempt.outcome.is_failure();
            // What a passed test printed is seen by nobody else.
            if failed || self.shows_output {
                self.session.scrub(&mut attempt);
            }
            let again = failed && attempts.len() < retries as usize;
            attempts.push(attempt);
            if !again {
                return Ok(attempts);
            }
        }
    }

    fn name_as_slow(&self, test: &Test) {
        let mut named = self.slow_tests.lock().unwrap_or_else(PoisonError::into_inner);
        if named.insert(test.name) {
            self.console.slow(test.name, self.slow.unwrap_or_default());
        }
    }

    fn stop(&self, reason: &'static str) {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
    }

    fn stopped(&self) -> Option<&'static str> {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Workers, unless this process is a test's own, or somebody wants to see or share it.
fn executor(arguments: &Arguments, settings: &Settings, selected: usize) -> Executor {
    let one_process_a_test =
        env::var_os("NEXTEST_EXECUTION_MODE").is_some_and(|mode| mode == "process-per-test");
    let one_thread = arguments.test_threads.is_some_and(|threads| threads.get() == 1);
    let in_place = one_process_a_test
        || settings.isolation == Isolation::Threads
        || (arguments.no_capture && one_thread)
        // One test, as a debugger wants it, and at the least cost; unless the results have a place for what it prints.
        || (arguments.single().is_some() && selected <= 1 && !arguments.shows_output());
    let directory = &settings.directory;
    if in_place {
        return in_this_process(directory, arguments);
    }
    Pool::open(directory, !arguments.no_capture).map_or_else(
        |error| {
            say(&format!("tests run in the harness's own process, since no other can be started: {error}"));
            in_this_process(directory, arguments)
        },
        Executor::Workers,
    )
}

fn in_this_process(directory: &Path, arguments: &Arguments) -> Executor {
    Executor::InPlace { echo: arguments.no_capture, directory: directory.to_owned() }
}
