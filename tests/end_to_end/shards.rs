//! Several jobs of a pipeline report to one run, on one machine and on many.

use std::{path::Path, thread};

use serde_json::Value;
use tempfile::TempDir;
use testfiesta_client::testfiesta::Execution;

use crate::{
    fixtures::{FIRST, SECOND, shop, shop_binary},
    support::{Output, Program, Service, eventually, subcommand},
};

const KEY: &str = "nightly 7";
const SHARDS: usize = 8;

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn in_the_shop(service: &Service, data: &Path, arguments: &[&str]) -> Program {
    let command = subcommand(arguments).current_dir(shop().directory()).envs(service.settings());
    command.env("TESTFIESTA_DIR", data)
}

/// Starts as many processes as there are shards at once, each with its own directory or all with one.
fn eight_at_once(service: &Service, directories: &[TempDir]) {
    thread::scope(|scope| {
        for shard in 0..SHARDS {
            let data = &directories[shard % directories.len()];
            let target = ["first", "second"][shard % 2];
            let program = shop_binary(target, service, data.path()).env("TESTFIESTA_RUN_KEY", KEY);
            scope.spawn(move || program.run().with_code(0).says(&["0 queued + 0 unmapped + 0 rejected"]));
        }
    });
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + SECOND);
}

#[test]
fn eight_shards_on_one_machine_make_one_run() {
    eight_at_once(&Service::start(), &[directory()]);
}

#[test]
fn eight_shards_on_eight_machines_make_one_run() {
    let directories: Vec<_> = (0..SHARDS).map(|_| directory()).collect();
    eight_at_once(&Service::start(), &directories);
}

#[test]
fn the_same_tests_on_two_systems_have_results_of_their_own() {
    let (service, data) = (Service::start(), directory());
    for system in ["os:linux", "os:windows", "os:linux"] {
        let job = shop_binary("first", &service, data.path()).env("TESTFIESTA_RUN_KEY", KEY);
        job.env("TESTFIESTA_RUN_CONFIGURATIONS", system).run().with_code(0);
    }
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + FIRST);
    let on_windows = |execution: &Execution| {
        execution.custom_fields["variant"].as_str().is_some_and(|variant| variant.ends_with("+os:windows"))
    };
    let executions = service.executions();
    assert_eq!(executions.iter().filter(|execution| on_windows(execution)).count(), FIRST, "{executions:#?}");
}

#[test]
fn a_run_that_was_archived_between_two_shards_costs_no_result() {
    let (service, data) = (Service::start(), directory());
    let shard = |target| shop_binary(target, &service, data.path()).env("TESTFIESTA_RUN_KEY", KEY);
    shard("first").run().with_code(0);
    service.archive_the_run(true);
    shard("second").run().with_code(0).says(&["2 queued, because run 1 is archived"]);
    service.archive_the_run(false);
    in_the_shop(&service, data.path(), &["resend"]).run().with_code(0);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + SECOND);
}

#[test]
fn eight_shards_on_a_service_that_answers_badly_make_one_run() {
    let directories: Vec<_> = (0..SHARDS).map(|_| directory()).collect();
    let service = Service::failing("reset=after,method=POST,path=*/runs,times=3");
    eight_at_once(&service, &directories);
}

/// What `run create` prints.
fn created(output: &Output) -> Value {
    serde_json::from_str(&output.stdout).expect("JSON")
}

#[test]
fn a_run_that_was_created_is_joined_by_its_key() {
    let (service, data) = (Service::start(), directory());
    let output = in_the_shop(&service, data.path(), &["run", "create"]).env("TESTFIESTA_RUN_KEY", KEY).run();
    let created = created(&output.with_code(0));
    assert_eq!((&created["key"], &created["id"]), (&KEY.into(), &service.the_run().uid.to_string().into()));
    let elsewhere = directory();
    let shard = shop_binary("first", &service, elsewhere.path()).env("TESTFIESTA_RUN_KEY", KEY);
    shard.run().with_code(0);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST);
}

#[test]
fn a_run_that_was_created_is_joined_by_what_its_jobs_are_given() {
    let (service, data) = (Service::start(), directory());
    let output = in_the_shop(&service, data.path(), &["run", "create", "--env"]).run().with_code(0);
    let (name, value) = output.stdout.trim().split_once('=').expect("a variable");
    for target in ["first", "second"] {
        shop_binary(target, &service, directory().path()).env(name, value).run().with_code(0);
    }
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + SECOND);
}

#[test]
fn a_run_is_closed_by_who_knows_that_it_is_over() {
    let (service, data) = (Service::start(), directory());
    let of_the_run =
        |program: Program| program.env("TESTFIESTA_RUN_KEY", KEY).env("TESTFIESTA_RUN_CLOSE", "archive");
    let shard = in_the_shop(&service, data.path(), &["test", "--test", "first"]);
    let shard = of_the_run(shard).env("END_TO_END_BREAK", "1");
    shard.run().with_code(101).says(&["the run stays open", "cargo testfiesta run close"]);
    assert_eq!(service.the_run().archived_at, None);

    let close = of_the_run(in_the_shop(&service, data.path(), &["run", "close"]));
    close
        .env("TESTFIESTA_RUN_STATUSES", "passed=13,failed=14")
        .run()
        .with_code(0)
        .says(&["closed as failed"]);
    let run = service.the_run();
    assert!(run.archived_at.is_some());
    assert_eq!(run.custom_fields.status.map(|status| status.get()), Some(14));
}

/// What `run close` says of a run that is there, with these settings.
fn said_of_closing(settings: &[(&'static str, &str)]) -> (String, Service) {
    let (service, data) = (Service::start(), directory());
    let create = in_the_shop(&service, data.path(), &["run", "create"]).env("TESTFIESTA_RUN_KEY", KEY);
    create.run().with_code(0);
    let close = in_the_shop(&service, data.path(), &["run", "close"]).env("TESTFIESTA_RUN_KEY", KEY);
    let close = close.envs(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
    (close.run().with_code(0).said().join("\n"), service)
}

#[test]
fn a_run_that_is_not_to_be_closed_is_said_to_be_left_as_it_is() {
    let statuses = ("TESTFIESTA_RUN_STATUSES", "passed=13,failed=14");
    let (said, service) = said_of_closing(&[("TESTFIESTA_RUN_CLOSE", "never"), statuses]);
    assert!(said.starts_with("left as it is, since `run-close` is `never`: http"), "{said}");
    assert!(service.told().iter().all(|told| told.method != "PATCH"));
}

#[test]
fn a_run_without_a_final_status_is_said_to_be_left_as_it_is() {
    let (said, service) = said_of_closing(&[("TESTFIESTA_RUN_STATUSES", "failed=14")]);
    let expected = "left as it is, since `run-statuses` has no number for `passed`: http";
    assert!(said.starts_with(expected), "{said}");
    assert!(service.told().iter().all(|told| told.method != "PATCH"));
}

#[test]
fn a_run_that_is_only_archived_is_not_said_to_be_closed_as_passed() {
    let (said, service) = said_of_closing(&[("TESTFIESTA_RUN_CLOSE", "archive")]);
    assert!(said.starts_with("archived without a final status"), "{said}");
    assert!(service.the_run().archived_at.is_some());
}

#[test]
fn a_run_that_is_archived_is_closed_already() {
    let (service, data) = (Service::start(), directory());
    let of_the_run = |arguments: [&str; 2]| {
        let command = in_the_shop(&service, data.path(), &arguments);
        command.env("TESTFIESTA_RUN_KEY", KEY).env("TESTFIESTA_RUN_CLOSE", "archive")
    };
    for arguments in [["run", "create"], ["run", "close"]] {
        of_the_run(arguments).run().with_code(0);
    }
    let again = of_the_run(["run", "close"]);
    let by_number = of_the_run(["run", "close"]).env("TESTFIESTA_RUN_ID", service.the_run().uid.to_string());
    for close in [again, by_number.without_env("TESTFIESTA_RUN_KEY")] {
        let close = close.run().with_code(0);
        assert!(close.said()[0].starts_with("closed already: http"), "{}", close.stderr);
    }
}

/// The subcommand with the run of this key at Testsigma.
fn at_testsigma(service: &Service, data: &Path, arguments: &[&str]) -> Program {
    let command = subcommand(arguments).current_dir(shop().directory()).env("TESTFIESTA_DIR", data);
    let command = command.envs(service.testsigma_settings()).env("TESTSIGMA_PROJECT", "TC");
    command.env("TESTFIESTA_PROVIDER", "testsigma").env("TESTFIESTA_RUN_KEY", KEY)
}

#[test]
fn a_run_of_testsigma_is_closed_without_a_verdict() {
    let (service, data) = (Service::start().with_testsigma_cases("TC", 1), directory());
    at_testsigma(&service, data.path(), &["run", "create"]).run().with_code(0);
    let close = at_testsigma(&service, data.path(), &["run", "close"]).run().with_code(0);
    assert!(close.said()[0].starts_with("closed: "), "{}", close.stderr);
}

#[test]
fn a_run_of_testsigma_is_closed_already_whoever_closes_it_again() {
    let (service, data, elsewhere) =
        (Service::start().with_testsigma_cases("TC", 1), directory(), directory());
    for arguments in [["run", "create"], ["run", "close"]] {
        at_testsigma(&service, data.path(), &arguments).run().with_code(0);
    }
    for machine in [&data, &elsewhere] {
        let close = at_testsigma(&service, machine.path(), &["run", "close"]).run().with_code(0);
        assert!(close.said()[0].starts_with("closed already: "), "{}", close.stderr);
    }
}

#[test]
fn a_run_that_does_not_exist_is_not_closed() {
    let (service, data) = (Service::start(), directory());
    let close = in_the_shop(&service, data.path(), &["run", "close"]).env("TESTFIESTA_RUN_KEY", KEY);
    close.run().with_code(1).says(&["has no run with the key `nightly 7`"]);
    assert_eq!(service.runs().len(), 0);
}

#[test]
fn a_run_to_close_has_to_be_named() {
    let (service, data) = (Service::start(), directory());
    let close = in_the_shop(&service, data.path(), &["run", "close"]);
    close.run().with_code(1).says(&["TESTFIESTA_RUN_ID", "TESTFIESTA_RUN_KEY"]);
}

#[test]
fn a_shard_that_dies_leaves_the_run_open() {
    let (service, data, signs) = (Service::start(), directory(), directory());
    let shard = shop_binary("waiting", &service, data.path()).env("TESTFIESTA_RUN_CLOSE", "archive");
    let shard = shard.env("TESTFIESTA_RUN_KEY", KEY).env("END_TO_END_SIGNS", signs.path());
    shard.run_while(|child| {
        eventually("the second test runs", || signs.path().join("waiting").exists());
        child.start_kill().expect("killed");
    });
    assert_eq!(service.the_run().archived_at, None);
    in_the_shop(&service, data.path(), &["resend"]).run().with_code(0);
    assert_eq!(service.runs().len(), 1);
}
