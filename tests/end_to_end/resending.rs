//! `cargo testfiesta resend`: of several at once, one delivers, and what it completes it ends.

use std::{fs::File, path::Path, thread};

use tempfile::TempDir;
use testfiesta_client::testfiesta::Uid;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::{
    fixtures::{FIRST, shop},
    support::{Program, Service, block_on, subcommand},
};

/// Outcomes that nobody was there to take.
fn undelivered() -> TempDir {
    let data = tempfile::tempdir().expect("a directory");
    shop().binary("first").env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    data
}

/// `cargo testfiesta resend …` to a service.
fn resend(service: &Service, data: &Path, arguments: &[&str]) -> Program {
    let command = subcommand(&["resend"]).args(arguments).current_dir(shop().directory());
    command.envs(service.settings()).env("TESTFIESTA_DIR", data)
}

/// Somebody who delivers.
fn delivering(data: &TempDir) -> File {
    let lock = File::create(data.path().join("resend.lock")).expect("a file");
    lock.lock().expect("locked");
    lock
}

#[test]
fn several_at_once_deliver_everything_once() {
    let (service, data) = (Service::start(), undelivered());
    service.fail("latency=100ms");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| resend(&service, data.path(), &[]).run().with_code(0));
        }
    });
    let imports = service.told().into_iter().filter(|told| told.path.ends_with("/data")).count();
    assert_eq!((imports, service.execution_count(service.the_run().uid)), (1, FIRST));
}

#[test]
fn who_comes_second_waits_and_says_so() {
    let (service, data) = (Service::start(), undelivered());
    let delivering = delivering(&data);
    let mut second = resend(&service, data.path(), &[]).spawn();
    let mut lines = BufReader::new(second.stderr.take().expect("a stderr")).lines();
    let line = block_on(lines.next_line()).expect("a line").expect("a line before the end");
    assert!(line.contains("another `cargo testfiesta resend` is delivering"), "{line}");
    assert_eq!(service.told().len(), 0);
    drop(delivering);
    assert_eq!(block_on(second.wait()).expect("an end").code(), Some(0));
    assert_eq!(service.executions().len(), FIRST);
}

#[test]
fn a_deadline_that_leaves_no_time_to_wait_leaves_a_request_its_own() {
    let (service, data) = (Service::start(), undelivered());
    let resend = resend(&service, data.path(), &[]).env("TESTFIESTA_DEADLINE", "0s");
    resend.run().with_code(0).says(&["3 executed = 3 confirmed"]);
}

#[test]
fn where_nobody_answers_the_other_runs_are_not_tried_and_counted() {
    let data = undelivered();
    for _ in 0..2 {
        shop().binary("first").env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    }
    let output = resend(&Service::gone(), data.path(), &[]).run().with_code(1);
    let output = output.says(&["9 queued in 3 runs", "not tried, and still queued: 2 runs"]);
    assert_eq!(output.stderr.matches("3 executed = 0 confirmed + 3 queued").count(), 1, "{}", output.stderr);
}

#[test]
fn a_dry_run_waits_for_nobody() {
    let (service, data) = (Service::start(), undelivered());
    let _delivering = delivering(&data);
    resend(&service, data.path(), &["--dry-run"]).run().with_code(0).says(&["3 queued in 1 run"]);
}

/// What is asked for when a run is over.
const CLOSING: [(&str, &str); 2] =
    [("TESTFIESTA_RUN_CLOSE", "archive"), ("TESTFIESTA_RUN_STATUSES", "passed=13,failed=14")];

/// A program whose second test fails, which cannot deliver that in time, and asks for its run to be ended.
fn in_vain(program: Program, service: &Service, data: &TempDir) -> Program {
    service.fail("503,method=POST,path=*/data");
    let program = program.envs(service.settings()).env("TESTFIESTA_DIR", data.path());
    let program = program.env("END_TO_END_BREAK", "1").env("TESTFIESTA_DEADLINE", "2s");
    closing(program)
}

fn closing(program: Program) -> Program {
    CLOSING.into_iter().fold(program, |program, (name, value)| program.env(name, value))
}

/// The final status of the one run, and whether it is archived.
fn ended(service: &Service) -> (Option<i64>, bool) {
    let run = service.the_run();
    (run.custom_fields.status.map(Uid::get), run.archived_at.is_some())
}

fn asked_to_end(service: &Service) -> usize {
    service.told().iter().filter(|told| told.method == "PATCH").count()
}

#[test]
fn the_run_of_an_invocation_that_was_delivered_later_ends_as_it_would_have() {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    let tested = subcommand(&["test", "--test", "first"]).current_dir(shop().directory());
    in_vain(tested, &service, &data).run().with_code(101).says(&["0 confirmed + 3 queued"]);
    service.heal();
    assert_eq!(asked_to_end(&service), 0);
    closing(resend(&service, data.path(), &[])).run().with_code(0).says(&["3 confirmed + 0 queued"]);
    assert_eq!(ended(&service), (Some(14), true));
}

#[test]
fn the_run_of_a_lone_process_that_was_delivered_later_ends_as_it_would_have() {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    in_vain(shop().binary("first"), &service, &data).run().with_code(101);
    service.heal();
    closing(resend(&service, data.path(), &[])).run().with_code(0);
    assert_eq!(ended(&service), (Some(14), true));
}

#[test]
#[cfg(target_os = "linux")]
fn the_run_of_one_cargo_test_has_its_status_from_all_that_was_delivered_later() {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    let cargo = |target| shop().cargo(&["test", "--no-fail-fast", "--test", target, "--test", "second"]);
    in_vain(cargo("first"), &service, &data).run().with_code(101);
    service.heal();
    closing(resend(&service, data.path(), &[])).run().with_code(0);
    assert_eq!(ended(&service), (Some(14), false));
}

#[test]
fn a_run_that_could_not_be_ended_is_ended_the_next_time_and_once() {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    in_vain(shop().binary("first"), &service, &data).run().with_code(101);
    service.fail("500,method=PATCH");
    let resend = |arguments: &[&str]| closing(resend(&service, data.path(), arguments)).run().with_code(0);
    resend(&[]).says(&[
        "3 confirmed + 0 queued",
        "the run could not be closed",
        "cargo testfiesta run close",
    ]);
    resend(&[]).says(&["0 queued in 0 runs", "the run could not be closed"]);
    service.heal();
    let before = asked_to_end(&service);
    resend(&["--dry-run"]);
    assert_eq!(asked_to_end(&service), before);
    resend(&[]);
    assert_eq!(ended(&service), (Some(14), true));
    resend(&[]);
    assert_eq!(asked_to_end(&service), before + 1);
}

#[test]
fn a_run_that_others_may_report_to_is_left_to_them() {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    for target in ["first", "second"] {
        let shard = in_vain(shop().binary(target), &service, &data).env("TESTFIESTA_RUN_KEY", "shards");
        shard.run();
    }
    service.heal();
    closing(resend(&service, data.path(), &[])).run().with_code(0).says(&["5 confirmed + 0 queued"]);
    assert_eq!(asked_to_end(&service), 0);
}
