//! `cargo testfiesta test|nextest`: one run for all test binaries of one invocation.

use std::{
    ffi::OsString,
    path::Path,
    process::{ExitCode, ExitStatus},
};

use anyhow::Result;
use testfiesta_client::{
    BaseUrl, Token,
    testfiesta::{Client, Uid},
};
use testfiesta_harness::{
    harness::{FINGERPRINTS, UNDER_SUBCOMMAND, fingerprints},
    journal::{self, Elsewhere, HANDOVER},
    reporter::{aims, providers},
    run_file::RunFile,
    settings::{RunClose, SETTINGS, Service, Settings, variable},
    summary::{Counts, Summary},
};
use testfiesta_server::Store;

use crate::{
    cli::TestArguments,
    delivery::{self, Delivery},
    exit_code,
    handover::Handover,
    interrupt::Interrupts,
    invocation,
    local::{self, BorrowedKey, Served},
    runner::{self, Run, Runner},
    say::say,
    workspace,
};

/// What is said where tests may have run and none of them reported here.
const NOTHING_REPORTED: &str = "testfiesta: no test process reported here: either no test with `#[testfiesta::case]` was \
    selected, or a cargo runner (`CARGO_TARGET_…_RUNNER`) keeps the `TESTFIESTA_…` variables from the test processes";
/// What is said where a test took its process with it, which ended as if all was well.
const OVERLOOKED: &str = "testfiesta: the runner counts as passed what is reported as failed: its process ended with 0 before \
    the test was over, as `exit(0)` in a test does; see the run, or set TESTFIESTA_STRICT=1 to fail";

/// A local TestFiesta for this invocation.
struct Local {
    served: Served,
    key: BorrowedKey,
}

pub(crate) async fn run(runner: Runner, arguments: TestArguments) -> Result<ExitCode> {
    let metadata = workspace::metadata()?;
    let mut settings = workspace::settings(None)?;
    let reports_by_itself = matches!(settings.service, Service::Ready(_));
    let (mut local, mut trouble) = (None, None);
    if matches!(settings.service, Service::None) {
        match start_local(&settings.directory, &invocation::project_name(metadata)).await {
            Ok(started) => {
                settings = local::settings(settings, &started.served.url(), &started.key);
                local = Some(started);
            }
            Err(error) => trouble = Some(error.context("the local TestFiesta could not be started")),
        }
    }
    let key = invocation::run_key(&settings);
    let aims = aims(&settings, &providers(&settings).unwrap_or_default());
    let destinations: Vec<_> = aims.iter().map(|aim| aim.destination.clone()).collect();
    let run_directory = journal::run_directory(&settings.directory, &key);
    let run_file = RunFile::new(&settings.directory, &key);
    delivery::say_damage(&run_file);
    if let Err(error) = run_file.begin(aims, || invocation::facts(metadata, &settings)) {
        let then = if reports_by_itself {
            "each test process reports by itself, as under cargo alone"
        } else {
            "nothing of the tests is kept or reported"
        };
        say(format_args!("testfiesta: {} cannot be written: {error}; {then}", settings.directory.display()));
        return run_unreported(runner, arguments, &settings, &run_directory, reports_by_itself).await;
    }

    let is_new = !run_directory.exists();
    let mut interrupts = Interrupts::watch()?;
    // Where nobody can call, each test process says by itself what it has no room for.
    let handover = Handover::begin(&run_directory).await.ok();
    let delivering = match trouble {
        None => {
            // Of an earlier local TestFiesta nobody knows the address any more.
            let elsewhere =
                if local.is_some() { Elsewhere::Shown } else { workspace::elsewhere(Some(metadata)) };
            Delivery::begin(&settings, &run_directory, &key, elsewhere)
        }
        Some(trouble) => Delivery::impossible(trouble),
    };
    let runs_tests = !arguments.arguments.iter().any(|it| it == "--no-run" || it == "--list");
    let child =
        runner.start(arguments.arguments, environment(&settings, &key, &destinations, handover.as_ref()))?;
    let run = Run { directory: &settings.directory, journals: &run_directory };
    let status = runner::wait(runner, child, run, &mut interrupts, settings.deadline).await?;
    if let Some(handover) = handover {
        handover.end().await;
    }
    // From here on the tests have decided: what goes wrong now is said, and is no other exit code.
    let summary = interrupts.during(delivering.conclude(&settings, &run_directory), |_| ()).await;
    let ended_well = status.success() && interrupts.first().is_none();
    let is_complete = summary.as_ref().is_ok_and(Summary::is_complete);
    // What earlier invocations reported to the run is summed up with this one's.
    let failed = summary.as_ref().is_ok_and(|it| is_new && it.outcomes.any_failed());
    match summary {
        Ok(summary) if !summary.is_empty() => report(summary, &settings, &key, local.as_ref()).await,
        Ok(_) if runs_tests && ended_well => say(NOTHING_REPORTED),
        Ok(_) => {}
        Err(error) => say(format_args!("testfiesta: what became of the outcomes is not known: {error:#}")),
    }
    if let Some(local) = local {
        drop(local.key);
        if let Err(error) = local.served.close().await {
            say(format_args!("testfiesta: the local TestFiesta did not end well: {error:#}"));
        }
    }
    if ended_well && failed {
        say(OVERLOOKED);
        if settings.strict {
            return Ok(runner.code_of_a_failure().into());
        }
    }
    Ok(exit_code(&interrupts, status, settings.strict && !is_complete))
}

/// Runs the tests where nothing can be kept that this process could report. The test processes may still report by
/// themselves, if a service is set.
async fn run_unreported(
    runner: Runner,
    arguments: TestArguments,
    settings: &Settings,
    run_directory: &Path,
    may_report: bool,
) -> Result<ExitCode> {
    let mut environment = vec![
        (UNDER_SUBCOMMAND.to_owned(), None),
        (HANDOVER.to_owned(), None),
        (variable("dir"), Some(settings.directory.clone().into())),
    ];
    if !may_report {
        // Known from the start, and no reason to end cargo's work at the first test binary: it is told by the exit code.
        environment.push((variable("strict"), Some("0".into())));
    }
    let mut interrupts = Interrupts::watch()?;
    let child = runner.start(arguments.arguments, environment)?;
    let run = Run { directory: &settings.directory, journals: run_directory };
    let status = runner::wait(runner, child, run, &mut interrupts, settings.deadline).await?;
    Ok(exit_code(&interrupts, status, settings.strict && !may_report))
}

/// Says what became of the outcomes, and writes it where that is wanted.
async fn report(mut summary: Summary, settings: &Settings, key: &str, local: Option<&Local>) {
    if let Some(local) = local {
        make_links_last(&mut summary, &local.served);
    }
    show(&summary);
    match local {
        Some(local) => show_local(local, &summary).await,
        None if !invocation::is_alone(settings) && settings.run_close != RunClose::Never => {
            say("testfiesta: the run stays open for others; `cargo testfiesta run close` ends it");
        }
        None => {}
    }
    if let Some(path) = &settings.summary
        && let Err(error) = Counts::from(&summary).write(path, key)
    {
        say(format_args!("testfiesta: the summary could not be written (TESTFIESTA_SUMMARY): {error}"));
    }
}

/// What the test processes are told. They write down what happens; this process sends it, and no other needs a token.
fn environment(
    settings: &Settings,
    key: &str,
    destinations: &[String],
    handover: Option<&Handover>,
) -> Vec<(String, Option<OsString>)> {
    let mut environment = vec![
        (UNDER_SUBCOMMAND.to_owned(), Some(format!("1\n{}", destinations.join("\n")).into())),
        (HANDOVER.to_owned(), handover.map(|handover| handover.place.clone().into())),
        (variable("dir"), Some(settings.directory.clone().into())),
        // What is confirmed is known here, at the end: a test process that is strict by itself would end cargo's work.
        (variable("strict"), Some("0".into())),
    ];
    let secrets = SETTINGS.iter().filter(|setting| setting.is_secret());
    environment.extend(secrets.map(|secret| (secret.variable(), None)));
    // A test may come by one all the same: it is hidden where it is seen.
    environment.push((FINGERPRINTS.to_owned(), Some(fingerprints(settings.tokens()).into())));
    if settings.run.any_id().is_none() {
        environment.push((variable("run-key"), Some(key.into())));
    }
    environment
}

async fn start_local(directory: &Path, project_name: &str) -> Result<Local> {
    let store = Store::open(directory)?;
    let served = Served::open_for_itself(local::app(store.clone())).await?;
    let key = BorrowedKey::make(&store, "cargo testfiesta test")?;
    local::ensure_project(&served.url(), &key.token, local::PROJECT, project_name).await?;
    Ok(Local { served, key })
}

fn show(summary: &Summary) {
    say(format_args!("\ntestfiesta: {}", summary.outcomes));
    summary.lines().iter().for_each(|line| say(format_args!("testfiesta: {line}")));
}

/// Puts links that work once this command is over in the place of those that work until then.
fn make_links_last(summary: &mut Summary, served: &Served) {
    let runs = summary.destinations.iter_mut().filter_map(|destination| destination.run.as_mut());
    for link in runs.filter_map(|run| run.url.as_mut()) {
        if let Some(path) = link.strip_prefix(&served.url()) {
            *link = served.lasting_url() + path;
        }
    }
}

/// What the local TestFiesta holds now, and how to look at it once this command is over.
async fn show_local(local: &Local, summary: &Summary) {
    let run = summary.destinations.iter().find_map(|destination| destination.run.as_ref());
    let Some((run, link)) = run.and_then(|run| Some((run, run.url.as_ref()?))) else { return };
    match stored(local, &run.id).await {
        Ok((name, executions)) => {
            say(format_args!("testfiesta: the run “{name}” holds {executions} executions"))
        }
        Err(error) => say(format_args!("testfiesta: the run could not be read back: {error:#}")),
    }
    match local.served {
        Served::Here(_) => {
            say(format_args!("testfiesta: to see it: `cargo testfiesta serve`, then {link}"));
        }
        Served::Elsewhere(_) => say(format_args!("testfiesta: to see it: {link}")),
    }
}

/// The run's name and how many executions it has, read back from the server.
async fn stored(local: &Local, run: &str) -> Result<(String, u64)> {
    let uid: Uid = run.parse()?;
    let client =
        Client::new(BaseUrl::parse(&local.served.url())?, local::HANDLE, Token::new(&local.key.token)?)?;
    let run = client.project(local::PROJECT).run(uid).await?;
    Ok((run.name, run.custom_fields.case_count.unwrap_or_default()))
}

fn exit_code(interrupts: &Interrupts, status: ExitStatus, unconfirmed: bool) -> ExitCode {
    if let Some(interrupt) = interrupts.first() {
        return interrupt.exit_code().into();
    }
    match status.code() {
        Some(0) if unconfirmed => exit_code::UNCONFIRMED.into(),
        Some(code) => u8::try_from(code).unwrap_or(exit_code::FAILURE).into(),
        // Ended by a signal: as a shell would say it.
        None => signal_code(status).into(),
    }
}

#[cfg(unix)]
fn signal_code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    status.signal().and_then(|signal| u8::try_from(128 + signal).ok()).unwrap_or(exit_code::FAILURE)
}

#[cfg(not(unix))]
fn signal_code(_: ExitStatus) -> u8 {
    exit_code::FAILURE
}
