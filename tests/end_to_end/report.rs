//! `cargo testfiesta report`: what the journals hold of one run, in four forms, delivered or not.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    fixtures::{attaching, isolated, shop},
    support::{Built, Program, Service, eventually, nextest_is_here, subcommand},
};

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// `cargo testfiesta …` in the shop, with no service set.
fn in_the_shop(data: &Path, arguments: &[&str]) -> Program {
    subcommand(arguments).current_dir(shop().directory()).env("TESTFIESTA_DIR", data)
}

/// A test binary that reports to nobody.
fn kept(built: &Built, target: &str, data: &Path) -> Program {
    built.binary(target).env("TESTFIESTA_DIR", data)
}

fn report(data: &Path, arguments: &[&str]) -> Program {
    in_the_shop(data, &[&["report"], arguments].concat())
}

/// The report as JSON.
fn json(data: &Path, arguments: &[&str]) -> Value {
    let output = report(data, &[&["--format", "json"], arguments].concat()).run().with_code(0);
    serde_json::from_str(&output.stdout).expect("JSON")
}

/// `test: outcome` of every test.
fn verdicts(report: &Value) -> Vec<String> {
    let tests = report["tests"].as_array().expect("tests");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    tests.iter().map(|test| format!("{}: {}", text(&test["test"]), text(&test["outcome"]))).collect()
}

/// What it says of a test.
fn test<'r>(report: &'r Value, name: &str) -> &'r Value {
    let mut tests = report["tests"].as_array().expect("tests").iter();
    tests.find(|test| test["test"] == name).unwrap_or_else(|| panic!("no {name}: {report:#}"))
}

#[track_caller]
fn assert_holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no `{part}` in:\n{text}");
    }
}

#[test]
fn a_run_of_several_processes_and_services_is_one_report() {
    let (service, data) = (Service::start().with_testsigma_cases("SHOP", 5), directory());
    let program =
        in_the_shop(data.path(), &["test", "--no-fail-fast", "--test", "first", "--test", "second"]);
    let program = program.envs(service.settings()).envs(service.testsigma_settings());
    let program = program.env("TESTFIESTA_PROVIDER", "testfiesta,testsigma").env("END_TO_END_BREAK", "1");
    program.run().with_code(101);
    let report = json(data.path(), &[]);
    let expected =
        ["may_fail: failed", "may_leak: passed", "passes: passed", "is_ignored: skipped", "passes: passed"];
    assert_eq!(verdicts(&report), expected);
    for (field, number) in [("passed", 3), ("failed", 1), ("skipped", 1), ("executed", 5), ("queued", 0)] {
        assert_eq!(report[field], number, "{field}");
    }
    let destinations = report["destinations"].as_array().expect("destinations");
    assert_eq!(destinations.len(), 2);
    for destination in destinations {
        assert_eq!(destination["confirmed"], 5, "{destination:#}");
        assert!(destination["run"]["id"].is_string(), "{destination:#}");
    }
    assert_eq!(report["facts"]["package"], "end-to-end-shop");
    assert_eq!(test(&report, "is_ignored")["reason"], "not today");
    assert_eq!(test(&report, "may_fail")["ids"][0], "SHOP-2");
}

#[test]
fn each_form_tells_of_a_failure_all_that_is_known() {
    let data = directory();
    kept(isolated(), "reasons", data.path()).run().with_code(101);
    let output = |form: &str| report(data.path(), &["--format", form]).run().with_code(0).stdout;
    let junit = output("junit");
    assert_holds(
        &junit,
        &[
            "<testsuite name=\"end-to-end-isolated::reasons\"",
            "<property name=\"case-id\" value=\"WHY-1\"/>",
            "type=\"test timeout\"",
            "type=\"test crash\"",
            "<rerunFailure",
            "caused by: invalid digit found in string",
            "name=\"stray-panic\"",
        ],
    );
    let everywhere =
        ["no checkout", "the parcel is late", "the parcel is lost", "tests/reasons.rs:", "WHY-13"];
    for text in [&junit, &output("html"), &output("markdown"), &output("json")] {
        assert_holds(text, &everywhere);
    }
    assert_holds(&output("html"), &["<details><summary>stderr</summary>", "Passed, with remarks"]);
    assert_holds(
        &output("markdown"),
        &["### Failures", "```text\npanicked at tests/reasons.rs:", "timed out after"],
    );
    let json = json(data.path(), &[]);
    let compares = test(&json, "compares");
    assert_eq!((&compares["left"], &compares["right"]), (&"[2]".into(), &"[3]".into()));
    assert_eq!(test(&json, "never_ends")["earlier"].as_array().map(Vec::len), Some(2));
}

#[test]
fn large_outputs_are_whole_for_programs_and_cut_for_people() {
    let (data, scratch) = (directory(), directory());
    let program = kept(isolated(), "isolated", data.path()).env("ISOLATED_SCRATCH", scratch.path());
    program.args(["floods"]).run().with_code(101);
    let length = |form: &str| report(data.path(), &["--format", form]).run().with_code(0).stdout.len();
    assert!(length("json") > 250_000 && length("junit") > 250_000);
    let markdown = report(data.path(), &[]).run().with_code(0).stdout;
    assert!(markdown.len() < 64 << 10, "{}", markdown.len());
    assert_holds(&markdown, &["bytes are left out of this report"]);
}

#[test]
fn what_tests_attached_is_named_and_linked() {
    let data = directory();
    kept(attaching(), "attaching", data.path())
        .args(["attaches_and_fails", "attaches_what"])
        .run()
        .with_code(101);
    let report_of = |form: &str| report(data.path(), &["--format", form]).run().with_code(0).stdout;
    assert_holds(&report_of("markdown"), &["- attached: `first.txt` (3 bytes)"]);
    assert_holds(&report_of("html"), &["download=\"first.txt\"", "href=\"file:///", "file.png (not kept: "]);
    let report = json(data.path(), &[]);
    let attached = &test(&report, "attaches_and_fails")["attachments"][0];
    assert_eq!((&attached["name"], &attached["bytes"]), (&"first.txt".into(), &3.into()));
    assert_eq!(fs::read_to_string(attached["path"].as_str().expect("a path")).expect("a file"), "one");
}

#[test]
fn attempts_of_nextest_are_one_test_with_what_failed_before() {
    if !nextest_is_here() {
        return;
    }
    let data = directory();
    let arguments = ["nextest", "--no-fail-fast", "--retries", "1", "--test", "attempts"];
    in_the_shop(data.path(), &arguments).run().with_code(100);
    let report_as_json = json(data.path(), &[]);
    assert_eq!((&report_as_json["passed"], &report_as_json["flaky"]), (&3.into(), &2.into()));
    let crashed = &test(&report_as_json, "c_crashes_first")["earlier"][0];
    assert_eq!(crashed["outcome"], "crashed");
    let junit = report(data.path(), &["--format", "junit"]).run().with_code(0).stdout;
    assert_holds(&junit, &["<flakyFailure", "not at the first attempt", "<rerunFailure", "at every attempt"]);
}

#[test]
fn what_each_attempt_of_nextest_attached_is_its_tests() {
    if !nextest_is_here() {
        return;
    }
    let data = directory();
    let program = subcommand(&["nextest", "--retries", "1", "attaches_and_fails"]);
    let program = program.current_dir(attaching().directory()).env("TESTFIESTA_DIR", data.path());
    program.run().with_code(100);
    let report = json(data.path(), &[]);
    let attached = test(&report, "attaches_and_fails")["attachments"].as_array().expect("attachments");
    let names: Vec<_> = attached.iter().map(|it| it["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["first.txt", "second.txt", "attempt-2-first.txt", "attempt-2-second.txt"]);
}

#[test]
fn a_crash_that_nobody_saw_is_in_the_report_and_nothing_is_delivered() {
    let (service, data) = (Service::start(), directory());
    let program = kept(shop(), "crashing", data.path()).env("TESTFIESTA_ISOLATION", "threads");
    assert_ne!(program.args(["--test-threads=1"]).run().code, Some(0));
    let output = report(data.path(), &["--format", "json"]).envs(service.settings()).run().with_code(0);
    let report = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(verdicts(&report), ["a_passes: passed", "b_aborts: crashed"]);
    assert_eq!((&report["confirmed"], &report["queued"]), (&0.into(), &2.into()));
    assert_eq!(service.told().len(), 0);
}

#[test]
fn of_a_run_at_work_there_is_what_is_known_so_far() {
    let (data, signs) = (directory(), directory());
    let program = kept(shop(), "waiting", data.path()).args(["--test-threads=1"]);
    let output = program.env("END_TO_END_SIGNS", signs.path()).run_while(|_| {
        eventually("the second test runs", || signs.path().join("waiting").exists());
        let junit = report(data.path(), &["--format", "junit"]).run().with_code(0);
        let junit = junit.says(&["without an outcome, since interrupted or still to end: "]);
        assert_holds(&junit.stdout, &["<testcase name=\"b_waits\"", "<error ", "type=\"interrupted\""]);
        let output = report(data.path(), &["--format", "json"]).run().with_code(0);
        let output = output.says(&["1 process of this run is still at work"]);
        let report: Value = serde_json::from_str(&output.stdout).expect("JSON");
        assert_eq!(report["processes_at_work"], 1);
        let unfinished = report["unfinished"].as_array().expect("tests");
        assert!(unfinished.iter().any(|it| it["test"] == "b_waits"), "{unfinished:?}");
        fs::write(signs.path().join("go"), "").expect("written");
    });
    output.with_code(0);
    assert_eq!(json(data.path(), &[])["processes_at_work"], 0);
}

#[test]
fn the_newest_run_is_meant_unless_another_is_named_by_its_key_or_its_number() {
    let (service, data) = (Service::start(), directory());
    for (key, target) in [("one", "first"), ("two", "second")] {
        let program = kept(shop(), target, data.path()).envs(service.settings());
        program.env("TESTFIESTA_RUN_KEY", key).run().with_code(0);
    }
    let key = |arguments: &[&str]| json(data.path(), arguments)["run"]["key"].clone();
    assert_eq!([key(&[]), key(&["one"]), key(&["2"])], ["two", "one", "two"]);
    report(data.path(), &["three"]).run().with_code(1).says(&[
        "no run in",
        "is called `three`",
        "\n  two",
        "\n  one",
    ]);
}

#[test]
fn where_there_is_no_run_it_says_where_it_looked() {
    let data = directory();
    let output = report(data.path(), &[]).run().with_code(1);
    output.says(&["no run has a journal in", &data.path().display().to_string(), "run tests first"]);
}

/// The one journal of a run.
fn journal_of(data: &TempDir, key: &str) -> PathBuf {
    let entries = fs::read_dir(data.path().join("journal").join(key)).expect("journals");
    let mut paths = entries.map(|entry| entry.expect("an entry").path());
    paths.find(|path| path.extension().is_some_and(|it| it == "jsonl")).expect("a journal")
}

#[test]
fn a_damaged_journal_is_named_and_the_rest_is_reported() {
    let data = directory();
    kept(shop(), "first", data.path()).env("TESTFIESTA_RUN_KEY", "nightly").run().with_code(0);
    let journal = journal_of(&data, "nightly");
    let mut file = File::options().append(true).open(&journal).expect("a journal");
    file.write_all(b"no line\n").expect("written");
    let output = report(data.path(), &["--format", "json"]).run().with_code(0);
    let output = output.says(&["not all of this run is known", "is damaged"]);
    let as_json: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!((&as_json["passed"], as_json["not_known"].as_array().map(Vec::len)), (&3.into(), Some(1)));
    fs::write(&journal, "no line at all\n").expect("written");
    report(data.path(), &[]).run().with_code(1).says(&["nothing of the run nightly can be read", "damaged"]);
}

#[test]
fn a_file_is_written_whole_in_the_form_that_its_name_says() {
    let data = directory();
    kept(shop(), "first", data.path()).run().with_code(0);
    for (name, beginning) in [
        ("report.html", "<!DOCTYPE html>"),
        ("junit.xml", "<?xml"),
        ("summary.md", "## "),
        ("report.json", "{"),
    ] {
        let path = data.path().join("reports").join(name);
        let output = report(data.path(), &["--output", &path.display().to_string()]).run().with_code(0);
        assert_eq!(output.stdout, "");
        assert!(fs::read_to_string(path).expect("a report").starts_with(beginning), "{name}");
    }
    assert_eq!(fs::read_dir(data.path().join("reports")).expect("reports").count(), 4);
    let occupied = data.path().join("reports/report.json/report.md").display().to_string();
    report(data.path(), &["--output", &occupied])
        .run()
        .with_code(1)
        .says(&["the report could not be written to"]);
}

#[test]
fn a_dash_is_stdout_and_forms_go_by_their_extensions_too() {
    let data = directory();
    kept(shop(), "first", data.path()).run().with_code(0);
    let output = report(data.path(), &["--output", "-", "--format", "md"]).run().with_code(0);
    assert!(output.stdout.starts_with("## "), "{}", output.stdout);
    let output = report(data.path(), &["--format", "xml"]).run().with_code(0);
    assert!(output.stdout.starts_with("<?xml"), "{}", output.stdout);
}

#[test]
fn what_cannot_be_told_from_the_name_of_a_file_is_a_mistake_of_the_caller() {
    let data = directory();
    report(data.path(), &["--output", "report.txt"])
        .run()
        .with_code(2)
        .says(&["--output: report.txt", "--format html"]);
    report(data.path(), &["--format", "pdf"]).run().with_code(2).says(&["markdown"]);
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let data = directory();
    kept(shop(), "many", data.path()).run().with_code(0);
    for form in ["html", "junit", "markdown", "json"] {
        let output = report(data.path(), &["--format", form]).with_closed_stdout().run().with_code(0);
        assert!(!output.stderr.contains("error"), "{}", output.stderr);
    }
}
