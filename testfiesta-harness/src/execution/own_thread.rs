//! A test on a thread of its own, which has the test's name, as libtest has it.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{self, RecvTimeoutError},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::in_place::{self, Executed};
use crate::{
    lock::locked,
    outcome::{Failure, Outcome},
    panics::{self, Echo},
    payload,
    registry::Test,
    thread,
};

/// How often this process shows that it is there while it does nothing but wait.
const SIGN_OF_LIFE: Duration = Duration::from_millis(100);

/// Runs `test`, and waits no longer than `limit`. A thread cannot be stopped: it is left behind then. `show_life` is called
/// now and then meanwhile.
pub(super) fn execute(
    test: &Test,
    echo: Echo,
    alone: bool,
    limit: Option<Duration>,
    show_life: &dyn Fn(),
) -> Executed {
    let clock = Instant::now();
    let own = *test;
    // Nothing is ever sent: the end of the sender is that of the test.
    let (running, ended) = mpsc::channel::<()>();
    let kept = Arc::new(Mutex::new(String::new()));
    let keeper = Arc::clone(&kept);
    let thread = thread::spawn(test.name, move || {
        let _running = running;
        panics::keep(Box::new(move |panics| panics.clone_into(&mut locked(&keeper))));
        in_place::execute(&own, echo, alone)
    });
    // The system has no thread to spare, but for this one. Rather without a limit than not at all.
    let Ok(thread) = thread else { return in_place::execute(test, echo, alone) };
    loop {
        let left = limit.map_or(Duration::MAX, |limit| limit.saturating_sub(clock.elapsed()));
        match (ended.recv_timeout(left.min(SIGN_OF_LIFE)), limit) {
            (Err(RecvTimeoutError::Disconnected) | Ok(()), _) => return join(thread),
            (Err(RecvTimeoutError::Timeout), Some(limit)) if clock.elapsed() >= limit => {
                let failure = Failure::new(format!(
                    "passed its limit of {}; it runs on until this process ends, since a thread cannot be stopped",
                    humantime::format_duration(limit)
                ));
                let outcome = Outcome::TimedOut(failure.after(&locked(&kept)));
                return Executed { outcome, duration: clock.elapsed(), stray_panics: Vec::new() };
            }
            (Err(RecvTimeoutError::Timeout), _) => show_life(),
        }
    }
}

fn join(thread: JoinHandle<Executed>) -> Executed {
    // Panics of the test, and of what it threw, are caught inside: this one is ours.
    thread.join().unwrap_or_else(|payload| Executed {
        outcome: Outcome::Failed(Failure::new(payload::message(&*payload))),
        duration: Duration::ZERO,
        stray_panics: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::{
        case::{Body, Case, Details},
        returned::Returned,
    };

    const LIMIT: Duration = Duration::from_millis(1);

    fn executed(case: &'static Case, limit: Option<Duration>) -> Executed {
        execute(&Test::new(0, case, "cart"), Echo::Never, false, limit, &|| ())
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
        assert_eq!(executed(&NAMED, None).outcome, Outcome::Passed);
    }

    #[test]
    fn a_test_that_does_not_end_is_left_behind() {
        fn never_ends() -> Returned {
            loop {
                std::thread::park();
            }
        }
        static ENDLESS: Case = Case { details: || runs(never_ends), ..Case::EXAMPLE };
        let executed = executed(&ENDLESS, Some(LIMIT));
        let Outcome::TimedOut(failure) = executed.outcome else { panic!("{executed:?}") };
        assert!(failure.message.starts_with("passed its limit of 1ms"), "{}", failure.message);
    }

    #[test]
    fn what_a_test_panicked_with_that_is_left_behind_is_told() {
        struct Endless;
        impl Drop for Endless {
            fn drop(&mut self) {
                loop {
                    std::thread::park();
                }
            }
        }
        static FAILS: Case = Case {
            details: || {
                runs(|| {
                    let _endless = Endless;
                    let _ = std::panic::catch_unwind(|| panic!("the attempt"));
                    panic!("sum of 3")
                })
            },
            ..Case::EXAMPLE
        };
        // As soon as it panicked, however long that takes.
        let message =
            (0..).map(|doubled| executed(&FAILS, Some(LIMIT * (1 << doubled)))).find_map(|executed| {
                executed
                    .outcome
                    .failure()
                    .map(|failure| failure.message.clone())
                    .filter(|message| message.contains("sum"))
            });
        let message = message.expect("a message");
        let (limit, panics) = message.split_once("\n\n").expect("two parts");
        assert!(limit.starts_with("passed its limit of "), "{message}");
        let [_, attempt, place, sum] = *panics.lines().collect::<Vec<_>>() else { panic!("{message}") };
        assert_eq!((attempt, sum), ("the attempt", "sum of 3"));
        assert!(place.starts_with(concat!("thread 'adds' panicked at ", file!())), "{message}");
    }

    #[test]
    fn a_test_within_its_limit_ends_as_it_would() {
        static FAILS: Case = Case { details: || runs(|| panic!("sum of 3")), ..Case::EXAMPLE };
        let executed = executed(&FAILS, Some(Duration::MAX));
        assert_eq!(executed.outcome.failure().map(|failure| &*failure.message), Some("sum of 3"));
    }

    #[test]
    fn life_is_shown_while_a_test_runs() {
        static WAITS: Case = Case {
            details: || {
                runs(|| {
                    std::thread::park();
                    Ok(())
                })
            },
            ..Case::EXAMPLE
        };
        let shown = Cell::new(0);
        let show_life = || shown.set(shown.get() + 1);
        execute(&Test::new(0, &WAITS, "cart"), Echo::Never, false, Some(SIGN_OF_LIFE * 3), &show_life);
        assert_ne!(shown.get(), 0);
    }
}
