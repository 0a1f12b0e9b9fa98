//! A test that takes its process with it is reported as crashed by whoever looks next: once, and never as passed.

use std::fs;

use tempfile::TempDir;
use testfiesta_client::testfiesta::CreateRun;

use crate::{
    fixtures::{SECOND, shop, shop_binary},
    support::{Program, Service, block_on, eventually, nextest_is_here, subcommand},
};

/// What is known of `crashing`: the second of its tests aborts.
const CRASHED: [&str; 2] = ["a_passes: passed", "b_aborts: crashed"];

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn in_the_shop(service: &Service, data: &TempDir, arguments: &[&str]) -> Program {
    let command = subcommand(arguments).current_dir(shop().directory()).envs(service.settings());
    command.env("TESTFIESTA_DIR", data.path()).env("TESTFIESTA_ISOLATION", "threads")
}

/// `crashing` on threads, one after the other, which ends with its second test.
fn crash(service: &Service, data: &TempDir) {
    let program = shop_binary("crashing", service, data.path()).env("TESTFIESTA_ISOLATION", "threads");
    assert_ne!(program.args(["--test-threads=1"]).run().code, Some(0));
}

#[test]
fn the_subcommand_reports_a_crash_at_its_end() {
    let (service, data) = (Service::start(), directory());
    let arguments = ["test", "--test", "crashing", "--", "--test-threads=1"];
    let output = in_the_shop(&service, &data, &arguments).run().with_code(101);
    output.says(&["1 passed, 1 failed, 0 skipped", "2 executed = 2 confirmed"]);
    assert_eq!(service.verdicts(), CRASHED);
}

#[test]
fn resend_reports_a_crash_after_a_plain_run_once() {
    let (service, data) = (Service::start(), directory());
    crash(&service, &data);
    for _ in 0..2 {
        in_the_shop(&service, &data, &["resend"]).run().with_code(0);
        assert_eq!(service.verdicts(), CRASHED);
    }
    assert_eq!(service.runs().len(), 1);
}

#[test]
fn a_later_run_reports_a_crash_to_the_run_it_belongs_to() {
    let (service, data) = (Service::start(), directory());
    crash(&service, &data);
    shop_binary("second", &service, data.path()).run().with_code(0).says(&["2 executed = 2 confirmed"]);
    assert_eq!(service.verdicts(), [&CRASHED[..], &["is_ignored: skipped", "passes: passed"]].concat());
    assert_eq!(service.runs().len(), 2);
}

#[test]
fn a_crash_under_nextest_is_reported_by_the_subcommand() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::start(), directory());
    let arguments = ["nextest", "--no-fail-fast", "--test", "crashing"];
    in_the_shop(&service, &data, &arguments).run().with_code(100);
    assert_eq!(service.verdicts(), CRASHED);
}

#[test]
fn a_test_that_nextest_ends_at_its_limit_took_that_long() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::start(), directory());
    let configuration = data.path().join("nextest.toml");
    let limit = "[profile.default]\nslow-timeout = { period = \"1s\", terminate-after = 1 }\n";
    fs::write(&configuration, limit).expect("written");
    let arguments = ["nextest", "--test", "waiting", "--config-file"];
    let program = in_the_shop(&service, &data, &arguments).args([&configuration]).args(["b_waits"]);
    program.env("END_TO_END_SIGNS", data.path()).run().with_code(100);
    assert_eq!(service.verdicts(), ["b_waits: crashed", "b_waits: crashed"]);
    for execution in service.executions() {
        let seconds = execution.custom_fields["time"].as_f64().expect("a time");
        assert!((0.5..10.0).contains(&seconds), "{seconds}");
    }
}

#[test]
fn a_crash_is_reported_to_the_run_that_its_process_joined() {
    let (service, data) = (Service::start(), directory());
    let [own, later] = ["own", "later"].map(|name| {
        let new = CreateRun { name: name.into(), ..CreateRun::default() };
        block_on(service.client.create_run(&new)).expect("a run").uid
    });
    service.fail("503");
    let program = shop_binary("crashing", &service, data.path()).env("TESTFIESTA_RUN_ID", own.to_string());
    let program = program.env("TESTFIESTA_ISOLATION", "threads").args(["--test-threads=1"]);
    assert_ne!(program.run().code, Some(0));
    service.heal();
    let second = shop_binary("second", &service, data.path()).env("TESTFIESTA_RUN_ID", later.to_string());
    second.run().with_code(0);
    assert_eq!([own, later].map(|run| service.execution_count(run)), [CRASHED.len(), SECOND]);
}

#[test]
fn a_crash_that_was_nobody_s_to_know_stays_here_when_a_service_is_set_later() {
    let (service, data) = (Service::start(), directory());
    let program = shop().binary("crashing").env("TESTFIESTA_DIR", data.path());
    assert_ne!(program.env("TESTFIESTA_ISOLATION", "threads").args(["--test-threads=1"]).run().code, Some(0));
    shop_binary("second", &service, data.path()).run().with_code(0);
    assert_eq!(service.verdicts(), ["is_ignored: skipped", "passes: passed"]);
}

/// What is known of `waiting` when its second test never ended.
const KILLED: [&str; 3] = ["a_passes: passed", "b_waits: crashed", "b_waits: crashed"];

/// Kills `waiting` with SIGKILL in its second test; on Windows it is terminated, which leaves as little to it.
fn kill(service: &Service, data: &TempDir, isolation: &str) {
    let signs = directory();
    let program = shop_binary("waiting", service, data.path()).args(["--test-threads=1"]);
    let program = program.env("TESTFIESTA_ISOLATION", isolation).env("END_TO_END_SIGNS", signs.path());
    program.run_while(|child| {
        eventually("the second test runs", || signs.path().join("waiting").exists());
        child.start_kill().expect("killed");
    });
}

#[test]
fn a_test_whose_harness_was_killed_crashed() {
    for isolation in ["threads", "workers"] {
        let (service, data) = (Service::start(), directory());
        kill(&service, &data, isolation);
        in_the_shop(&service, &data, &["resend"]).run().with_code(0);
        assert_eq!(service.verdicts(), KILLED, "{isolation}");
    }
}

#[test]
fn a_crash_brings_what_is_known_of_the_test() {
    let (service, data) = (Service::start(), directory());
    kill(&service, &data, "threads");
    in_the_shop(&service, &data, &["resend"]).run().with_code(0);
    let executions = service.executions();
    let crashed: Vec<_> =
        executions.iter().filter(|it| it.status_text.as_deref() == Some("crashed")).collect();
    assert_eq!(crashed.len(), 2, "{executions:?}");
    for execution in crashed {
        let field = |name: &str| execution.custom_fields[name].as_str().unwrap_or_default().to_owned();
        assert!(field("message").starts_with("its process ended while it ran"), "{}", field("message"));
        assert!(field("location").starts_with("tests/waiting.rs:"), "{}", field("location"));
    }
    assert!(service.cases().iter().any(|case| case.name == "Waits to be told"));
}

#[test]
fn a_test_that_still_runs_is_nobody_s_crash() {
    let (service, data, signs) = (Service::start(), directory(), directory());
    let program = shop_binary("waiting", &service, data.path()).args(["--test-threads=1"]);
    let output = program.env("END_TO_END_SIGNS", signs.path()).run_while(|_| {
        eventually("the second test runs", || signs.path().join("waiting").exists());
        in_the_shop(&service, &data, &["resend"]).run().with_code(0);
        assert_eq!(service.verdicts(), ["a_passes: passed"]);
        fs::write(signs.path().join("go"), "").expect("written");
    });
    output.with_code(0).says(&["4 executed = 4 confirmed"]);
    let passed = ["a_passes: passed", "b_waits: passed", "b_waits: passed", "c_passes: passed"];
    assert_eq!(service.verdicts(), passed);
}

#[test]
fn two_that_look_at_once_report_one_crash() {
    let (service, data) = (Service::start(), directory());
    crash(&service, &data);
    let first = in_the_shop(&service, &data, &["resend"]);
    first
        .run_while(|_| {
            in_the_shop(&service, &data, &["resend"]).run().with_code(0);
        })
        .with_code(0);
    assert_eq!(service.verdicts(), CRASHED);
}
