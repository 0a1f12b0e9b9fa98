//! A test, executed here and now, on this thread.

use std::{
    process,
    time::{Duration, Instant},
};

use crate::{
    attachments,
    case::{Body, Details, Flavor, ShouldPanic, TestFuture},
    outcome::{Failure, Outcome, StrayPanic},
    panics::{self, Caught, Echo},
    payload,
    registry::Test,
    returned::{Returned, ReturnedError},
};

/// How a test fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Executed {
    pub(crate) outcome: Outcome,
    pub(crate) duration: Duration,
    /// Panics of its threads that it did not fail of.
    pub(crate) stray_panics: Vec<StrayPanic>,
}

/// Runs a test on this thread. `alone` says that it is the only test in this process now.
pub(crate) fn execute(test: &Test, echo: Echo, alone: bool) -> Executed {
    let details = test.case.details();
    let _at_work = attachments::at_work(*test, alone);
    let process = process::id();
    let clock = Instant::now();
    let body = || call(details.body);
    let (result, stray_panics) = if alone {
        panics::catch_alone(echo, test.name, body)
    } else {
        (panics::catch(echo, test.name, body), Vec::new())
    };
    let duration = clock.elapsed();
    if process::id() != process {
        end_fork();
    }
    let outcome = judge(&details, result);
    if echo.is_at_once()
        && let (Outcome::Failed(failure @ Failure { location: None, .. }), ShouldPanic::No) =
            (&outcome, details.should_panic)
    {
        panics::print_at_once(failure);
    }
    Executed { outcome, duration, stray_panics }
}

/// The test forked, and this is the child, which has no more than this thread. Where libtest runs tests it ends with it; it
/// must not go on as another harness.
#[cfg(unix)]
fn end_fork() -> ! {
    // What runs at exit is the parent's.
    signal_hook::low_level::exit(0)
}

#[cfg(not(unix))]
fn end_fork() {}

fn call(body: Body) -> Returned {
    match body {
        Body::Plain(function) => {
            function();
            Ok(())
        }
        Body::Returning(function) => function(),
        Body::Async(function, flavor) => block_on(function, flavor),
    }
}

#[cfg(feature = "tokio")]
fn block_on(function: fn() -> TestFuture, flavor: Flavor) -> Returned {
    use tokio::runtime::Builder;
    let mut builder = match flavor {
        Flavor::CurrentThread => Builder::new_current_thread(),
        Flavor::MultiThread => Builder::new_multi_thread(),
    };
    match builder.on_thread_start(attachments::inherit()).enable_all().build() {
        Ok(runtime) => runtime.block_on(function()),
        Err(error) => {
            Err(ReturnedError::new(format!("the test's tokio runtime could not be started: {error}")))
        }
    }
}

#[cfg(not(feature = "tokio"))]
fn block_on(_: fn() -> TestFuture, _: Flavor) -> Returned {
    // The macro refuses an async test without the feature; only a hand-written record comes here.
    Err(ReturnedError::new("an async test needs a runtime: turn on the feature `tokio` of `testfiesta`"))
}

/// libtest's rules, and libtest's words.
fn judge(details: &Details, result: Result<Returned, Caught>) -> Outcome {
    match (details.should_panic, result) {
        (_, Ok(Err(ReturnedError { text, chain }))) => {
            Outcome::Failed(Failure { chain, ..Failure::new(text) })
        }
        (ShouldPanic::No, Ok(Ok(()))) => Outcome::Passed,
        (ShouldPanic::No, Err(caught)) => Outcome::Failed(caught.into_failure()),
        (ShouldPanic::Yes | ShouldPanic::WithMessage(_), Ok(Ok(()))) => {
            Outcome::Failed(Failure::new(format!("test did not panic as expected at {}", details.location)))
        }
        (ShouldPanic::Yes, Err(caught)) => {
            caught.let_go();
            Outcome::Passed
        }
        (ShouldPanic::WithMessage(expected), Err(caught)) => judge_message(expected, caught),
    }
}

fn judge_message(expected: &str, caught: Caught) -> Outcome {
    let message = match payload::text(&*caught.payload) {
        Some(text) if text.contains(expected) => {
            caught.let_go();
            return Outcome::Passed;
        }
        Some(text) => format!(
            "panic did not contain expected string\n      panic message: {text:?}\n expected substring: {expected:?}"
        ),
        None => format!(
            "expected panic with string value,\n found non-string value: `{:?}`\n     expected substring: {expected:?}",
            (*caught.payload).type_id()
        ),
    };
    let panic = caught.into_failure();
    let mut chain = if panic.chain.is_empty() { vec![panic.message] } else { panic.chain };
    chain.insert(0, message.clone());
    Outcome::Failed(Failure { message, chain, ..panic })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(should_panic: ShouldPanic, body: fn() -> Returned) -> Outcome {
        let details = Details { should_panic, ..Details::EXAMPLE };
        judge(&details, panics::catch(Echo::Never, "adds", body))
    }

    fn message(should_panic: ShouldPanic, body: fn() -> Returned) -> String {
        outcome(should_panic, body).failure().expect("a failure").message.clone()
    }

    #[test]
    fn a_test_that_returns_passes() {
        assert_eq!(outcome(ShouldPanic::No, || Ok(())), Outcome::Passed);
    }

    #[test]
    fn a_panic_fails_with_its_message_and_place() {
        let Outcome::Failed(failure) = outcome(ShouldPanic::No, || panic!("sum of {}", 3)) else { panic!() };
        assert_eq!(failure.message, "sum of 3");
        assert!(failure.location.expect("a place").starts_with(file!()));
    }

    #[test]
    fn a_panic_thrown_again_keeps_its_message() {
        let body = || std::panic::resume_unwind(Box::new("from a joined thread"));
        assert_eq!(message(ShouldPanic::No, body), "from a joined thread");
    }

    #[test]
    fn a_payload_whose_destructor_panics_ends_no_more_than_the_test() {
        struct Explosive;
        impl Drop for Explosive {
            fn drop(&mut self) {
                panic!("payload drop");
            }
        }
        let body = || std::panic::panic_any(Explosive);
        assert_eq!(message(ShouldPanic::No, body), "Box<dyn Any>");
        assert_eq!(outcome(ShouldPanic::Yes, body), Outcome::Passed);
    }

    #[test]
    fn a_returned_error_fails_with_its_debug_form() {
        assert_eq!(message(ShouldPanic::No, || Err(ReturnedError::new("Error: \"no\""))), "Error: \"no\"");
    }

    #[test]
    fn should_panic_passes_on_any_panic() {
        assert_eq!(outcome(ShouldPanic::Yes, || panic!()), Outcome::Passed);
    }

    #[test]
    fn should_panic_fails_without_a_panic_and_says_where() {
        let message = message(ShouldPanic::Yes, || Ok(()));
        assert_eq!(message, "test did not panic as expected at tests/cart.rs:1:1");
    }

    #[test]
    fn an_expected_message_may_be_a_part_of_the_panic() {
        assert_eq!(outcome(ShouldPanic::WithMessage("oo"), || panic!("boom")), Outcome::Passed);
    }

    #[test]
    fn another_message_than_expected_fails_and_shows_both() {
        let message = message(ShouldPanic::WithMessage("boom"), || panic!("bang"));
        assert!(message.contains("\"bang\"") && message.contains("\"boom\""), "{message}");
    }

    #[test]
    fn another_message_than_expected_is_the_cause_of_the_failure() {
        let outcome = outcome(ShouldPanic::WithMessage("boom"), || panic!("bang"));
        let failure = outcome.failure().expect("a failure");
        assert_eq!(failure.chain, [&*failure.message, "bang"]);
    }

    #[test]
    fn an_expected_message_needs_a_panic_with_text() {
        let message = message(ShouldPanic::WithMessage("boom"), || std::panic::panic_any(7));
        assert!(message.starts_with("expected panic with string value"), "{message}");
    }
}
