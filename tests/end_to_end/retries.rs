//! nextest makes each attempt in a process of its own: to a service they are one outcome.

use tempfile::TempDir;

use crate::{
    fixtures::{FIRST, shop},
    support::{Program, Service, nextest_is_here, subcommand},
};

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

const RETRIES: [&str; 5] = ["--no-fail-fast", "--retries", "1", "--test", "attempts"];

/// What is told of `attempts` in the end.
const VERDICTS: [&str; 5] = [
    "a_passes: passed",
    "b_fails_first: passed",
    "b_fails_first: passed",
    "c_crashes_first: passed",
    "d_always_fails: failed",
];

fn nextest(service: &Service, data: &TempDir) -> Program {
    let program = shop().cargo(&["nextest", "run"]).args(RETRIES).envs(service.settings());
    program.env("TESTFIESTA_DIR", data.path())
}

fn in_the_shop(service: &Service, data: &TempDir, arguments: &[&str]) -> Program {
    let command = subcommand(arguments).current_dir(shop().directory()).envs(service.settings());
    command.env("TESTFIESTA_DIR", data.path())
}

/// Why the attempts before the last failed, by test.
fn earlier(service: &Service, test: &str) -> String {
    let executions = service.executions();
    let execution = executions.iter().find(|it| it.custom_fields["test"] == test).expect("an execution");
    execution.custom_fields["earlierAttempts"].to_string()
}

#[test]
fn attempts_under_nextest_are_one_outcome_with_the_last_verdict() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::start(), directory());
    nextest(&service, &data).run().with_code(100);
    assert_eq!(service.verdicts(), VERDICTS);
    assert!(earlier(&service, "b_fails_first").contains("not at the first attempt"));
    assert!(earlier(&service, "c_crashes_first").contains("its process ended while it ran"));
    assert!(earlier(&service, "d_always_fails").contains("at every attempt"));
    assert_eq!(service.runs().len(), 1);
}

#[test]
fn attempts_under_the_subcommand_are_one_outcome_and_flaky() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::start(), directory());
    let arguments = [&["nextest"], &RETRIES[..]].concat();
    let output = in_the_shop(&service, &data, &arguments).run().with_code(100);
    output.says(&["3 passed (2 flaky), 1 failed, 0 skipped", "5 executed = 5 confirmed + 0 queued"]);
    assert_eq!(service.verdicts(), VERDICTS);
}

#[test]
fn attempts_that_wait_for_the_service_are_one_outcome_when_they_are_resent() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::failing("503"), directory());
    nextest(&service, &data).run().with_code(100);
    service.heal();
    let output = in_the_shop(&service, &data, &["resend"]).run().with_code(0);
    output.says(&["5 queued in 1 run", "5 executed = 5 confirmed"]);
    assert_eq!(service.verdicts(), VERDICTS);
}

/// What fails after its program is a runner here.
#[cfg(unix)]
#[test]
fn an_attempt_that_passed_in_a_process_that_did_not_end_well_is_an_earlier_one() {
    use std::{fs, os::unix::fs::PermissionsExt};
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::start(), directory());
    let runner = data.path().join("runner");
    fs::write(&runner, "#!/bin/sh\n\"$@\" && [ \"$NEXTEST_ATTEMPT\" != 1 ]\n").expect("written");
    fs::set_permissions(&runner, fs::Permissions::from_mode(0o755)).expect("executable");
    let runner = format!("target.'cfg(unix)'.runner = '{}'", runner.display());
    let program = nextest(&service, &data).args(["--config", &runner, "a_passes"]);
    program.run().with_code(0).says(&["1 flaky"]);
    assert_eq!(service.verdicts(), ["a_passes: passed"]);
    assert!(earlier(&service, "a_passes").contains("its process did not end well"));
}

#[test]
fn each_repetition_under_nextest_has_results_of_its_own() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::start(), directory());
    let program = shop().cargo(&["nextest", "run", "--test", "first", "--stress-count", "2"]);
    program.envs(service.settings()).env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    assert_eq!(service.execution_count(service.the_run().uid), 2 * FIRST);
}
