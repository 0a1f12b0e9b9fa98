//! A test on a thread of its own, which has the test's name, as libtest has it.

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::in_place::{self, Executed};
use crate::{
    outcome::{Failure, Outcome},
    panics::Echo,
    payload,
    registry::Test,
    thread,
};

/// Runs `test` to its end.
pub(crate) fn execute(test: &Test, echo: Echo, alone: bool) -> Executed {
    let own = *test;
    match thread::spawn(test.name, move || in_place::execute(&own, echo, alone)) {
        Ok(thread) => join(thread),
        // The system has no thread to spare, but for this one.
        Err(_) => in_place::execute(test, echo, alone),
    }
}

/// Runs `test`, and waits no longer than `limit`. A thread cannot be stopped: it is left behind then.
pub(super) fn execute_within(limit: Duration, test: &Test, echo: Echo, alone: bool) -> Executed {
    let clock = Instant::now();
    let own = *test;
    // Nothing is ever sent: the end of the sender is that of the test.
    let (running, ended) = mpsc::channel::<()>();
    let thread = thread::spawn(test.name, move || {
        let _running = running;
        in_place::execute(&own, echo, alone)
    });
    let outcome = match thread {
        // As there: rather without a limit than not at all.
        Err(_) => return in_place::execute(test, echo, alone),
        Ok(thread) => match ended.recv_timeout(limit) {
            Err(RecvTimeoutError::Timeout) => Outcome::TimedOut(Failure::new(format!(
                "passed its limit of {}; it runs on until this process ends, since a thread cannot be stopped",
                humantime::format_duration(limit)
            ))),
            Err(RecvTimeoutError::Disconnected) | Ok(()) => return join(thread),
        },
    };
    Executed { outcome, duration: clock.elapsed(), stray_panics: Vec::new() }
}

fn join(thread: JoinHandle<Executed>) -> Executed {
    // Panics of the test are caught inside; what is left is one in the payload's own destructor.
    thread.join().unwrap_or_else(|payload| Executed {
        outcome: Outcome::Failed(Failure::new(payload::message(&*payload))),
        duration: Duration::ZERO,
        stray_panics: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        case::{Body, Case, Details},
        returned::Returned,
    };

    const LIMIT: Duration = Duration::from_millis(1);

    fn test(case: &'static Case) -> Test {
        Test::new(0, case, "cart")
    }

    const fn runs(body: fn() -> Returned) -> Details {
        Details { body: Body::Returning(body), ..Details::EXAMPLE }
    }

    #[test]
    fn a_test_has_its_name_for_its_thread() {
        fn has_its_name() -> Returned {
            assert_eq!(std::thread::current().name(), Some("adds"));
            Ok(())
        }
        static NAMED: Case = Case { details: || runs(has_its_name), ..Case::EXAMPLE };
        assert_eq!(execute(&test(&NAMED), Echo::Never, false).outcome, Outcome::Passed);
    }

    #[test]
    fn a_test_that_does_not_end_is_left_behind() {
        fn never_ends() -> Returned {
            loop {
                std::thread::park();
            }
        }
        static ENDLESS: Case = Case { details: || runs(never_ends), ..Case::EXAMPLE };
        let executed = execute_within(LIMIT, &test(&ENDLESS), Echo::Never, false);
        let Outcome::TimedOut(failure) = executed.outcome else { panic!("{executed:?}") };
        assert!(failure.message.starts_with("passed its limit of 1ms"), "{}", failure.message);
    }

    #[test]
    fn a_test_within_its_limit_ends_as_it_would() {
        static FAILS: Case = Case { details: || runs(|| panic!("sum of 3")), ..Case::EXAMPLE };
        let executed = execute_within(Duration::MAX, &test(&FAILS), Echo::Never, false);
        assert_eq!(executed.outcome.failure().map(|failure| &*failure.message), Some("sum of 3"));
    }
}
