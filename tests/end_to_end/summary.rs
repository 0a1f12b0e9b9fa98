//! The closing line in JSON: one file for an invocation, that adds up.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    fixtures::{FIRST, SECOND, shop},
    support::{Program, Service, nextest_is_here, subcommand},
};

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// What a command leaves in the file that it is told of, in numbers and kinds.
#[track_caller]
fn summary_of(command: Program, data: &Path) -> Value {
    let path = data.join("summary.json");
    command.env("TESTFIESTA_DIR", data).env("TESTFIESTA_SUMMARY", &path).run();
    serde_json::from_slice(&fs::read(path).expect("a summary")).expect("JSON")
}

#[track_caller]
fn assert_holds(summary: &Value, expected: Value) {
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&summary[name], value, "{name} in {summary:#}");
    }
}

fn everything() -> Value {
    let all = FIRST + SECOND;
    json!({
        "executed": all, "confirmed": all, "queued": 0, "unmapped": 0, "rejected": 0,
        "passed": 4, "failed": 0, "skipped": 1, "timed_out": 0, "crashed": 0, "flaky": 0,
    })
}

#[test]
#[cfg(target_os = "linux")]
fn the_binaries_of_one_cargo_test_are_summed_up_in_one_file() {
    let (service, data) = (Service::start(), directory());
    let command = shop().cargo(&["test", "--test", "first", "--test", "second"]).envs(service.settings());
    let summary = summary_of(command, data.path());
    assert_holds(&summary, everything());
    assert_eq!(summary["run"]["id"], json!(service.the_run().uid.to_string()));
    assert!(summary["run"]["url"].as_str().is_some_and(|url| url.contains("/runs/")), "{summary:#}");
}

#[test]
fn the_processes_of_nextest_are_summed_up_in_one_file() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::start(), directory());
    let arguments = ["nextest", "run", "--no-fail-fast", "--retries", "1", "--test", "attempts"];
    let summary = summary_of(shop().cargo(&arguments).envs(service.settings()), data.path());
    let expected = json!({
        "executed": 5, "confirmed": 5, "queued": 0, "passed": 3, "failed": 1, "crashed": 0, "flaky": 2,
    });
    assert_holds(&summary, expected);
}

/// nextest, one test after the other, in the order of the targets' names.
fn nextest_in_turn(targets: &[&str]) -> Program {
    let arguments = ["nextest", "run", "--no-fail-fast", "--test-threads", "1"];
    shop().cargo(&arguments).args(targets.iter().flat_map(|target| ["--test", target]))
}

#[test]
fn a_test_that_took_its_process_with_it_is_counted_by_the_next() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::start(), directory());
    let command = nextest_in_turn(&["crashing", "first"]).envs(service.settings());
    let expected = json!({ "executed": 5, "confirmed": 5, "queued": 0, "passed": 4, "crashed": 1 });
    assert_holds(&summary_of(command, data.path()), expected);
}

#[test]
fn without_a_service_it_is_counted_too() {
    if !nextest_is_here() {
        return;
    }
    let data = directory();
    let expected = json!({ "executed": 5, "confirmed": 0, "queued": 5, "passed": 4, "crashed": 1 });
    assert_holds(&summary_of(nextest_in_turn(&["crashing", "first"]), data.path()), expected);
}

#[test]
fn a_test_that_is_tried_again_after_it_crashed_is_counted_once() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::start(), directory());
    let command = nextest_in_turn(&["crashing", "first"]).args(["--retries", "1"]);
    let expected = json!({ "executed": 5, "confirmed": 5, "queued": 0, "passed": 4, "crashed": 1 });
    assert_holds(&summary_of(command.envs(service.settings()), data.path()), expected);
}

#[test]
fn what_nobody_was_left_to_count_is_counted_by_resend() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::start(), directory());
    let summary = summary_of(nextest_in_turn(&["crashing"]).envs(service.settings()), data.path());
    assert_holds(&summary, json!({ "executed": 1, "confirmed": 1, "crashed": 0 }));
    let resend = subcommand(&["resend"]).current_dir(shop().directory()).envs(service.settings());
    let summary = summary_of(resend, data.path());
    assert_holds(&summary, json!({ "executed": 2, "confirmed": 2, "queued": 0, "crashed": 1 }));
}

#[test]
fn the_figures_of_an_earlier_invocation_do_not_pass_for_those_of_one_that_reported_nothing() {
    let (service, data) = (Service::start(), directory());
    for (arguments, executed) in
        [(&["test", "--test", "first"][..], FIRST), (&["test", "--test", "first", "--", "no such test"], 0)]
    {
        let command = subcommand(arguments).envs(service.settings()).current_dir(shop().directory());
        let summary = summary_of(command, data.path());
        assert_holds(&summary, json!({ "executed": executed, "confirmed": executed, "queued": 0 }));
    }
    let path = data.path().join("summary.json");
    fs::write(&path, "{}").expect("an earlier file");
    let command = subcommand(&["test", "--test", "there-is-none"]).envs(service.settings());
    assert_holds(&summary_of(command.current_dir(shop().directory()), data.path()), json!({ "executed": 0 }));
}

#[test]
fn the_subcommand_writes_one_for_all() {
    let (service, data) = (Service::start(), directory());
    let command = subcommand(&["test", "--test", "first", "--test", "second"]).envs(service.settings());
    assert_holds(&summary_of(command.current_dir(shop().directory()), data.path()), everything());
}

#[test]
fn what_a_service_does_not_hold_is_counted() {
    let (service, data) = (Service::failing("422,body=SHOP-2"), directory());
    let command = shop().binary("first").envs(service.settings());
    let expected = json!({ "executed": 3, "confirmed": 2, "rejected": 1, "queued": 0 });
    assert_holds(&summary_of(command, data.path()), expected);
}

#[test]
fn without_a_service_everything_is_queued() {
    let data = directory();
    let expected = json!({ "executed": 3, "confirmed": 0, "queued": 3, "passed": 3 });
    assert_holds(&summary_of(shop().binary("first"), data.path()), expected);
}
