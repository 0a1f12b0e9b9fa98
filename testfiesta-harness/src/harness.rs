//! `main` of a test binary.

use std::{
    io::{self, Write},
    process::{self, ExitCode},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    cli::Arguments,
    conductor::Conductor,
    console::Console,
    execution::{Conduct, workers},
    interrupt::Interrupt,
    list,
    logfile::Logfile,
    nested, nextest,
    registry::{self, Test},
    runner,
    session::Session,
    settings::Settings,
    target::Target,
};

pub use crate::{fingerprint::FINGERPRINTS, scrub::fingerprints, session::UNDER_SUBCOMMAND};

/// Every test passed, or none was selected.
pub const EXIT_SUCCESS: u8 = 0;
/// A test failed, or the binary was called in a way that it cannot answer: as libtest.
pub const EXIT_FAILURE: u8 = 101;
/// Every test passed, but in strict mode an outcome was not confirmed by the service.
pub const EXIT_UNCONFIRMED: u8 = 102;

/// Runs the cases that were linked into this binary, as the arguments ask.
pub fn main(target: Target) -> ExitCode {
    if workers::is_worker() {
        return workers::serve(target.crate_name);
    }
    let arguments = match Arguments::from_env() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help goes to stdout and is a success; anything else to stderr.
            let _ = error.print();
            return if error.use_stderr() { EXIT_FAILURE.into() } else { EXIT_SUCCESS.into() };
        }
    };
    match select(target, &arguments) {
        Err(error) => fail(&error),
        Ok((tests, _)) if arguments.list => match list::print(target, &arguments, &tests) {
            Ok(()) => EXIT_SUCCESS.into(),
            Err(error) => fail(&format!("the list could not be written to stdout: {error}")),
        },
        Ok((tests, filtered_out)) => run(target, &arguments, tests, filtered_out),
    }
}

/// The tests that the filters let through, and how many they did not.
fn select(target: Target, arguments: &Arguments) -> Result<(Vec<Test>, usize), String> {
    let (mut tests, others) = match arguments.single() {
        Some(name) => {
            let (test, others) =
                registry::single(target.crate_name, name).map_err(|error| error.to_string())?;
            (test.into_iter().collect(), others)
        }
        None => (registry::all(target.crate_name).map_err(|error| error.to_string())?, 0),
    };
    let known = tests.len() + others;
    tests.retain(|test| arguments.selects(test.name, test.is_ignored()));
    let filtered_out = known - tests.len();
    Ok((tests, filtered_out))
}

fn run(target: Target, arguments: &Arguments, tests: Vec<Test>, filtered_out: usize) -> ExitCode {
    let console = Arc::new(Console::new(arguments));
    // Nothing to report, no run: benchmarks are not tests.
    if tests.is_empty() || arguments.bench {
        let conduct: Conduct = Arc::new(|_, _, _| unreachable!("no test was selected"));
        let printed = runner::run(&console, arguments, tests, filtered_out, &conduct);
        return conclude(printed, false, || true, false);
    }
    let logfile = match Logfile::create(arguments.logfile.as_deref()) {
        Ok(logfile) => logfile,
        Err(error) => return fail(&format!("the file of --logfile cannot be written: {error}")),
    };
    if nested::is_within_a_test() {
        let failed = Arc::new(AtomicBool::new(false));
        let conduct = logged(nested::conduct(arguments, &failed), logfile);
        let printed = runner::run(&console, arguments, tests, filtered_out, &conduct);
        return conclude(printed, failed.load(Ordering::Relaxed), || true, false);
    }
    let settings = Settings::load();
    let strict = settings.strict;
    let session = Arc::new(Session::start(target, settings, &tests));
    session.announce();
    for test in tests.iter().filter(|test| !arguments.runs(test.is_ignored())) {
        logfile.note(test.name, &session.skip(test));
    }
    let conductor =
        Arc::new(Conductor::new(Arc::clone(&session), &console, arguments, session.settings(), &tests));
    let interrupt = Interrupt::default();
    // Nothing finished before the only test of a process, which may well send itself signals to see what it makes of them.
    if !conductor.is_one_process_a_test() {
        watch_for_interrupts(&interrupt, &console, &conductor, &session);
    }
    let first = tests.first().map_or("", |test| test.name);
    let conduct = {
        let conductor = Arc::clone(&conductor);
        logged(Arc::new(move |test, local, begin| conductor.conduct(test, local, begin)), logfile)
    };
    let printed = runner::run(&console, arguments, tests, filtered_out, &conduct);
    // What a sanitizer finds when a process ends is no test's failure, and one all the same.
    if !conductor.close() {
        session.failed();
    }
    let code = conclude(printed, session.has_failed(), || session.finish(), strict);
    if conductor.left_one_behind() {
        nextest::end_group_of_test(first);
    }
    interrupt.exit_code().map_or(code, Into::into)
}

/// The same, with a line in the logfile for each test.
fn logged(conduct: Conduct, logfile: Logfile) -> Conduct {
    Arc::new(move |test, local, begin| {
        let attempts = conduct(test, local, begin)?;
        if let Some(last) = attempts.last() {
            logfile.note(test.name, &last.outcome);
        }
        Ok(attempts)
    })
}

/// At the first interrupt the tests that run are ended, and the run comes to its end as always. Where they cannot be ended,
/// or libtest-mimic prints, which has no word for them, it comes to its end without them.
fn watch_for_interrupts(
    interrupt: &Interrupt,
    console: &Console,
    conductor: &Arc<Conductor>,
    session: &Arc<Session>,
) {
    let (conductor, session) = (Arc::clone(conductor), Arc::clone(session));
    let tells_of_interrupted = matches!(console, Console::Own(_));
    interrupt.watch(move |interrupt| {
        session.interrupted();
        let are_ended = conductor.interrupt();
        if are_ended && tells_of_interrupted {
            return;
        }
        if are_ended {
            // In the middle of a line, perhaps.
            let _ = writeln!(io::stdout(), "interrupted");
        }
        session.finish();
        process::exit(interrupt.exit_code().unwrap_or(EXIT_FAILURE).into());
    });
}

/// The tests decide; reporting only informs, unless strict mode was chosen.
fn conclude(
    printed: Result<(), String>,
    failed: bool,
    finish: impl FnOnce() -> bool,
    strict: bool,
) -> ExitCode {
    // libtest-mimic prints its last line without waiting for it to be read.
    let _ = io::stdout().flush();
    let confirmed = finish();
    match printed {
        Err(error) => fail(&format!("the results could not be written to stdout: {error}")),
        Ok(()) if failed => EXIT_FAILURE.into(),
        Ok(()) if strict && !confirmed => EXIT_UNCONFIRMED.into(),
        Ok(()) => EXIT_SUCCESS.into(),
    }
}

fn fail(error: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {error}");
    EXIT_FAILURE.into()
}
