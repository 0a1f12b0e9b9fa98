//! Where outcomes are only written down: in a target that lacks `harness = false`, and without the feature `http`.

use tempfile::TempDir;

use crate::{
    fixtures::{SECOND, alike, journal_only, shop, without_runtime},
    json_like_libtest::words,
    support::{Built, Output, Report, Service, cargo, subcommand},
};

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// What `cargo testfiesta resend` brings from a directory to a new service.
fn resent(built: &Built, data: &TempDir) -> Service {
    let service = Service::start();
    let command = subcommand(&["resend"]).current_dir(built.directory()).envs(service.settings());
    command.env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    service
}

fn forgotten(data: &TempDir) -> Output {
    shop().binary("forgotten").env("TESTFIESTA_DIR", data.path()).run().with_code(101)
}

#[test]
fn without_harness_false_cases_run_under_libtest() {
    assert_eq!(Report::of(&forgotten(&directory())).counts(), [3, 1, 0]);
}

/// What libtest prints of a target, without what we say, and as of the other targets with these tests.
fn printed_under_libtest(target: &str) -> Vec<String> {
    let program = alike().binary(target).env("TESTFIESTA_DIR", directory().path());
    let output = program.args(["--test-threads=1"]).run().with_code(101);
    let text = words(&output.text()).replace("_under_libtest_", "").replace("cases_under", "under");
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("testfiesta: ") && !line.starts_with("test "));
    lines.map(str::to_owned).collect()
}

#[test]
fn without_harness_false_libtest_captures_and_shows_what_it_does_elsewhere() {
    assert_eq!(printed_under_libtest("cases_under_libtest"), printed_under_libtest("under_libtest"));
}

#[test]
fn without_harness_false_the_missing_line_is_named_once() {
    let output = forgotten(&directory());
    assert_eq!(output.said().len(), 1, "{}", output.stderr);
    output.says(&["`harness = false`"]);
}

#[test]
fn without_harness_false_resend_delivers_the_outcomes() {
    let data = directory();
    forgotten(&data);
    assert_eq!(
        resent(shop(), &data).verdicts(),
        ["fails: failed", "panics: passed", "passes: passed", "waits: passed"]
    );
}

#[test]
fn without_harness_false_the_subcommand_delivers_the_outcomes() {
    let (service, data) = (Service::start(), directory());
    let command = subcommand(&["test", "--test", "forgotten"]).current_dir(shop().directory());
    command.envs(service.settings()).env("TESTFIESTA_DIR", data.path()).run().with_code(101);
    assert_eq!(service.execution_count(service.the_run().uid), 4);
}

#[test]
fn without_http_the_tests_run() {
    let output = journal_only().binary("second").env("TESTFIESTA_DIR", directory().path()).run();
    assert_eq!(Report::of(&output.with_code(0)).counts(), [1, 0, 1]);
}

#[test]
fn without_http_a_service_that_is_configured_is_not_asked() {
    let (service, data) = (Service::start(), directory());
    let program = journal_only().binary("second").envs(service.settings());
    let output = program.env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    assert_eq!(service.told().len(), 0);
    output.says(&["2 queued, because", "feature `http`"]);
}

#[test]
fn without_http_the_subcommand_delivers_the_outcomes() {
    let (service, data) = (Service::start(), directory());
    let command = subcommand(&["test", "--test", "second"]).current_dir(journal_only().directory());
    command.envs(service.settings()).env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    assert_eq!(service.verdicts(), ["is_ignored: skipped", "passes: passed"]);
}

#[test]
fn without_http_resend_delivers_the_outcomes() {
    let data = directory();
    journal_only().binary("second").env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    let service = resent(journal_only(), &data);
    assert_eq!(service.verdicts(), ["is_ignored: skipped", "passes: passed"]);
    assert_eq!(service.execution_count(service.the_run().uid), SECOND);
}

#[test]
fn an_async_case_without_a_runtime_is_one_compile_error() {
    let output = cargo().current_dir(&without_runtime().written()).args(["test", "--no-run"]).run();
    let output = output.with_code(101);
    let errors = output.stderr.lines().filter(|line| line.starts_with("error")).count();
    // The second is cargo's, that it could not compile.
    assert_eq!(errors, 2, "{}", output.stderr);
    output.says(&["turn on the feature `tokio` of `testfiesta`", "--> tests/waits.rs:2:1"]);
}
