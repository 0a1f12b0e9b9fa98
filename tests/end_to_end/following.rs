//! `cargo testfiesta` is the only sender while it runs: it follows the journals of the test processes.

use std::fs;

use tempfile::TempDir;

use crate::{
    fixtures::{MANY, shop},
    support::{Program, Service, eventually, nextest_is_here, subcommand},
};

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// `cargo testfiesta …` in the shop, reporting to `service`.
fn in_the_shop(service: &Service, data: &TempDir, arguments: &[&str]) -> Program {
    let command = subcommand(arguments).current_dir(shop().directory()).envs(service.settings());
    command.env("TESTFIESTA_DIR", data.path())
}

#[test]
fn an_outcome_arrives_while_the_next_test_runs() {
    let (service, data, signs) = (Service::start(), directory(), directory());
    let command = in_the_shop(&service, &data, &["test", "--test", "waiting", "--", "--test-threads=1"]);
    let output = command.env("END_TO_END_SIGNS", signs.path()).run_while(|_| {
        eventually("the first outcome is there", || service.verdicts() == ["a_passes: passed"]);
        assert!(!signs.path().join("go").exists());
        fs::write(signs.path().join("go"), "").expect("written");
    });
    output.with_code(0).says(&["4 executed = 4 confirmed"]);
}

#[test]
fn the_test_processes_send_nothing() {
    let (service, data) = (Service::start(), directory());
    // Were they to send, they would say so, each for itself.
    let output = in_the_shop(&service, &data, &["test", "--test", "first", "--test", "second"]).run();
    let output = output.with_code(0);
    assert_eq!(output.stderr.matches("executed =").count(), 1, "{}", output.stderr);
    assert!(!output.stderr.contains("reporting to"), "{}", output.stderr);
}

#[test]
fn the_test_processes_have_no_token() {
    let (service, data) = (Service::start(), directory());
    let command = in_the_shop(&service, &data, &["test", "--test", "environment"]);
    command.run().with_code(0).says(&["1 executed = 1 confirmed"]);
}

#[test]
fn outcomes_arrive_in_batches_however_many_processes_there_are() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::start(), directory());
    in_the_shop(&service, &data, &["nextest", "--test", "many"]).run().with_code(0);
    assert_eq!(service.execution_count(service.the_run().uid), MANY);
    let imports = service.told().iter().filter(|told| told.path.ends_with("/data")).count();
    assert!(imports < MANY / 2, "{imports} requests for {MANY} outcomes");
}

#[test]
fn nothing_is_asked_of_the_service_when_nothing_is_run() {
    let (service, data) = (Service::start(), directory());
    in_the_shop(&service, &data, &["test", "--no-run", "--test", "first"]).run().with_code(0);
    in_the_shop(&service, &data, &["test", "--test", "first", "--", "--list"]).run().with_code(0);
    in_the_shop(&service, &data, &["test", "--test", "first", "--", "nothing"]).run().with_code(0);
    assert_eq!(service.told().len(), 0, "{:?}", service.told());
}

#[test]
fn a_service_that_comes_back_while_tests_run_gets_everything() {
    let (service, data, signs) = (Service::start(), directory(), directory());
    service.fail("503,path=*/data");
    let command = in_the_shop(&service, &data, &["test", "--test", "waiting", "--", "--test-threads=1"]);
    let output = command.env("END_TO_END_SIGNS", signs.path()).run_while(|_| {
        let asked = || service.told().iter().filter(|told| told.path.ends_with("/data")).count();
        eventually("the service was asked in vain", || asked() > 3);
        service.heal();
        eventually("the first outcome is there", || service.verdicts() == ["a_passes: passed"]);
        fs::write(signs.path().join("go"), "").expect("written");
    });
    output.with_code(0).says(&["4 executed = 4 confirmed"]);
}

#[test]
fn a_service_that_hangs_does_not_hold_up_the_end() {
    let (service, data) = (Service::failing("hang"), directory());
    let command = in_the_shop(&service, &data, &["test", "--test", "first"]).env("TESTFIESTA_DEADLINE", "2s");
    let output = command.run().with_code(0);
    output.says(&[
        "3 executed = 0 confirmed + 3 queued",
        "3 queued, because the service did not answer within the deadline of 2s",
    ]);
    service.heal();
    in_the_shop(&service, &data, &["resend"]).run().with_code(0).says(&["3 executed = 3 confirmed"]);
}
