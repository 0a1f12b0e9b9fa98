//! `cargo testfiesta test|nextest`: one run for all test binaries of one invocation.

mod local;

use std::{
    ffi::OsString,
    path::PathBuf,
    process::{ExitCode, ExitStatus},
};

use anyhow::{Error, Result};
use testfiesta_harness::{
    harness::{FINGERPRINTS, UNDER_SUBCOMMAND, fingerprints},
    journal::{self, Elsewhere, HANDOVER},
    reporter::{aims, providers},
    run_file::RunFile,
    settings::{RunClose, SETTINGS, Service, Settings, variable},
    summary::{Counts, Summary},
};

use self::local::Local;
use crate::{
    cli::TestArguments,
    delivery::{self, Delivery, End},
    exit_code,
    handover::Handover,
    interrupt::Interrupts,
    invocation,
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

pub(crate) async fn run(runner: Runner, arguments: TestArguments) -> Result<ExitCode> {
    let metadata = workspace::metadata()?;
    let mut settings = workspace::settings(None)?;
    let test_processes_report = matches!(settings.service, Service::Ready(_));
    let (mut local, mut trouble) = (None, None);
    if matches!(settings.service, Service::None) {
        match Local::start(&settings.directory, &invocation::project_name(metadata)).await {
            Ok(started) => {
                settings = started.settings(settings);
                local = Some(started);
            }
            Err(error) => trouble = Some(error.context("the local TestFiesta could not be started")),
        }
    }
    let key = invocation::run_key(&settings);
    let run_directory = journal::run_directory(&settings.directory, &key);
    let run_file = RunFile::new(&settings.directory, &key);
    delivery::say_damage(&run_file);
    let aims = aims(&settings, &providers(&settings).unwrap_or_default());
    let destinations = aims.iter().map(|aim| aim.destination.clone()).collect();
    let begun = run_file.begin(aims, || invocation::facts(metadata, &settings));
    let invocation = Invocation { runner, arguments: arguments.arguments, settings, key, run_directory };
    match begun {
        Ok(()) => invocation.report(destinations, local, trouble).await,
        Err(error) => {
            let then = if test_processes_report {
                "each test process reports by itself, as under cargo alone"
            } else {
                "nothing of the tests is kept or reported"
            };
            let directory = invocation.settings.directory.display();
            say(format_args!("testfiesta: {directory} cannot be written: {error}; {then}"));
            invocation.leave_unreported(test_processes_report).await
        }
    }
}

/// One call of the subcommand, and the run that its tests belong to.
struct Invocation {
    runner: Runner,
    arguments: Vec<OsString>,
    settings: Settings,
    key: String,
    /// Where the run's journals are.
    run_directory: PathBuf,
}

impl Invocation {
    /// Runs the tests, and brings what they write down to these destinations: of `local` if that was started, to none if
    /// that was tried in vain.
    async fn report(
        self,
        destinations: Vec<String>,
        local: Option<Local>,
        trouble: Option<Error>,
    ) -> Result<ExitCode> {
        let is_new = !self.run_directory.exists();
        let mut interrupts = Interrupts::watch()?;
        // Where nobody can call, each test process says by itself what it has no room for.
        let handover = Handover::begin(&self.run_directory).await.ok();
        let delivery = match trouble {
            None => {
                // Of an earlier local TestFiesta nobody knows the address any more.
                let elsewhere = match local {
                    Some(_) => Elsewhere::Shown,
                    None => workspace::elsewhere(),
                };
                Delivery::begin(&self.settings, &self.run_directory, &self.key, elsewhere)
            }
            Some(trouble) => Delivery::impossible(trouble),
        };
        let environment = self.environment(&destinations, handover.as_ref());
        let status = self.run_tests(environment, &mut interrupts).await?;
        if let Some(handover) = handover {
            handover.end().await;
        }
        // From here on the tests have decided: what goes wrong now is said, and is no other exit code.
        let end = match status.code() {
            Some(0) if interrupts.first().is_none() => End::Well,
            Some(_) if interrupts.first().is_none() => End::Failed,
            _ => End::Interrupted,
        };
        let concluded = delivery.conclude(&self.settings, &self.run_directory, end);
        let summary = interrupts.during(concluded, |_| ()).await;
        let ended_well = end == End::Well && interrupts.first().is_none();
        let is_complete = summary.as_ref().is_ok_and(Summary::is_complete);
        // What earlier invocations reported to the run is summed up with this one's.
        let failed = summary.as_ref().is_ok_and(|it| is_new && it.outcomes.any_failed());
        match summary {
            Ok(summary) if !summary.is_empty() => self.tell(summary, local.as_ref()).await,
            Ok(summary) => {
                if self.runs_tests() && ended_well {
                    say(NOTHING_REPORTED);
                }
                self.write(&summary);
            }
            Err(error) => {
                let gap = format!("what became of the outcomes is not known: {error:#}");
                say(format_args!("testfiesta: {gap}"));
                self.write(&Summary { unread: vec![gap], ..Summary::default() });
            }
        }
        if let Some(local) = local {
            local.close().await;
        }
        if ended_well && failed {
            say(OVERLOOKED);
            if self.settings.strict {
                return Ok(self.runner.code_of_a_failure().into());
            }
        }
        Ok(exit_code(&interrupts, status, self.settings.strict && !is_complete))
    }

    /// Runs the tests where nothing can be kept that this process could report. The test processes may still report by
    /// themselves, if a service is set.
    async fn leave_unreported(self, test_processes_report: bool) -> Result<ExitCode> {
        let mut environment = vec![
            (UNDER_SUBCOMMAND.to_owned(), None),
            (HANDOVER.to_owned(), None),
            (variable("dir"), Some(self.settings.directory.clone().into())),
        ];
        if !test_processes_report {
            // Known from the start, and no reason to end cargo's work at the first test binary: it is told by the exit code.
            environment.push((variable("strict"), Some("0".into())));
        }
        let mut interrupts = Interrupts::watch()?;
        let status = self.run_tests(environment, &mut interrupts).await?;
        if !test_processes_report {
            let gap = format!("{} cannot be written", self.settings.directory.display());
            self.write(&Summary { unread: vec![gap], ..Summary::default() });
        }
        Ok(exit_code(&interrupts, status, self.settings.strict && !test_processes_report))
    }

    async fn run_tests(
        &self,
        environment: Vec<(String, Option<OsString>)>,
        interrupts: &mut Interrupts,
    ) -> Result<ExitStatus> {
        let child = self.runner.start(&self.arguments, environment)?;
        let run = Run { directory: &self.settings.directory, journals: &self.run_directory };
        runner::wait(self.runner, child, run, interrupts, self.settings.deadline).await
    }

    /// Whether cargo was asked to run tests at all.
    fn runs_tests(&self) -> bool {
        !self.arguments.iter().any(|argument| argument == "--no-run" || argument == "--list")
    }

    /// What the test processes are told. They write down what happens; this process sends it, and no other needs a token.
    fn environment(
        &self,
        destinations: &[String],
        handover: Option<&Handover>,
    ) -> Vec<(String, Option<OsString>)> {
        let settings = &self.settings;
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
            environment.push((variable("run-key"), Some(self.key.clone().into())));
        }
        environment
    }

    /// What is said of a run that stays open.
    fn left_open(&self, summary: &Summary) -> Option<String> {
        if self.settings.run_close == RunClose::Never {
            return None;
        }
        let record = RunFile::new(&self.settings.directory, &self.key).read().unwrap_or_default();
        let open = "the run stays open for others; `cargo testfiesta run close` ends it";
        // One that does not take everything may be over.
        let for_others = !invocation::is_alone(&self.settings) && summary.is_settled();
        record.says_interrupted(&self.key).or_else(|| for_others.then(|| open.to_owned()))
    }

    /// Says what became of the outcomes, and writes it.
    async fn tell(&self, mut summary: Summary, local: Option<&Local>) {
        if let Some(local) = local {
            local.make_links_last(&mut summary);
        }
        say(format_args!("\ntestfiesta: {}", summary.outcomes));
        summary.lines().iter().for_each(|line| say(format_args!("testfiesta: {line}")));
        match local {
            Some(local) => local.show(&summary).await,
            None => {
                if let Some(line) = self.left_open(&summary) {
                    say(format_args!("testfiesta: {line}"));
                }
            }
        }
        self.write(&summary);
    }

    /// Writes what became of the outcomes where that is wanted, even if there are none: figures of an earlier invocation are
    /// not to pass for this one's.
    fn write(&self, summary: &Summary) {
        if let Some(path) = &self.settings.summary
            && let Err(error) = Counts::from(summary).write(path, &self.key)
        {
            say(format_args!("testfiesta: the summary could not be written (TESTFIESTA_SUMMARY): {error}"));
        }
    }
}

/// The runner's own, unless somebody interrupted it, or it is well and strict mode misses an outcome.
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
