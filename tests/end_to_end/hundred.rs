//! Among a hundred tests, an abort, a segfault, a stack overflow, an exit, an endless loop, a flood and a child that is
//! left behind cost what they must, on the console, in the JSON and at the service; and each of two thousand tests that
//! print at once gets what it printed.

use std::{collections::BTreeMap, path::Path, sync::OnceLock};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    fixtures::{PRINTING, isolated},
    support::{Output, Report, Service},
};

struct Ran {
    output: Output,
    /// How many executions have which status.
    told: BTreeMap<String, usize>,
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only Linux shows whose process one is")
    )]
    scratch: TempDir,
}

/// One run with JSON for a console, reported.
fn ran() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| {
        let (service, scratch) = (Service::start(), tempfile::tempdir().expect("a directory"));
        let output = run(scratch.path(), &service.settings(), &["--format=json", "--show-output"]);
        let mut told = BTreeMap::new();
        for execution in service.executions() {
            *told.entry(execution.status_text.unwrap_or_default()).or_default() += 1;
        }
        Ran { output, told, scratch }
    })
}

fn run(scratch: &Path, settings: &[(&'static str, String)], arguments: &[&str]) -> Output {
    let program = isolated().binary("hundred").envs(settings.iter().cloned());
    let program = program.env("TESTFIESTA_DIR", scratch).env("HUNDRED_CHILD", scratch.join("child"));
    program.args(["--test-threads=4"]).args(arguments).run().with_code(101)
}

/// The events that tell of the ends of tests.
fn ends(output: &Output) -> Vec<Value> {
    let events = output.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event"));
    events.filter(|event| event["type"] == "test" && event["event"] != "started").collect()
}

#[test]
fn the_service_is_told_of_each() {
    let expected = [("passed", 95), ("crashed", 4), ("timed_out", 1)];
    let expected: BTreeMap<_, _> = expected.map(|(status, count)| (status.to_owned(), count)).into();
    assert_eq!(ran().told, expected, "{}", ran().output.text());
}

#[test]
fn the_json_tells_of_each() {
    let ends = ends(&ran().output);
    let count = |event: &str| ends.iter().filter(|end| end["event"] == event).count();
    assert_eq!((count("ok"), count("failed")), (95, 5));
    let stopped: Vec<_> = ends.iter().filter(|end| end["reason"] == "time limit exceeded").collect();
    assert_eq!(stopped.len(), 1, "{stopped:?}");
}

#[test]
fn the_console_tells_of_each() {
    let scratch = tempfile::tempdir().expect("a directory");
    let report = Report::of(&run(scratch.path(), &[], &[]));
    assert_eq!(report.counts(), [95, 5, 0]);
    assert_eq!(report.failures.len(), 5 - 1, "those at their limit have a list of their own");
}

#[test]
fn a_flood_passes_and_is_cut_with_a_note() {
    let floods = ends(&ran().output).into_iter().find(|end| end["name"] == "floods").expect("an end");
    let printed = floods["stdout"].as_str().expect("an output");
    assert!(printed.len() < 300_000 && printed.contains("bytes left out"), "{} bytes", printed.len());
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_that_was_left_behind_does_not_outlive_the_run() {
    let child = std::fs::read_to_string(ran().scratch.path().join("child")).expect("the child's number");
    let command = std::fs::read_to_string(format!("/proc/{child}/cmdline"));
    // Gone, or gone but for its parent's look at it.
    assert!(command.is_err() || command.is_ok_and(|command| command.is_empty()));
}

#[test]
fn no_line_of_thousands_is_under_the_wrong_test_and_none_is_missing() {
    let data = tempfile::tempdir().expect("a directory");
    let program = isolated().binary("printing").env("TESTFIESTA_DIR", data.path());
    let ends = ends(&program.args(["--test-threads=8", "--format=json", "--show-output"]).run().with_code(0));
    assert_eq!(ends.len(), PRINTING);
    for end in ends {
        let name = end["name"].as_str().expect("a name");
        let lines = ["itself", "from a thread", "from a child", "to stderr"];
        let expected: String = lines.iter().map(|line| format!("{name} {line}\n")).collect();
        assert_eq!(end["stdout"].as_str(), Some(&*expected));
    }
}
