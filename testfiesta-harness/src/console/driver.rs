//! Runs tests on threads, and tells the printer.

use std::{cell::Cell, io, num::NonZeroUsize, thread, time::Instant};

use super::{
    printer::Printer,
    progress::{Ended, Judgement, Progress},
    text::Text,
};
use crate::{
    attempt::Attempt,
    cli::Arguments,
    execution::{Conduct, LocalQueue, NotRun, Queue},
    outcome::Outcome,
    registry::Test,
    thread::Body,
};

/// How many tests run at the same time.
pub(super) fn threads(arguments: &Arguments) -> NonZeroUsize {
    arguments.test_threads.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// Runs `tests` in this order, as many at the same time as the arguments allow.
///
/// # Errors
///
/// Why the results could not be printed. All tests ran.
pub(crate) fn run(
    printer: &Printer,
    arguments: &Arguments,
    tests: Vec<Test>,
    filtered_out: usize,
    conduct: &Conduct,
) -> io::Result<()> {
    let clock = Instant::now();
    printer.show(&Progress::RunStarted { tests: tests.len(), shuffle_seed: arguments.shuffle_seed });
    let threads = match tests.len() {
        // Nothing to share: what the system has to offer is not asked for.
        0 | 1 => 1,
        several => threads(arguments).get().min(several),
    };
    let queue = Queue::new(tests, threads);
    let work = || {
        let mut local = queue.local();
        while let Some(test) = local.next() {
            printer.ended(run_one(printer, arguments, &test, &mut local, conduct));
        }
    };
    match threads {
        // On this thread: some tests want to run on the main thread of the process.
        1 => work(),
        _ => thread::scope(|scope| {
            let start = || {
                let work: Body<'_, ()> = Box::new(work);
                thread::Builder::new().spawn_scoped(scope, work).is_ok()
            };
            // As many as the system has to spare. This one has to do where it has none.
            if (0..threads).take_while(|_| start()).count() == 0 {
                work();
            }
        }),
    }
    printer.finish(filtered_out, clock.elapsed())
}

fn run_one(
    printer: &Printer,
    arguments: &Arguments,
    test: &Test,
    local: &mut LocalQueue<'_>,
    conduct: &Conduct,
) -> Ended {
    let is_run = arguments.runs(test.is_ignored());
    let has_begun = Cell::new(false);
    let begin = || {
        if !has_begun.replace(true) {
            printer.began(test, is_run);
        }
    };
    if !is_run {
        begin();
        return ignored(test, test.ignore_reason());
    }
    match conduct(test, local, &begin) {
        Err(NotRun) => {
            let judgement = if has_begun.get() { Judgement::Interrupted } else { Judgement::NotBegun };
            Ended::new(test, judgement, None, Text::default())
        }
        Ok(attempts) => {
            begin();
            ended(arguments, test, &attempts)
        }
    }
}

fn ignored(test: &Test, reason: Option<&str>) -> Ended {
    let judgement = Judgement::Ignored { reason: reason.map(str::to_owned) };
    Ended::new(test, judgement, None, Text::default())
}

fn ended(arguments: &Arguments, test: &Test, attempts: &[Attempt]) -> Ended {
    let Some(last) = attempts.last() else { return ignored(test, None) };
    let judgement = match &last.outcome {
        Outcome::Passed => Judgement::Passed,
        Outcome::Failed(_) | Outcome::Crashed(_) => Judgement::Failed,
        Outcome::TimedOut(_) => Judgement::TimedOut,
        Outcome::Skipped { reason } => return ignored(test, reason.as_deref()),
    };
    let shown = judgement != Judgement::Passed || arguments.show_output;
    let text =
        if shown { Text::of(test, attempts, arguments.no_capture).hinted(attempts) } else { Text::default() };
    Ended::new(test, judgement, arguments.report_time.then_some(last.duration), text)
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{
            Arc, Barrier, Mutex,
            atomic::{AtomicUsize, Ordering},
        },
        time::{Duration, SystemTime},
    };

    use super::*;
    use crate::{
        attempt::Output,
        case::{Case, Details},
        console::{json::Json, pretty::Pretty, progress::Present, words::Colours},
        outcome::Failure,
    };

    /// What was written, for whoever holds it.
    #[derive(Clone, Default)]
    struct Sheet(Arc<Mutex<Vec<u8>>>);

    impl Write for Sheet {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("a sheet").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A stdout that nobody reads.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    static ADDS: Case = Case { path: "cart::adds", ..Case::EXAMPLE };
    static REMOVES: Case = Case { path: "cart::removes", ..Case::EXAMPLE };
    static LATER: Case = Case {
        path: "cart::later",
        ignored: true,
        details: || Details { ignore_reason: Some("too slow"), ..Details::EXAMPLE },
    };

    fn test(case: &'static Case) -> Test {
        Test::new(0, case, "cart")
    }

    fn arguments(threads: usize) -> Arguments {
        Arguments { test_threads: NonZeroUsize::new(threads), ..Arguments::default() }
    }

    fn attempt(outcome: Outcome) -> Attempt {
        let output = Output { stdout: "printed\n".into(), ..Output::default() };
        Attempt {
            started_at: SystemTime::UNIX_EPOCH,
            duration: Duration::from_millis(5),
            outcome,
            output,
            stray_panics: Vec::new(),
        }
    }

    fn passes() -> Conduct {
        Arc::new(|_, _, _| Ok(vec![attempt(Outcome::Passed)]))
    }

    /// The events, but for the last, which holds a time.
    fn events(arguments: &Arguments, tests: &[Test], conduct: &Conduct) -> Vec<String> {
        let mut lines = told(Box::new(Json), arguments, tests, conduct);
        lines.pop();
        lines
    }

    fn told(
        format: Box<dyn Present>,
        arguments: &Arguments,
        tests: &[Test],
        conduct: &Conduct,
    ) -> Vec<String> {
        let sheet = Sheet::default();
        let printer = Printer::to(Box::new(sheet.clone()), format, arguments);
        run(&printer, arguments, tests.to_vec(), 0, conduct).expect("printed");
        let text = String::from_utf8(sheet.0.lock().expect("a sheet").clone()).expect("text");
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn one_thread_runs_one_test_after_the_other() {
        let events = events(&arguments(1), &[test(&REMOVES), test(&ADDS)], &passes());
        insta::assert_snapshot!(events.join("\n"), @r#"
        { "type": "suite", "event": "started", "test_count": 2 }
        { "type": "test", "event": "started", "name": "removes" }
        { "type": "test", "name": "removes", "event": "ok" }
        { "type": "test", "event": "started", "name": "adds" }
        { "type": "test", "name": "adds", "event": "ok" }
        "#);
    }

    #[test]
    fn results_come_in_the_order_in_which_tests_end() {
        // A thread tells of one test before it begins the next: once `late` runs, `removes` was told.
        let late_runs = Barrier::new(2);
        let conduct: Conduct = Arc::new(move |test, _, _| {
            if matches!(test.case.function(), "adds" | "late") {
                late_runs.wait();
            }
            Ok(vec![attempt(Outcome::Passed)])
        });
        static LATE: Case = Case { path: "cart::late", ..Case::EXAMPLE };
        let events = events(&arguments(2), &[test(&ADDS), test(&REMOVES), test(&LATE)], &conduct);
        let ended = |name: &str| {
            let line = format!(r#"{{ "type": "test", "name": "{name}", "event": "ok" }}"#);
            events.iter().position(|event| *event == line).expect("an end")
        };
        assert!(ended("removes") < ended("adds"));
    }

    #[test]
    fn an_ignored_test_is_not_conducted() {
        let conduct: Conduct = Arc::new(|_, _, _| panic!("it was conducted"));
        let events = events(&arguments(1), &[test(&LATER)], &conduct);
        let ignored = r#"{ "type": "test", "name": "later", "event": "ignored", "message": "too slow" }"#;
        assert_eq!(events.last().map(String::as_str), Some(ignored));
    }

    #[test]
    fn a_test_that_was_not_begun_is_not_mentioned() {
        let conduct: Conduct = Arc::new(|_, _, _| Err(NotRun));
        let told = told(Box::new(Json), &arguments(1), &[test(&ADDS)], &conduct);
        let [_, result] = &*told else { panic!("{told:?}") };
        let failed =
            r#"{ "type": "suite", "event": "failed", "passed": 0, "failed": 0, "ignored": 0, "measured": 0,"#;
        assert!(result.starts_with(failed), "{result}");
    }

    #[test]
    fn a_test_that_was_interrupted_is_neither_ignored_nor_ok() {
        let conduct: Conduct = Arc::new(|_, _, begin| {
            begin();
            Err(NotRun)
        });
        let pretty = Box::new(Pretty::new(true, Colours::Off));
        let told = told(pretty, &arguments(1), &[test(&ADDS)], &conduct);
        let [_, _, interrupted, _, result, ..] = &*told else { panic!("{told:?}") };
        assert_eq!(interrupted, "test adds ... interrupted");
        assert!(result.starts_with("test result: FAILED. 0 passed; 0 failed; 0 ignored;"), "{result}");
    }

    #[test]
    fn times_and_outputs_are_shown_when_asked_for() {
        let arguments = Arguments { report_time: true, show_output: true, ..arguments(1) };
        let events = events(&arguments, &[test(&ADDS)], &passes());
        let passed =
            r#"{ "type": "test", "name": "adds", "event": "ok", "exec_time": 0.005, "stdout": "printed\n" }"#;
        assert_eq!(events.last().map(String::as_str), Some(passed));
    }

    #[test]
    fn a_failure_shows_its_output_unasked() {
        let conduct: Conduct =
            Arc::new(|_, _, _| Ok(vec![attempt(Outcome::Failed(Failure::new("Error: 7")))]));
        let events = events(&arguments(1), &[test(&ADDS)], &conduct);
        let failed =
            r#"{ "type": "test", "name": "adds", "event": "failed", "stdout": "printed\nError: 7\n" }"#;
        assert_eq!(events.last().map(String::as_str), Some(failed));
    }

    #[test]
    fn a_closed_stdout_stops_no_test_and_is_told() {
        let conducted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&conducted);
        let conduct: Conduct = Arc::new(move |_, _, _| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(vec![attempt(Outcome::Passed)])
        });
        let printer = Printer::to(Box::new(Closed), Box::new(Json), &arguments(1));
        let printed = run(&printer, &arguments(1), vec![test(&ADDS), test(&REMOVES)], 0, &conduct);
        assert_eq!(printed.map_err(|error| error.kind()), Err(io::ErrorKind::BrokenPipe));
        assert_eq!(conducted.load(Ordering::Relaxed), 2);
    }
}
