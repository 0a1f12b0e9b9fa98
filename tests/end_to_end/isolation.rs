//! A crash, a hang or a flood costs one test, and says which and why.

use std::sync::OnceLock;

use tempfile::TempDir;
use testfiesta_client::testfiesta::Execution;

#[cfg(target_os = "linux")]
use crate::support::{Program, eventually, nextest_is_here};
use crate::{
    fixtures::{forms, isolated},
    support::{Output, Report, Service},
};

/// One run of all tests in workers, and what the service was told of it.
struct Ran {
    output: Output,
    report: Report,
    executions: Vec<Execution>,
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only Linux shows whose process one is")
    )]
    scratch: TempDir,
}

fn ran() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| {
        let (service, scratch) = (Service::start(), tempfile::tempdir().expect("a directory"));
        let program = isolated().binary("isolated").envs(service.settings());
        let program = program.env("TESTFIESTA_DIR", scratch.path()).env("ISOLATED_SCRATCH", scratch.path());
        let output = program.args(["--test-threads=4"]).run();
        Ran { report: Report::of(&output), executions: service.executions(), output, scratch }
    })
}

fn execution(test: &str) -> &'static Execution {
    ran().executions.iter().find(|it| it.custom_fields["test"] == test).expect("an execution")
}

fn field(test: &str, name: &str) -> &'static str {
    let value = execution(test).custom_fields.get(name);
    value
        .and_then(|value| value.as_str())
        .unwrap_or_else(|| panic!("{test} has no {name}: {:?}", execution(test)))
}

#[track_caller]
fn assert_crashed(test: &str, why: &str) {
    assert_eq!(ran().report.verdicts[test], "FAILED");
    assert_eq!(execution(test).status_text.as_deref(), Some("crashed"));
    assert!(field(test, "message").contains(why), "{}", field(test, "message"));
}

#[test]
fn every_test_has_its_verdict_and_its_execution() {
    assert_eq!(ran().report.counts(), [5, 9, 0], "{}", ran().output.text());
    assert_eq!(ran().executions.len(), 14);
    assert_eq!(ran().output.code, Some(101));
}

#[cfg(unix)]
#[test]
fn an_abort_is_named_by_its_signal() {
    assert_crashed("aborts", "SIGABRT");
}

#[test]
fn what_a_test_printed_before_it_crashed_is_kept() {
    assert_eq!(field("aborts", "stdout"), "before the end\n");
}

#[cfg(unix)]
#[test]
fn a_segfault_is_named_by_its_signal() {
    assert_crashed("segfaults", "SIGSEGV");
}

#[test]
fn a_stack_overflow_is_named() {
    assert_crashed("overflows_its_stack", "stack overflow");
}

#[test]
fn an_exit_with_zero_is_no_success() {
    assert_crashed("exits_with_zero", "exit code 0");
}

#[test]
fn an_exit_is_named_by_its_code() {
    assert_crashed("exits_with_seven", "exit code 7");
}

#[test]
fn a_test_at_its_limit_is_stopped() {
    assert_eq!(execution("hangs_with_a_child").status_text.as_deref(), Some("timed_out"));
    assert!(field("hangs_with_a_child", "message").contains("limit of 1s"));
    assert_eq!(field("hangs_with_a_child", "stdout"), "waiting\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_test_is_stopped_with_what_it_started() {
    assert!(is_child_gone(&ran().scratch));
}

#[cfg(target_os = "linux")]
fn is_child_gone(scratch: &TempDir) -> bool {
    let child = std::fs::read_to_string(scratch.path().join("child")).expect("the child's number");
    let command = std::fs::read_to_string(format!("/proc/{child}/cmdline"));
    // Gone, or gone but for its parent's look at it.
    command.is_err() || command.is_ok_and(|command| command.is_empty())
}

/// The test that is stopped at its limit, alone in what this program runs.
#[cfg(target_os = "linux")]
fn assert_stops_alone(program: Program, code: i32) {
    let scratch = tempfile::tempdir().expect("a directory");
    let program = program.env("TESTFIESTA_DIR", scratch.path()).env("ISOLATED_SCRATCH", scratch.path());
    let output = program.run().with_code(code);
    assert!(output.text().contains("limit of 1s"), "{}", output.text());
    // It was killed, which takes it a moment.
    eventually("its child is gone", || is_child_gone(&scratch));
}

#[cfg(target_os = "linux")]
#[test]
fn a_test_that_runs_alone_is_stopped_with_what_it_started() {
    assert_stops_alone(isolated().binary("isolated").args(["--exact", "hangs_with_a_child"]), 101);
}

#[cfg(target_os = "linux")]
#[test]
fn under_nextest_a_test_is_stopped_with_what_it_started() {
    if nextest_is_here() {
        let arguments = ["nextest", "run", "--test", "isolated", "hangs_with_a_child"];
        assert_stops_alone(isolated().cargo(&arguments), 100);
    }
}

#[test]
fn output_of_threads_and_children_is_the_test_s() {
    let printed = field("prints_from_everywhere", "stdout");
    assert_eq!(printed, "from the test\nfrom a thread\nfrom a child\n");
    assert_eq!(field("prints_from_everywhere", "stderr"), "to stderr\n");
}

#[test]
fn a_flood_is_cut_and_says_so() {
    let printed = field("floods", "stdout");
    assert!(printed.len() < 1_000_000 && printed.contains("bytes left out"), "{} bytes", printed.len());
}

#[test]
fn a_test_that_passes_at_last_is_flaky() {
    assert_eq!(ran().report.verdicts["passes_at_the_third_attempt"], "ok");
    assert_eq!(field("passes_at_the_third_attempt", "flaky"), "true");
    assert_eq!(field("passes_at_the_third_attempt", "attempts"), "3");
    assert_eq!(field("passes_at_the_third_attempt", "earlierAttempts").matches("not yet").count(), 2);
}

#[test]
fn a_flaky_test_is_named_beside_libtest_s_lines() {
    let said = ran().output.said();
    let flaky: Vec<_> = said.iter().filter(|line| line.starts_with("flaky")).collect();
    assert_eq!(flaky, [&"flaky: passes_at_the_third_attempt passed at attempt 3"], "{said:?}");
}

#[test]
fn what_earlier_attempts_printed_follows_their_reasons() {
    let earlier = field("passes_at_the_third_attempt", "earlierAttempts");
    let parts = ["not yet", "attempt after 0", "not yet", "attempt after 1"];
    let places: Vec<_> = parts
        .iter()
        .scan(0, |from, part| {
            *from += earlier[*from..].find(part)? + part.len();
            Some(*from)
        })
        .collect();
    assert_eq!(places.len(), parts.len(), "{earlier}");
}

#[test]
fn a_test_that_never_passes_has_failed_in_every_attempt() {
    assert_eq!(execution("never_passes").status_text.as_deref(), Some("failed"));
    assert_eq!(field("never_passes", "attempts"), "2");
}

#[test]
fn tests_of_one_group_do_not_overlap() {
    assert_eq!(ran().report.verdicts["is_alone_first"], "ok");
    assert_eq!(ran().report.verdicts["is_alone_second"], "ok");
}

#[test]
fn an_async_test_may_have_several_threads() {
    assert_eq!(ran().report.verdicts["runs_on_several_threads"], "ok");
}

#[test]
fn threads_judge_as_workers_do() {
    let report = |isolation: &str| {
        let data = tempfile::tempdir().expect("a directory");
        let program = forms().binary("forms").env("TESTFIESTA_DIR", data.path());
        Report::of(&program.env("TESTFIESTA_ISOLATION", isolation).run())
    };
    assert_eq!(report("threads").verdicts, report("workers").verdicts);
}

/// How often it was said that there are no workers.
#[cfg(unix)]
fn told_of_one_process(output: &Output) -> usize {
    let line = "tests run in the harness's own process, since no other can be started: ";
    output.said().iter().filter(|said| said.starts_with(line)).count()
}

/// Tests of a binary that each may need a worker, under a command that takes something away from them.
#[cfg(unix)]
fn under(command: &[&str], target: &str, arguments: &[&str]) -> Output {
    let data = tempfile::tempdir().expect("a directory");
    let [program, its_arguments @ ..] = command else { panic!("no command") };
    let program =
        crate::support::Program::new(program).args(its_arguments).args([isolated().executable(target)]);
    program.args(arguments).current_dir(isolated().directory()).env("TESTFIESTA_DIR", data.path()).run()
}

#[cfg(target_os = "linux")]
#[test]
fn without_loopback_tests_run_in_the_harness_s_process() {
    let alone = ["unshare", "--map-root-user", "--net"];
    // Not everybody may have a network of one's own.
    let probe = std::process::Command::new(alone[0]).args(&alone[1..]).arg("true").output();
    if !probe.is_ok_and(|output| output.status.success()) {
        return;
    }
    let output = under(&alone, "hundred", &["passes", "--test-threads=4"]).with_code(0);
    assert_eq!(told_of_one_process(&output), 1, "{}", output.stderr);
}

/// Under `sh`, which sets a limit first.
#[cfg(unix)]
fn with_limit(limit: &str, target: &str, arguments: &[&str]) -> Output {
    under(&["sh", "-c", &format!("ulimit {limit} && exec \"$@\""), "sh"], target, arguments)
}

#[cfg(unix)]
#[test]
fn more_test_threads_than_there_can_be_workers_wait_for_those_that_live() {
    let output = with_limit("-n 60", "printing", &["--test-threads=32"]).with_code(0);
    output.says(&["of the processes that tests run in could be started: Too many open files"]);
}

#[cfg(unix)]
#[test]
fn with_too_few_descriptors_for_a_worker_tests_run_in_the_harness_s_process() {
    for descriptors in 7..24 {
        let limit = format!("-n {descriptors}");
        let output = with_limit(&limit, "hundred", &["passes", "--test-threads=2"]).with_code(0);
        assert!(told_of_one_process(&output) <= 1, "{descriptors}: {}", output.stderr);
    }
}

/// A test binary that is replaced by a file of no use while its first test runs, which takes the worker with it.
#[cfg(target_os = "linux")]
#[test]
fn tests_go_on_when_their_binary_is_built_again() {
    let data = tempfile::tempdir().expect("a directory");
    let copy = data.path().join("unruly");
    std::fs::copy(isolated().executable("unruly"), &copy).expect("copied");
    let program = crate::support::Program::new(&copy).args(["its_executable", "--test-threads=1"]);
    let output = program.env("TESTFIESTA_DIR", data.path().join("kept")).run().with_code(101);
    assert_eq!(Report::of(&output).counts(), [1, 1, 0], "{}", output.text());
    assert!(output.stdout.contains("exit code 7"), "{}", output.stdout);
}
