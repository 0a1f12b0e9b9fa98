//! A service that hangs, at each kind of request that a process makes: its deadline holds.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use serde_json::Value;
use tempfile::TempDir;
use testfiesta_client::testfiesta::CreateRun;
use testfiesta_harness::journal;

use crate::{
    fixtures::{shop, shop_binary},
    support::{Service, block_on, subcommand},
};

const DEADLINE: Duration = Duration::from_secs(2);
/// What a process may take beyond its deadline.
const GRACE: Duration = Duration::from_secs(1);
/// A machine that is busy may make a process late, but not each time.
const ATTEMPTS: usize = 5;

/// A service with a run that was made before, and a directory for journals.
fn service() -> (Service, TempDir) {
    let service = Service::with_cases();
    let run = CreateRun { name: "made before".into(), ..CreateRun::default() };
    assert_eq!(block_on(service.client.create_run(&run)).expect("a run").uid.get(), 1);
    (service, tempfile::tempdir().expect("a directory"))
}

/// What is measured does not always take longer than the deadline and a second.
#[track_caller]
fn assert_in_time(attempt: impl Fn() -> Duration) {
    let mut took = Vec::new();
    while took.last().is_none_or(|last| *last > DEADLINE + GRACE) {
        assert!(took.len() < ATTEMPTS, "{took:?}");
        took.push(attempt());
    }
}

/// A test target meets a service that hangs for some requests: it says what became of its outcomes, and leaves.
#[track_caller]
fn assert_ends(fault: &str, target: &str, variables: &[(&str, &str)], says: &[&str]) {
    assert_in_time(|| {
        let (service, data) = service();
        service.fail(fault);
        let program = shop_binary(target, &service, data.path()).env("TESTFIESTA_DEADLINE", "2s");
        let set = variables.iter().fold(program, |program, (name, value)| program.env(name, value));
        set.run().says(says).elapsed
    });
}

/// The same of `cargo testfiesta test`, from the end of the test process on: cargo takes its time.
#[track_caller]
fn assert_subcommand_ends(fault: &str, says: &[&str]) {
    assert_in_time(|| {
        let (service, data) = service();
        service.fail(fault);
        let command = subcommand(&["test", "--test", "first"]).current_dir(shop().directory());
        let command = command.envs(service.settings()).env("TESTFIESTA_DIR", data.path());
        let command = command.env("TESTFIESTA_DEADLINE", "2s").env("TESTFIESTA_RUN_CLOSE", "archive");
        command.run().with_code(0).says(says);
        since_the_tests_ended(data.path())
    });
}

/// How long ago the one process that wrote a journal here came to its end.
fn since_the_tests_ended(data: &Path) -> Duration {
    let [run] = journal::runs(data).expect("runs").try_into().expect("one run");
    let [journal] = journal::files(&run).expect("journals").try_into().expect("one process");
    let text = fs::read_to_string(journal).expect("a journal");
    let mut lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let at = lines.find_map(|line| line["run_finished"]["at"].as_u64()).expect("an end");
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(at);
    at.elapsed().expect("a time that has passed")
}

/// Nothing is confirmed, and the reason is named.
const QUEUED: &[&str] = &["executed = 0 confirmed", "queued, because", "answer"];

const BY_UID: [(&str, &str); 2] =
    [("TESTFIESTA_CASE_MATCH", "uid"), ("TESTFIESTA_STATUSES", "passed=2,failed=4,skipped=5")];

#[test]
fn while_the_run_is_created() {
    assert_ends("hang,method=POST,path=*/runs", "first", &[], QUEUED);
}

#[test]
fn while_a_run_is_joined() {
    let joining = [("TESTFIESTA_RUN_ID", "1")];
    assert_ends("hang,method=GET,path=*/runs/1", "first", &joining, QUEUED);
}

#[test]
fn while_outcomes_are_imported() {
    assert_ends("hang,path=*/data", "first", &[], QUEUED);
}

#[test]
fn when_outcomes_were_imported() {
    assert_ends("hang=after,path=*/data", "first", &[], QUEUED);
}

#[test]
fn while_an_execution_is_created() {
    assert_ends("hang,path=*/executions", "uids", &BY_UID, QUEUED);
}

#[test]
fn while_a_case_is_looked_up() {
    assert_ends("hang,path=*/cases/*", "uids", &BY_UID, QUEUED);
}

#[test]
fn while_the_run_is_closed() {
    let closing = [("TESTFIESTA_RUN_CLOSE", "archive")];
    assert_ends("hang,method=PATCH", "first", &closing, &["3 executed = 3 confirmed + 0 queued"]);
}

#[test]
fn while_the_subcommand_creates_the_run() {
    assert_subcommand_ends("hang,method=POST,path=*/runs", QUEUED);
}

#[test]
fn while_the_subcommand_delivers() {
    assert_subcommand_ends("hang,path=*/data", QUEUED);
}

#[test]
fn while_the_subcommand_closes_the_run() {
    assert_subcommand_ends("hang,method=PATCH", &["3 executed = 3 confirmed + 0 queued"]);
}
