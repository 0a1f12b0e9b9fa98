//! Runs tests and prints them as libtest does, where lines without colours are wanted: into a pipe or a file.
//!
//! That is most runs, in CI and under nextest, and there libtest-mimic costs more than all else together: it looks for
//! colours to take out, byte by byte, and wants a trial for each test that was left out, only to count it.

use std::{
    env,
    io::{self, IsTerminal, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    case::Ignored,
    cli::{Arguments, Color, Format},
    outcome::Outcome,
    registry::Test,
};

/// Whether the arguments, and where stdout leads to, ask for plain lines.
pub(crate) fn is_wanted(arguments: &Arguments) -> bool {
    let lines =
        !arguments.quiet && !arguments.bench && matches!(arguments.format, None | Some(Format::Pretty));
    let colourless = match arguments.color {
        Some(Color::Never) => true,
        Some(Color::Always) => false,
        Some(Color::Auto) | None => !io::stdout().is_terminal() && !colours_are_forced(),
    };
    lines && colourless
}

/// The convention that libtest-mimic follows.
fn colours_are_forced() -> bool {
    env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0")
}

/// Runs `tests`, on as many threads as the arguments allow, and prints what becomes of them.
///
/// # Errors
///
/// Why the results could not be printed. Tests that had not begun by then do not run.
pub(crate) fn run(
    arguments: &Arguments,
    tests: &[Test],
    filtered_out: usize,
    conduct: &(impl Fn(&Test) -> Outcome + Sync + ?Sized),
    out: impl Write + Send,
) -> io::Result<()> {
    let clock = Instant::now();
    let mut report = Report { out, passed: 0, failed: Vec::new(), ignored: 0 };
    let plural = if tests.len() == 1 { "" } else { "s" };
    report.print(&format!("\nrunning {} test{plural}\n", tests.len()))?;
    let conduct = |test: &Test| {
        if arguments.runs(test.is_ignored()) { conduct(test) } else { left_out(test) }
    };
    match threads(arguments, tests.len()) {
        1 => in_turn(tests, conduct, &mut report)?,
        threads => at_once(threads, tests, conduct, &mut report)?,
    }
    report.conclude(filtered_out, clock.elapsed())
}

/// An ignored test that nobody asked for.
fn left_out(test: &Test) -> Outcome {
    let reason = match test.case.ignored {
        Ignored::Because(reason) => Some(reason.to_owned()),
        Ignored::Yes | Ignored::No => None,
    };
    Outcome::Skipped { reason }
}

fn threads(arguments: &Arguments, tests: usize) -> usize {
    // One test needs no thread of its own, and asking how many there may be costs a process as much as a small test.
    if tests <= 1 {
        return 1;
    }
    let chosen = arguments.test_threads.or_else(|| thread::available_parallelism().ok());
    chosen.map_or(1, |threads| threads.get().min(tests))
}

/// On this thread, each with its name first: what a test prints itself stands behind it.
fn in_turn(
    tests: &[Test],
    conduct: impl Fn(&Test) -> Outcome,
    report: &mut Report<impl Write>,
) -> io::Result<()> {
    for test in tests {
        report.print(&format!("test {} ... ", test.name))?;
        let outcome = conduct(test);
        report.note("", test.name, &outcome)?;
    }
    Ok(())
}

/// On threads of their own, each printed by the thread that ran it: nobody has to be woken.
fn at_once(
    threads: usize,
    tests: &[Test],
    conduct: impl Fn(&Test) -> Outcome + Sync,
    report: &mut Report<impl Write + Send>,
) -> io::Result<()> {
    let next = AtomicUsize::new(0);
    let report = Mutex::new(report);
    let work = || {
        while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = conduct(test);
            let before = format!("test {} ... ", test.name);
            let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = report.note(&before, test.name, &outcome) {
                next.store(tests.len(), Ordering::Relaxed);
                return Err(error);
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| {
            worker.join().unwrap_or_else(|_| Err(io::Error::other("a thread of the harness panicked")))
        });
        // All are waited for; the first error is the reason of the others.
        results.fold(Ok(()), Result::and)
    })
}

/// What was printed so far, and what is left to say at the end.
struct Report<W> {
    out: W,
    passed: usize,
    failed: Vec<(&'static str, String)>,
    ignored: usize,
}

impl<W: Write> Report<W> {
    fn note(&mut self, before: &str, name: &'static str, outcome: &Outcome) -> io::Result<()> {
        match outcome {
            Outcome::Passed => {
                self.passed += 1;
                self.print(&format!("{before}ok\n"))
            }
            Outcome::Skipped { reason } => {
                self.ignored += 1;
                let reason = reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
                self.print(&format!("{before}ignored{reason}\n"))
            }
            Outcome::Failed(failure) | Outcome::TimedOut(failure) | Outcome::Crashed(failure) => {
                self.failed.push((name, failure.rendered()));
                self.print(&format!("{before}FAILED\n"))
            }
        }
    }

    fn conclude(mut self, filtered_out: usize, elapsed: Duration) -> io::Result<()> {
        if !self.failed.is_empty() {
            // libtest prints them by name, not as they happened to end.
            self.failed.sort();
            let mut text = "\nfailures:\n\n".to_owned();
            for (name, message) in &self.failed {
                text.push_str(&format!("---- {name} ----\n{message}\n\n"));
            }
            text.push_str("\nfailures:\n");
            for (name, _) in &self.failed {
                text.push_str(&format!("    {name}\n"));
            }
            self.print(&text)?;
        }
        let result = if self.failed.is_empty() { "ok" } else { "FAILED" };
        self.print(&format!(
            "\ntest result: {result}. {} passed; {} failed; {} ignored; 0 measured; {filtered_out} filtered out; \
             finished in {:.2}s\n\n",
            self.passed,
            self.failed.len(),
            self.ignored,
            elapsed.as_secs_f64()
        ))
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::{
        case::{Body, Case, Location, ShouldPanic},
        outcome::Failure,
    };

    const fn case(ignored: Ignored) -> Case {
        Case {
            package: "webshop",
            path: "cart::adds",
            ids: &[],
            title: None,
            tags: &[],
            description: "",
            location: Location { file: "tests/cart.rs", line: 1, column: 1 },
            ignored,
            should_panic: ShouldPanic::No,
            body: Body::Sync(|| Ok(())),
        }
    }

    static CASE: Case = case(Ignored::No);
    static IGNORED: Case = case(Ignored::Because("needs a printer"));
    const TESTS: [Test; 3] = [
        Test { name: "adds", case: &CASE },
        Test { name: "pays", case: &CASE },
        Test { name: "prints", case: &IGNORED },
    ];

    /// `pays` fails, all others pass.
    fn conduct(test: &Test) -> Outcome {
        match test.name {
            "pays" => Outcome::Failed(Failure::new("left != right")),
            _ => Outcome::Passed,
        }
    }

    fn printed(threads: usize, tests: &[Test]) -> String {
        let arguments = Arguments { test_threads: NonZeroUsize::new(threads), ..Arguments::default() };
        let mut out = Vec::new();
        run(&arguments, tests, 7, &conduct, &mut out).expect("a vector takes all");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_test_that_passes_is_printed_as_libtest_does() {
        let expected = "\nrunning 1 test\ntest adds ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; \
                        0 measured; 7 filtered out; finished in 0.00s\n\n";
        assert_eq!(printed(1, &TESTS[..1]), expected);
    }

    #[test]
    fn failures_are_told_at_the_end() {
        let expected = "\nrunning 3 tests\ntest adds ... ok\ntest pays ... FAILED\n\
                        test prints ... ignored (needs a printer)\n\nfailures:\n\n---- pays ----\nleft != right\n\n\n\
                        failures:\n    pays\n\ntest result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; \
                        7 filtered out; finished in 0.00s\n\n";
        assert_eq!(printed(1, &TESTS), expected);
    }

    #[test]
    fn threads_print_the_same_lines_in_any_order() {
        let lines = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(lines(&printed(3, &TESTS)), lines(&printed(1, &TESTS)));
    }

    #[test]
    fn no_test_begins_once_printing_has_failed() {
        /// Takes the first line.
        struct Full(bool);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    Err(io::ErrorKind::StorageFull.into())
                } else {
                    Ok(bytes.len())
                }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let ran = AtomicUsize::new(0);
        let conduct = |_: &Test| {
            ran.fetch_add(1, Ordering::Relaxed);
            Outcome::Passed
        };
        let tests = [TESTS[0]; 100];
        let two = Arguments { test_threads: NonZeroUsize::new(2), ..Arguments::default() };
        let error = run(&two, &tests, 0, &conduct, Full(false)).expect_err("an error");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(ran.load(Ordering::Relaxed) < 100);
    }

    #[test]
    fn another_form_than_plain_lines_is_left_to_others() {
        let plain = Arguments { color: Some(Color::Never), ..Arguments::default() };
        assert!(is_wanted(&plain));
        for other in [
            Arguments { quiet: true, ..plain.clone() },
            Arguments { format: Some(Format::Json), ..plain.clone() },
            Arguments { color: Some(Color::Always), ..plain },
        ] {
            assert!(!is_wanted(&other), "{other:?}");
        }
    }
}
