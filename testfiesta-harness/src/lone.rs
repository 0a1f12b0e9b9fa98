//! One test alone, printed as libtest prints it.
//!
//! A runner that starts a process a test (nextest) pays for everything that a process does once in each test, so here
//! libtest-mimic stands aside: it wants a trial for each of the tests that were left out, only to count them.

use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use crate::{
    cli::{Arguments, Color, Format},
    outcome::Outcome,
    registry::Test,
};

/// The test, if there is but one, it runs, and what is printed is plain text.
pub(crate) fn alone<'t>(arguments: &Arguments, tests: &'t [Test]) -> Option<&'t Test> {
    let [test] = tests else { return None };
    let pretty = !arguments.quiet && matches!(arguments.format, None | Some(Format::Pretty));
    let plain = match arguments.color {
        Some(Color::Never) => true,
        Some(Color::Always) => false,
        Some(Color::Auto) | None => !io::stdout().is_terminal(),
    };
    (arguments.runs(test.is_ignored()) && pretty && plain).then_some(test)
}

/// Runs the test on this thread.
///
/// # Errors
///
/// When its result cannot be printed.
pub(crate) fn run(
    test: &Test,
    filtered_out: usize,
    conduct: impl FnOnce(&Test) -> Outcome,
    out: &mut impl Write,
) -> io::Result<()> {
    out.write_all(format!("\nrunning 1 test\ntest {} ... ", test.name).as_bytes())?;
    out.flush()?;
    let clock = Instant::now();
    let outcome = conduct(test);
    out.write_all(ending(test.name, &outcome, filtered_out, clock.elapsed()).as_bytes())?;
    out.flush()
}

fn ending(name: &str, outcome: &Outcome, filtered_out: usize, elapsed: Duration) -> String {
    let (verdict, result, [passed, failed, ignored]) = match outcome {
        Outcome::Passed => ("ok".to_owned(), "ok", [1, 0, 0]),
        Outcome::Skipped { reason: None } => ("ignored".to_owned(), "ok", [0, 0, 1]),
        Outcome::Skipped { reason: Some(reason) } => (format!("ignored ({reason})"), "ok", [0, 0, 1]),
        Outcome::Failed(failure) | Outcome::TimedOut(failure) | Outcome::Crashed(failure) => {
            let message = failure.rendered();
            let details = format!("\n\nfailures:\n\n---- {name} ----\n{message}\n\n\nfailures:\n    {name}");
            (format!("FAILED{details}"), "FAILED", [0, 1, 0])
        }
    };
    let seconds = elapsed.as_secs_f64();
    format!(
        "{verdict}\n\ntest result: {result}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; \
         {filtered_out} filtered out; finished in {seconds:.2}s\n\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        case::{Body, Case, Ignored, Location, ShouldPanic},
        outcome::Failure,
    };

    static CASE: Case = Case {
        package: "webshop",
        path: "cart::adds",
        ids: &[],
        title: None,
        tags: &[],
        description: "",
        location: Location { file: "tests/cart.rs", line: 1, column: 1 },
        ignored: Ignored::No,
        should_panic: ShouldPanic::No,
        body: Body::Sync(|| Ok(())),
    };
    const TEST: Test = Test { name: "adds", case: &CASE };

    fn printed(outcome: Outcome) -> String {
        let mut out = Vec::new();
        run(&TEST, 7, |_| outcome, &mut out).expect("a vector takes all");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_test_that_passes_is_printed_as_libtest_does() {
        let expected = "\nrunning 1 test\ntest adds ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; \
                        0 measured; 7 filtered out; finished in 0.00s\n\n";
        assert_eq!(printed(Outcome::Passed), expected);
    }

    #[test]
    fn a_test_that_fails_is_printed_with_its_reason() {
        let expected = "\nrunning 1 test\ntest adds ... FAILED\n\nfailures:\n\n---- adds ----\nleft != right\n\n\n\
                        failures:\n    adds\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; \
                        7 filtered out; finished in 0.00s\n\n";
        assert_eq!(printed(Outcome::Failed(Failure::new("left != right"))), expected);
    }

    #[test]
    fn only_a_single_test_is_alone() {
        let arguments = Arguments { color: Some(Color::Never), ..Arguments::default() };
        assert!(alone(&arguments, &[TEST]).is_some());
        assert!(alone(&arguments, &[TEST, TEST]).is_none());
        assert!(alone(&arguments, &[]).is_none());
    }

    #[test]
    fn another_format_than_plain_lines_is_not_printed_here() {
        let plain = Arguments { color: Some(Color::Never), ..Arguments::default() };
        for other in [
            Arguments { quiet: true, ..plain.clone() },
            Arguments { format: Some(Format::Json), ..plain.clone() },
            Arguments { color: Some(Color::Always), ..plain },
        ] {
            assert!(alone(&other, &[TEST]).is_none(), "{other:?}");
        }
    }
}
