//! A service that hangs, at each kind of request that a test process makes: its deadline holds.

use std::time::Duration;

use testfiesta_client::testfiesta::CreateRun;

use crate::{
    fixtures::shop_binary,
    support::{Service, block_on},
};

/// Far more than the deadline, and less than any hang lasts.
const PATIENCE: Duration = Duration::from_secs(20);

/// A test target meets a service that hangs for some requests: it says what became of its outcomes, and leaves.
fn assert_ends(fault: &str, target: &str, variables: &[(&str, &str)], says: &[&str]) {
    let (service, data) = (Service::with_cases(), tempfile::tempdir().expect("a directory"));
    let run = CreateRun { name: "made before".into(), ..CreateRun::default() };
    assert_eq!(block_on(service.client.create_run(&run)).expect("a run").uid.get(), 1);
    service.fail(fault);
    let program = shop_binary(target, &service, data.path()).env("TESTFIESTA_DEADLINE", "2s");
    let output = variables.iter().fold(program, |program, (name, value)| program.env(name, value)).run();
    assert!(output.elapsed < PATIENCE, "{:?}", output.elapsed);
    output.says(says);
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
