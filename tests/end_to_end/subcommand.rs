//! `cargo testfiesta`: one run for a whole invocation, on a server of its own where no other is named.

use std::fs;

use tempfile::TempDir;

use crate::{
    fixtures::{FIRST, SECOND, isolated, shop, without_runtime},
    support::{Program, Service, Serving, block_on, eventually, nextest_is_here, subcommand},
};

/// The project that the local TestFiesta keeps outcomes in.
const LOCAL: &str = "LOCAL";

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// `cargo testfiesta …` in the shop, with this data directory.
fn in_the_shop(data: &TempDir, arguments: &[&str]) -> Program {
    subcommand(arguments).current_dir(shop().directory()).env("TESTFIESTA_DIR", data.path())
}

fn tested(data: &TempDir) -> Program {
    in_the_shop(data, &["test", "--no-fail-fast", "--test", "first", "--test", "second"])
}

#[test]
fn two_test_binaries_are_one_run_on_the_embedded_server() {
    let data = directory();
    tested(&data).run().with_code(0);
    let service = Service::of(data.path(), LOCAL);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + SECOND);
}

#[test]
fn the_sum_counts_both_binaries() {
    let output = tested(&directory()).run().with_code(0);
    output.says(&["4 passed, 0 failed, 1 skipped", "5 executed = 5 confirmed + 0 queued"]);
}

#[test]
fn a_second_invocation_of_one_run_sums_up_both() {
    let data = directory();
    let again = || tested(&data).env("TESTFIESTA_RUN_KEY", "nightly").run().with_code(0);
    again();
    again().says(&["10 executed = 10 confirmed + 0 queued + 0 unmapped + 0 rejected"]);
}

#[test]
fn it_says_how_to_see_the_run() {
    let output = tested(&directory()).run().with_code(0);
    output.says(&["holds 5 executions", "cargo testfiesta serve"]);
}

#[test]
fn a_failing_test_is_shown_as_cargo_test_shows_it() {
    let output = tested(&directory()).env("END_TO_END_BREAK", "1").run().with_code(101);
    assert!(output.stdout.contains("test may_fail ... FAILED"), "{}", output.stdout);
    assert!(output.stdout.contains("broken on purpose"), "{}", output.stdout);
    output.says(&["3 passed, 1 failed, 1 skipped"]);
}

#[test]
fn arguments_after_two_dashes_reach_the_tests() {
    let output = in_the_shop(&directory(), &["test", "--test", "first", "--", "passes", "--exact"]).run();
    output.with_code(0).says(&["1 passed, 0 failed, 0 skipped"]);
}

#[test]
fn a_compile_error_makes_no_run_and_is_cargo_s_exit_code() {
    let data = directory();
    let command = subcommand(&["test"]).current_dir(&without_runtime().written());
    command.env("TESTFIESTA_DIR", data.path()).run().with_code(101);
    assert_eq!(Service::of(data.path(), LOCAL).runs().len(), 0);
}

#[test]
fn an_empty_selection_makes_no_run() {
    let data = directory();
    in_the_shop(&data, &["test", "--test", "first", "--", "nothing"]).run().with_code(0);
    assert_eq!(Service::of(data.path(), LOCAL).runs().len(), 0);
}

#[test]
fn its_own_key_opens_nothing_afterwards() {
    let data = directory();
    tested(&data).run().with_code(0);
    let keys = in_the_shop(&data, &["key", "list"]).run().with_code(0);
    let lines: Vec<_> = keys.stdout.lines().skip(1).collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.contains("revoked")), "{}", keys.stdout);
}

#[test]
fn a_service_that_is_configured_is_used() {
    let (service, data) = (Service::start(), directory());
    tested(&data).envs(service.settings()).run().with_code(0);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + SECOND);
}

#[test]
fn the_run_ends_with_the_verdict_of_all_binaries() {
    let (service, data) = (Service::start(), directory());
    let command = tested(&data).envs(service.settings()).env("END_TO_END_BREAK", "1");
    command.env("TESTFIESTA_RUN_STATUSES", "passed=13,failed=14").run().with_code(101);
    assert_eq!(service.the_run().custom_fields.status.map(|status| status.get()), Some(14));
}

#[test]
fn the_run_is_archived_on_demand_with_everything_in_it() {
    let (service, data) = (Service::start(), directory());
    tested(&data).envs(service.settings()).env("TESTFIESTA_RUN_CLOSE", "archive").run().with_code(0);
    let run = service.the_run();
    assert!(run.archived_at.is_some());
    assert_eq!(service.execution_count(run.uid), FIRST + SECOND);
}

#[test]
fn strict_mode_has_an_exit_code_of_its_own() {
    let data = directory();
    let command = tested(&data).env("TESTFIESTA_TOKEN", "testfiesta_half_made").env("TESTFIESTA_STRICT", "1");
    command.run().with_code(102);
}

#[test]
fn nextest_reports_to_one_run() {
    if !nextest_is_here() {
        return;
    }
    let data = directory();
    let arguments = ["nextest", "--test", "first", "--test", "second", "--run-ignored", "all"];
    in_the_shop(&data, &arguments).run().with_code(0).says(&["5 passed, 0 failed, 0 skipped"]);
    let service = Service::of(data.path(), LOCAL);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + SECOND);
}

#[test]
fn the_exit_code_of_nextest_is_kept() {
    if !nextest_is_here() {
        return;
    }
    let command = in_the_shop(&directory(), &["nextest", "--test", "first"]);
    command.env("END_TO_END_BREAK", "1").run().with_code(100);
}

#[test]
fn a_test_that_the_runner_overlooks_is_told_and_fails_where_that_is_strict() {
    if !nextest_is_here() {
        return;
    }
    for (strict, code) in [("0", 0), ("1", 100)] {
        let data = directory();
        let command = subcommand(&["nextest", "--test", "isolated", "exits_with_zero"]);
        let command = command.current_dir(isolated().directory()).env("TESTFIESTA_DIR", data.path());
        let output = command.env("TESTFIESTA_STRICT", strict).run().with_code(code);
        output.says(&["0 passed, 1 failed", "the runner counts as passed what is reported as failed"]);
    }
}

#[test]
fn an_archive_runs_outside_of_its_workspace() {
    if !nextest_is_here() {
        return;
    }
    let (data, elsewhere) = (directory(), directory());
    let archive = data.path().join("tests.tar.zst");
    let archive = archive.to_str().expect("a text");
    shop().cargo(&["nextest", "archive", "--test", "first", "--archive-file", archive]).run().with_code(0);
    let sources = shop().directory().to_str().expect("a text");
    let command = subcommand(&["nextest", "--archive-file", archive, "--workspace-remap", sources]);
    let output = command.current_dir(elsewhere.path()).env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    output.says(&["3 passed, 0 failed", "holds 3 executions"]);
}

#[cfg(unix)]
#[test]
fn tests_whose_environment_a_runner_clears_do_not_go_unnoticed() {
    let (data, elsewhere) = (directory(), directory());
    let runner = format!(
        "target.'cfg(all())'.runner = ['env', '-i', 'TESTFIESTA_DIR={}']",
        elsewhere.path().display()
    );
    let output = in_the_shop(&data, &["test", "--config", &runner, "--test", "first"]).run().with_code(0);
    output.says(&["no test process reported here", "_RUNNER"]);
}

#[test]
fn a_server_that_runs_already_is_used() {
    let data = directory();
    let serving = Serving::start(data.path());
    tested(&data).run().with_code(0).says(&[&format!("to see it: {}/", serving.url)]);
    let page = serving.page("/");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert_eq!(Service::of(data.path(), LOCAL).executions().len(), FIRST + SECOND);
}

#[test]
fn the_link_to_a_local_run_is_the_one_that_it_has_when_it_is_served_again() {
    let output = tested(&directory()).run().with_code(0);
    let links = output.stderr.matches("http://127.0.0.1:7357/local/LOCAL/runs/1/folders").count();
    assert_eq!((links, output.stderr.matches("http://").count()), (2, 2), "{}", output.stderr);
}

#[test]
fn numbers_of_another_service_do_not_keep_outcomes_from_the_local_one() {
    let data = directory();
    let command = tested(&data).env("TESTFIESTA_CASE_MATCH", "uid").env("TESTFIESTA_RUN_TAGS", "3,5");
    let command = command.env("TESTFIESTA_STATUSES", "passed=3,failed=4,skipped=5");
    command.run().with_code(0).says(&["5 executed = 5 confirmed"]);
}

#[test]
fn the_number_of_a_run_of_another_service_is_none_of_the_local_one() {
    let data = directory();
    tested(&data).run().with_code(0);
    let command = tested(&data).env("TESTFIESTA_RUN_ID", "1");
    command.run().with_code(0).says(&["5 executed = 5 confirmed"]);
    let service = Service::of(data.path(), LOCAL);
    assert_eq!(service.runs().len(), 2);
}

#[test]
fn a_run_of_the_local_one_is_left_to_no_command_that_would_refuse_to_close_it() {
    let output = tested(&directory()).env("TESTFIESTA_RUN_KEY", "nightly").run().with_code(0);
    assert!(!output.stderr.contains("run close"), "{}", output.stderr);
}

#[test]
fn a_directory_is_not_served_twice() {
    let data = directory();
    let serving = Serving::start(data.path());
    let second = in_the_shop(&data, &["serve", "--listen", "127.0.0.1:0"]).run();
    assert_ne!(second.code, Some(0));
    second.says(&["already served at", &serving.url]);
}

/// Outcomes that nobody was there to take.
fn undelivered() -> TempDir {
    let data = directory();
    shop().binary("first").env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    data
}

#[test]
fn serve_takes_in_what_waited_in_the_journal() {
    let data = undelivered();
    let _serving = Serving::start(data.path());
    let service = Service::of(data.path(), LOCAL);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST);
}

#[test]
fn serve_takes_it_in_where_it_listens_for_all_machines() {
    let data = undelivered();
    let program = subcommand(&["serve", "--listen", "0.0.0.0:0", "--fault", "503,times=1", "--data"]);
    let serving = Serving::of(program.args([data.path()]));
    assert!(serving.url.starts_with("http://0.0.0.0:"), "{}", serving.url);
    tested(&data).run().with_code(0);
    assert_eq!(Service::of(data.path(), LOCAL).executions().len(), FIRST + FIRST + SECOND);
}

#[test]
fn serve_takes_it_in_once() {
    let data = undelivered();
    // Whoever is killed holds the directory until it is gone.
    Serving::start(data.path()).kill();
    Serving::start(data.path()).kill();
    assert_eq!(Service::of(data.path(), LOCAL).executions().len(), FIRST);
}

#[test]
fn serve_shows_what_it_took_in() {
    let data = undelivered();
    let serving = Serving::start(data.path());
    let run = Service::of(data.path(), LOCAL).the_run();
    let page = serving.page(&format!("/local/{LOCAL}/runs/{}/folders", run.uid));
    assert!(page.contains("may_fail"), "{page}");
}

#[test]
fn two_invocations_at_once_are_taken_by_a_local_testfiesta_each() {
    let (data, signs) = (directory(), [directory(), directory()]);
    let waiting = |signs: &TempDir| {
        let program = in_the_shop(&data, &["test", "--test", "waiting", "--", "--test-threads=1"]);
        program.env("END_TO_END_SIGNS", signs.path()).env("TESTFIESTA_STRICT", "1")
    };
    let runs = |signs: &TempDir| eventually("a test waits", || signs.path().join("waiting").exists());
    let go = |signs: &TempDir| fs::write(signs.path().join("go"), "").expect("written");

    let mut first = waiting(&signs[0]).spawn();
    runs(&signs[0]);
    let second = waiting(&signs[1]).run_while(|_| {
        runs(&signs[1]);
        go(&signs[0]);
        let ended = block_on(first.wait()).expect("an end");
        assert_eq!(ended.code(), Some(0));
        go(&signs[1]);
    });
    second.with_code(0).says(&["4 executed = 4 confirmed"]);
    let service = Service::of(data.path(), LOCAL);
    let counts: Vec<_> = service.runs().iter().map(|run| service.execution_count(run.uid)).collect();
    assert_eq!(counts, [4, 4]);
}
