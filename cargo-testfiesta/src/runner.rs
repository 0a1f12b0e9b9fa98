//! cargo or nextest, and the test processes that it starts.

use std::{
    ffi::OsString,
    path::Path,
    process::ExitStatus,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use testfiesta_harness::{harness::EXIT_FAILURE, journal};
use tokio::process::{Child, Command};

use crate::{
    delivery::say_obstacles,
    interrupt::{Interrupt, Interrupts},
    workspace,
};

/// How soon to look again whether the tests are gone.
const POLL: Duration = Duration::from_millis(20);

/// Who runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    /// `cargo test`
    Test,
    /// `cargo nextest run`
    Nextest,
}

impl Runner {
    /// Starts it, with these variables set, or taken out.
    pub(crate) fn start(
        self,
        arguments: &[OsString],
        environment: Vec<(String, Option<OsString>)>,
    ) -> Result<Child> {
        let mut command = Command::new(workspace::cargo());
        match self {
            Self::Test => command.arg("test"),
            Self::Nextest => command.args(["nextest", "run"]),
        };
        for (name, value) in environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.args(arguments).spawn().context("cargo could not be started")
    }

    /// What it leaves with where a test failed.
    pub(crate) fn code_of_a_failure(self) -> u8 {
        match self {
            Self::Test => EXIT_FAILURE,
            Self::Nextest => 100,
        }
    }

    /// Passes an interrupt on to the tests that run, as far as they have not heard of it, and to the runner.
    #[cfg(unix)]
    fn pass_on(self, interrupt: Interrupt, child: Option<u32>, run: Run<'_>) {
        // Of a terminal that was closed all have heard: then it is the same wish once more.
        if interrupt != Interrupt::KEYS {
            // nextest tells its tests; cargo ends, and would leave them behind.
            let tests = if self == Self::Test { run.living() } else { Vec::new() };
            tests.into_iter().chain(child).for_each(terminate);
        }
    }

    /// There the console tells all processes.
    #[cfg(not(unix))]
    fn pass_on(self, _: Interrupt, _: Option<u32>, _: Run<'_>) {}
}

/// The run of this invocation, on disk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    /// Where everything of ours is kept.
    pub(crate) directory: &'a Path,
    /// The run's journals.
    pub(crate) journals: &'a Path,
}

impl Run<'_> {
    /// The test processes that still write.
    fn living(self) -> Vec<u32> {
        journal::living(self.directory, self.journals).unwrap_or_default()
    }
}

/// Waits for the runner's end. When it is interrupted, the tests end too, and what they were in the middle of counts for
/// nothing; they are waited for as long as `patience` lasts.
pub(crate) async fn wait(
    runner: Runner,
    mut child: Child,
    run: Run<'_>,
    interrupts: &mut Interrupts,
    patience: Duration,
) -> Result<ExitStatus> {
    let id = child.id();
    let ask = |interrupt| {
        // Tests that crashed before are not excused.
        let _ = journal::attribute_crashes(run.directory);
        runner.pass_on(interrupt, id, run);
    };
    let status = interrupts.during(child.wait(), ask).await?;
    if interrupts.first().is_some() {
        let began = Instant::now();
        while !run.living().is_empty() && began.elapsed() < patience {
            interrupts.during(tokio::time::sleep(POLL), |_| ()).await;
        }
        say_obstacles(&journal::excuse_interrupted(run.directory, run.journals));
    }
    Ok(status)
}

#[cfg(unix)]
fn terminate(process: u32) {
    use nix::{
        sys::signal::{Signal, kill},
        unistd::Pid,
    };
    if let Ok(process) = i32::try_from(process) {
        // One that is gone needs no signal.
        let _ = kill(Pid::from_raw(process), Signal::SIGTERM);
    }
}
