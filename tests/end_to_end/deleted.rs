//! A run that somebody deletes in the service: another takes its place, with all that it held.

use std::fs;

use tempfile::TempDir;

use crate::{
    fixtures::{FIRST, MANY, SECOND, shop, shop_binary},
    support::{Program, Service, eventually, subcommand},
};

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// `cargo testfiesta …` in the shop, reporting to `service`.
fn in_the_shop(service: &Service, data: &TempDir, arguments: &[&str]) -> Program {
    let command = subcommand(arguments).current_dir(shop().directory()).envs(service.settings());
    command.env("TESTFIESTA_DIR", data.path())
}

/// One of the shards of a job.
fn shard(target: &str, service: &Service, data: &TempDir) -> Program {
    shop_binary(target, service, data.path()).env("TESTFIESTA_RUN_KEY", "shards")
}

/// Runs the tests that wait to be met in the middle, whose run is deleted once the first outcome is there.
#[track_caller]
fn assert_made_anew(program: Program, service: &Service, closing: &str, holds: usize) {
    let signs = directory();
    let output = program.env("END_TO_END_SIGNS", signs.path()).run_while(|_| {
        eventually("the first outcome is there", || !service.executions().is_empty());
        service.delete_the_run();
        fs::write(signs.path().join("go"), "").expect("written");
    });
    output.with_code(0).says(&[closing]);
    assert_eq!(service.execution_count(service.the_run().uid), holds);
}

#[test]
fn the_run_of_an_invocation_is_made_anew_with_all_that_it_held() {
    let (service, data) = (Service::start(), directory());
    let command = in_the_shop(&service, &data, &["test", "--test", "waiting", "--", "--test-threads=1"]);
    assert_made_anew(command, &service, "4 executed = 4 confirmed", 4);
    in_the_shop(&service, &data, &["resend"]).run().with_code(0).says(&["0 queued in 0 runs"]);
}

#[test]
fn the_run_of_a_process_is_made_anew_with_all_that_it_held() {
    let (service, data) = (Service::start(), directory());
    let program = shop_binary("waiting", &service, data.path()).args(["--test-threads=1"]);
    assert_made_anew(program, &service, "4 executed = 4 confirmed", 4);
    in_the_shop(&service, &data, &["resend"]).run().with_code(0).says(&["0 queued in 0 runs"]);
}

#[test]
fn a_run_of_existing_cases_is_made_anew_with_all_that_it_held() {
    let (service, data) = (Service::with_cases(), directory());
    let command = in_the_shop(&service, &data, &["test", "--test", "waiting", "--", "--test-threads=1"]);
    let command =
        command.env("TESTFIESTA_CASE_MATCH", "uid").env("TESTFIESTA_STATUSES", "passed=2,failed=4,skipped=5");
    assert_made_anew(command, &service, "4 executed = 3 confirmed + 0 queued + 1 unmapped", 3);
}

#[test]
fn what_earlier_processes_reported_to_it_is_sent_again() {
    let (service, data) = (Service::start(), directory());
    shard("first", &service, &data).run().with_code(0);
    service.delete_the_run();
    shard("second", &service, &data).run().with_code(0).says(&[
        "2 executed = 2 confirmed",
        "note: the run was deleted in the service; what other processes had reported to it is queued",
    ]);
    assert_eq!(service.execution_count(service.the_run().uid), SECOND);
    in_the_shop(&service, &data, &["resend"]).run().with_code(0).says(&["3 queued in 1 run", "5 confirmed"]);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + SECOND);
}

#[test]
fn a_run_that_is_deleted_before_many_results_is_made_anew() {
    let (service, data) = (Service::start(), directory());
    shard("first", &service, &data).run().with_code(0);
    service.delete_the_run();
    let confirmed = format!("{MANY} executed = {MANY} confirmed");
    shard("many", &service, &data).run().with_code(0).says(&[&confirmed]);
    assert_eq!(service.execution_count(service.the_run().uid), MANY);
}

#[test]
fn a_run_that_is_archived_before_many_results_is_named() {
    let (service, data) = (Service::start(), directory());
    shard("first", &service, &data).run().with_code(0);
    service.archive_the_run(true);
    let queued = format!("{MANY} queued, because run 1 is archived: take it out of the archive");
    shard("many", &service, &data).run().with_code(0).says(&[&queued]);
}

#[test]
fn who_delivers_the_rest_of_it_delivers_all() {
    let (service, data) = (Service::start(), directory());
    shard("first", &service, &data).run().with_code(0);
    service.fail("503,method=POST,path=*/data");
    shard("second", &service, &data).env("TESTFIESTA_DEADLINE", "2s").run().with_code(0);
    service.heal();
    service.delete_the_run();
    in_the_shop(&service, &data, &["resend"]).run().with_code(0).says(&["2 queued in 1 run", "5 confirmed"]);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + SECOND);
}

#[test]
fn a_service_that_knows_of_nothing_for_a_while_has_lost_no_run() {
    let (service, data) = (Service::start(), directory());
    shard("first", &service, &data).run().with_code(0);
    // As of a proxy while the service behind it is replaced.
    service.fail("404");
    shard("second", &service, &data).env("TESTFIESTA_DEADLINE", "2s").run().with_code(0);
    service.heal();
    in_the_shop(&service, &data, &["resend"]).run().with_code(0).says(&["2 queued in 1 run", "5 confirmed"]);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + SECOND);
}
