//! Ctrl-C, SIGTERM, SIGHUP and worse: nothing of ours is left running, and what finished is delivered.

use std::{
    collections::BTreeMap,
    io::Read,
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
};

use testfiesta_client::testfiesta::Uid;
use testfiesta_harness::journal;
use tokio::{io::AsyncReadExt, process::Child};

use crate::{
    fixtures::isolated,
    support::{Program, Service, block_on, nextest_is_here, subcommand},
};

/// A run in the middle of its second test.
struct Running {
    harness: Child,
    /// Of the test, and of a process that the test started: each ends with whoever holds it.
    connections: [TcpStream; 2],
}

impl Running {
    fn start(set: impl FnOnce(Program) -> Program) -> Self {
        Self::of(set(isolated().binary("interrupted").args(["--test-threads=1"])))
    }

    /// This program, which runs these tests.
    fn of(program: Program) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let harness = program.env("INTERRUPTED_BY", address).spawn();
        let connections = [(); 2].map(|()| listener.accept().expect("a test that runs").0);
        Self { harness, connections }
    }

    fn signal(&self, signal: &str) {
        send(self.harness.id().expect("a process"), signal);
    }

    /// Waits until the test and what it started are gone.
    fn wait_for_the_test_s_end(&mut self) {
        for connection in &mut self.connections {
            // A process that is killed may reset its connections.
            let _ = connection.read_to_end(&mut Vec::new());
        }
    }

    /// The exit code, and what was said on stderr.
    fn end(mut self) -> (Option<i32>, String) {
        self.wait_for_the_test_s_end();
        block_on(async {
            let mut stderr = String::new();
            let mut pipe = self.harness.stderr.take().expect("a pipe");
            pipe.read_to_string(&mut stderr).await.expect("text");
            (self.harness.wait().await.expect("an end").code(), stderr)
        })
    }
}

fn send(process: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &process.to_string()]).status().expect("kill").success());
}

fn assert_ended_by(signal: &str, code: i32) {
    assert_delivers(isolated().binary("interrupted").args(["--test-threads=1"]), signal, code);
}

/// Interrupted by a signal, this program leaves with this code, and the service has what finished.
fn assert_delivers(program: Program, signal: &str, code: i32) {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    let running = Running::of(program.envs(service.settings()).env("TESTFIESTA_DIR", data.path()));
    running.signal(signal);
    let (ended_with, said) = running.end();
    assert_eq!(ended_with, Some(code), "{said}");
    assert!(said.contains("testfiesta: 1 executed = 1 confirmed"), "{said}");
    let told: BTreeMap<String, String> = service
        .executions()
        .into_iter()
        .map(|it| (it.custom_fields["test"].to_string(), it.status_text.unwrap_or_default()))
        .collect();
    assert_eq!(told, BTreeMap::from([("\"a_is_over\"".to_owned(), "passed".to_owned())]));
}

#[test]
fn ctrl_c_ends_what_runs_and_delivers_what_finished() {
    assert_ended_by("-INT", 130);
}

#[test]
fn what_an_interrupt_left_over_is_neither_ignored_nor_ok() {
    let data = tempfile::tempdir().expect("a directory");
    let mut running = Running::start(|program| program.env("TESTFIESTA_DIR", data.path()));
    running.signal("-INT");
    let mut pipe = running.harness.stdout.take().expect("a pipe");
    let mut stdout = String::new();
    block_on(pipe.read_to_string(&mut stdout)).expect("text");
    assert_eq!(running.end().0, Some(130));
    let lines: Vec<_> = stdout.lines().filter(|line| line.starts_with("test ")).collect();
    let [over, interrupted, result] = *lines else { panic!("{stdout}") };
    assert_eq!([over, interrupted], ["test a_is_over ... ok", "test b_goes_on ... interrupted"]);
    assert!(result.starts_with("test result: FAILED. 1 passed; 0 failed; 0 ignored;"), "{result}");
}

#[test]
fn sigterm_ends_what_runs_and_delivers_what_finished() {
    assert_ended_by("-TERM", 143);
}

#[test]
fn a_terminal_that_is_closed_ends_what_runs_and_delivers_what_finished() {
    assert_ended_by("-HUP", 129);
}

#[test]
fn sigquit_ends_what_runs_and_delivers_what_finished() {
    assert_ended_by("-QUIT", 131);
}

#[cfg(target_os = "linux")]
#[test]
fn under_nohup_a_terminal_that_is_closed_ends_nothing() {
    let nohup = Program::new("nohup").args([isolated().executable("interrupted")]).args(["--test-threads=1"]);
    let data = tempfile::tempdir().expect("a directory");
    let running = Running::of(nohup.env("TESTFIESTA_DIR", data.path()));
    running.signal("-HUP");
    running.signal("-TERM");
    assert_eq!(running.end().0, Some(143));
}

/// `cargo testfiesta …` with these tests.
fn under_the_subcommand(arguments: &[&str]) -> Program {
    subcommand(arguments).current_dir(isolated().directory())
}

#[test]
fn sigterm_to_the_subcommand_ends_what_runs_and_delivers_what_finished() {
    let arguments = ["test", "--test", "interrupted", "--", "--test-threads=1"];
    assert_delivers(under_the_subcommand(&arguments), "-TERM", 143);
}

#[test]
fn a_closed_terminal_of_the_subcommand_ends_what_runs_and_delivers_what_finished() {
    let arguments = ["test", "--test", "interrupted", "--", "--test-threads=1"];
    assert_delivers(under_the_subcommand(&arguments), "-HUP", 129);
}

#[test]
fn sigterm_to_the_subcommand_ends_the_tests_of_nextest_too() {
    if nextest_is_here() {
        let arguments = ["nextest", "--test", "interrupted", "--test-threads=1"];
        assert_delivers(under_the_subcommand(&arguments), "-TERM", 143);
    }
}

/// Interrupted, tests that began the one run here leave it as it is, and so does whoever delivers later.
fn assert_left_open(program: Program, interrupt: impl FnOnce(&Running, &Path)) {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    let ending = |program: Program| {
        let program = program.envs(service.settings()).env("TESTFIESTA_DIR", data.path());
        program.env("TESTFIESTA_RUN_STATUSES", "passed=13").env("TESTFIESTA_RUN_CLOSE", "archive")
    };
    let running = Running::of(ending(program));
    interrupt(&running, data.path());
    let (_, said) = running.end();
    assert!(
        said.contains("testfiesta: tests were interrupted: the run stays open; `TESTFIESTA_RUN_KEY="),
        "{said}"
    );
    ending(under_the_subcommand(&["resend"])).run().with_code(0);
    let run = service.the_run();
    assert_ne!(run.custom_fields.status.map(Uid::get), Some(13), "{said}");
    assert_eq!(run.archived_at, None, "{said}");
}

#[test]
fn an_interrupted_run_of_a_test_binary_is_not_ended() {
    let program = isolated().binary("interrupted").args(["--test-threads=1"]);
    assert_left_open(program, |running, _| running.signal("-INT"));
}

#[test]
fn an_interrupted_run_of_the_subcommand_is_not_ended() {
    let arguments = ["test", "--test", "interrupted", "--", "--test-threads=1"];
    assert_left_open(under_the_subcommand(&arguments), |running, _| running.signal("-TERM"));
}

#[test]
fn a_run_of_which_one_test_binary_was_interrupted_is_not_ended() {
    let arguments = ["test", "--test", "interrupted", "--", "--test-threads=1"];
    assert_left_open(under_the_subcommand(&arguments), |_, data| {
        let [run] = journal::runs(data).expect("runs").try_into().expect("one run");
        let [process] = journal::living(data, &run).expect("processes").try_into().expect("one process");
        send(process, "-TERM");
    });
}

#[test]
fn what_an_interrupted_test_attached_waits_for_nothing() {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    let reporting = |program: Program| program.envs(service.settings()).env("TESTFIESTA_DIR", data.path());
    let arguments = ["test", "--test", "interrupted", "--", "--test-threads=1"];
    let running = Running::of(reporting(under_the_subcommand(&arguments)));
    running.signal("-TERM");
    let (_, said) = running.end();
    assert!(said.contains("1 attached = 0 sent + 0 queued + 1 refused"), "{said}");
    let resend = reporting(under_the_subcommand(&["resend"])).run().with_code(0);
    resend.says(&["0 queued in 0 runs"]);
}

#[test]
fn a_second_ctrl_c_waits_for_nobody() {
    // A service that takes calls and never answers, for which there is all the time in the world.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    let reporting = |program: Program| {
        let program = program.envs(service.settings()).env("TESTFIESTA_URL", url);
        program.env("TESTFIESTA_DEADLINE", "1h").env("TESTFIESTA_DIR", data.path())
    };
    let mut running = Running::start(reporting);
    running.signal("-INT");
    running.wait_for_the_test_s_end();
    // One that comes together with the first is taken for the same wish.
    while running.harness.try_wait().expect("a state").is_none() {
        running.signal("-INT");
    }
    let (ended_with, said) = running.end();
    assert_eq!(ended_with, Some(130), "{said}");
    assert!(!said.contains("executed"), "{said}");
}

#[test]
fn a_harness_that_is_killed_takes_its_tests_with_it() {
    let data = tempfile::tempdir().expect("a directory");
    let mut running = Running::start(|program| program.env("TESTFIESTA_DIR", data.path()));
    running.signal("-KILL");
    running.wait_for_the_test_s_end();
    assert_eq!(running.end().0, None);
}
