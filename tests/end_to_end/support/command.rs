//! Processes in an environment that holds nothing of ours, of a CI service, or of the cargo that runs these tests.

use std::{
    env,
    ffi::OsStr,
    fs::File,
    io::{self, Seek, Write},
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use super::runtime::block_on;

/// Longer than a cold build on a slow machine: what hangs should end a test, not the patience of whoever waits.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Variables that change what a process under test does, by how their names begin.
const CLEARED: &[&str] = &[
    "TESTFIESTA",
    "NEXTEST",
    "CARGO",
    "RUST_TEST",
    "RUST_BACKTRACE",
    "RUST_LIB_BACKTRACE",
    "CI",
    "GITHUB",
    "GITLAB",
    "BUILDKITE",
    "CIRCLE",
    "JENKINS",
    "BUILD_",
    "TF_BUILD",
    "SYSTEM_",
    "JOB_",
    "GIT_",
];
/// What cargo needs to find its registry, which is no setting of a build.
const KEPT: &[&str] = &["CARGO_HOME", "CARGO_HTTP", "CARGO_NET", "CARGO_REGISTR", "CARGO_SOURCE"];

/// A process to be.
pub(crate) struct Program {
    command: Command,
}

/// Looks again and again until it is so.
#[track_caller]
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let clock = Instant::now();
    while !is_so() {
        assert!(clock.elapsed() < PATIENCE, "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A process that ended.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) elapsed: Duration,
}

impl Program {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        let begins = |name: &str, with: &[&str]| with.iter().any(|prefix| name.starts_with(prefix));
        for (name, _) in env::vars_os() {
            let Some(text) = name.to_str() else { continue };
            if begins(text, CLEARED) && !begins(text, KEPT) {
                command.env_remove(text);
            }
        }
        // Whoever runs these tests may be logged in somewhere.
        for name in ["XDG_CONFIG_HOME", "APPDATA"] {
            command.env(name, concat!(env!("CARGO_TARGET_TMPDIR"), "/nobody"));
        }
        command.env("NO_COLOR", "1").env("CARGO_TERM_COLOR", "never").kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { command }
    }

    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn envs<'a>(self, variables: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        variables.into_iter().fold(self, |program, (name, value)| program.env(name, value))
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn current_dir(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Lets it say to a file what it says.
    pub(crate) fn saying_it_to(mut self, file: &File) -> Self {
        let end = || file.try_clone().expect("a file");
        self.command.stdout(end()).stderr(end());
        self
    }

    /// Lets nobody read its stdout.
    pub(crate) fn with_closed_stdout(mut self) -> Self {
        self.command.stdout(closed());
        self
    }

    /// Lets nobody read its stderr.
    pub(crate) fn with_closed_stderr(mut self) -> Self {
        self.command.stderr(closed());
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Output {
        let clock = Instant::now();
        let shown = format!("{:?}", self.command.as_std());
        // Not by `output`, which makes new pipes for what it may say elsewhere.
        let ended = async { self.command.spawn().expect(&shown).wait_with_output().await };
        let output = block_on(async { tokio::time::timeout(PATIENCE, ended).await });
        let output = output.unwrap_or_else(|_| panic!("{shown} did not end")).expect(&shown);
        Output {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            elapsed: clock.elapsed(),
        }
    }

    /// Runs it to its end, with this on its stdin.
    pub(crate) fn run_with_input(mut self, input: &str) -> Output {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(input.as_bytes()).and_then(|()| file.rewind()).expect("written");
        self.command.stdin(file);
        self.run()
    }

    /// Runs it, and closes its stdout after this line, as `| head` does.
    pub(crate) fn run_until_line(mut self, last: &str) -> Output {
        let clock = Instant::now();
        block_on(async {
            let mut child = self.command.spawn().expect("a process");
            let mut lines = BufReader::new(child.stdout.take().expect("a stdout")).lines();
            let mut stdout = String::new();
            while let Some(line) = lines.next_line().await.expect("a line") {
                stdout += &(line + "\n");
                if stdout.ends_with(&format!("{last}\n")) {
                    break;
                }
            }
            drop(lines);
            let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
            let output = output.expect("an end").expect("an output");
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            Output { code: output.status.code(), stdout, stderr, elapsed: clock.elapsed() }
        })
    }

    /// Starts it, does something meanwhile, and waits for its end.
    pub(crate) fn run_while(mut self, meanwhile: impl FnOnce(&mut tokio::process::Child)) -> Output {
        let clock = Instant::now();
        let mut child = block_on(async { self.command.spawn().expect("a process") });
        meanwhile(&mut child);
        let output = block_on(async { tokio::time::timeout(PATIENCE, child.wait_with_output()).await });
        let output = output.expect("an end").expect("an output");
        Output {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            elapsed: clock.elapsed(),
        }
    }

    /// Starts it, for whoever reads what it says while it runs. It is ended when it is dropped.
    pub(crate) fn spawn(mut self) -> tokio::process::Child {
        block_on(async { self.command.spawn().expect("a process") })
    }
}

/// The end of a pipe that has no other.
fn closed() -> Stdio {
    io::pipe().expect("a pipe").1.into()
}

impl Output {
    /// Everything that it said.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Our lines on stderr, without the name in front.
    pub(crate) fn said(&self) -> Vec<&str> {
        self.stderr.lines().filter_map(|line| line.strip_prefix("testfiesta: ")).collect()
    }

    /// This output, if the process ended with this code.
    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that stderr holds each of these.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "no `{part}` in stderr:\n{}", self.stderr);
        }
        self
    }
}
