//! Workers are told of short tests before the ones ahead of them were asked about. Nobody notices.

use std::{collections::BTreeMap, fs, path::Path, sync::OnceLock};

use serde_json::Value;

use crate::{
    fixtures::isolated,
    support::{Output, Program},
};

/// How many tests there are.
const COUNT: usize = 1_000;
/// The one that lasts until all others ran. Others wait behind it when it begins.
const LASTING: usize = 300;

/// What the test of this number does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Does {
    Last,
    Abort,
    Fail,
    Pass,
}

fn does(number: usize) -> Does {
    match number {
        LASTING => Does::Last,
        _ if number % 90 == 7 => Does::Abort,
        _ if number % 7 == 3 => Does::Fail,
        _ => Does::Pass,
    }
}

fn name(number: usize) -> String {
    format!("t_{number:04}")
}

/// The tests, to be added to their imports.
pub(crate) fn source() -> String {
    let test = |number| {
        let name = name(number);
        let body = match does(number) {
            Does::Last => format!("lasts(\"{name}\", {});", COUNT - 1),
            Does::Abort => format!("begins(\"{name}\"); std::process::abort();"),
            Does::Fail => format!("begins(\"{name}\"); panic!(\"{name} fails\");"),
            Does::Pass => format!("begins(\"{name}\");"),
        };
        format!("#[testfiesta::case]\nfn {name}() {{ {body} }}\n")
    };
    let tests: String = (0..COUNT).map(test).collect();
    format!("{}{tests}\ntestfiesta::main!();\n", include_str!("sources/ahead.rs"))
}

struct Ran {
    /// What became of each, by name.
    ends: BTreeMap<String, Value>,
    /// The names in the order in which the tests began.
    register: Vec<String>,
    output: Output,
}

fn ran() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| {
        let data = tempfile::tempdir().expect("a directory");
        let output = program(data.path()).args(["--show-output"]).run().with_code(101);
        Ran { ends: ends(&output), register: register(data.path()), output }
    })
}

/// Two threads that run them, and keep everything here.
fn program(data: &Path) -> Program {
    let program = isolated().binary("ahead").args(["--test-threads=2", "--format=json"]);
    program.env("TESTFIESTA_DIR", data).env("AHEAD_REGISTER", data.join("register"))
}

fn ends(output: &Output) -> BTreeMap<String, Value> {
    let events = output.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event"));
    events
        .filter(|event| event["type"] == "test" && event["event"] != "started")
        .map(|event| (event["name"].as_str().expect("a name").to_owned(), event))
        .collect()
}

fn register(data: &Path) -> Vec<String> {
    let names = fs::read_to_string(data.join("register")).unwrap_or_default();
    names.lines().map(str::to_owned).collect()
}

#[test]
fn no_test_waits_behind_another_while_a_worker_is_idle() {
    assert_eq!(ran().ends[&name(LASTING)]["event"], "ok", "{}", ran().output.text());
}

#[test]
fn each_test_runs_once_whatever_crashes_before_it() {
    let mut register = ran().register.clone();
    register.sort_unstable();
    assert_eq!(register, (0..COUNT).map(name).collect::<Vec<_>>());
}

#[test]
fn each_test_has_the_end_that_is_its_own() {
    for number in 0..COUNT {
        let expected = if matches!(does(number), Does::Pass | Does::Last) { "ok" } else { "failed" };
        let end = &ran().ends[&name(number)];
        assert_eq!(end["event"], expected, "{end}");
    }
}

#[test]
fn a_crash_is_told_of_the_test_that_crashed() {
    let crashed = |number: &usize| ran().ends[&name(*number)].to_string().contains("the test's process was");
    let expected: Vec<_> = (0..COUNT).filter(|number| does(*number) == Does::Abort).collect();
    assert_eq!((0..COUNT).filter(crashed).collect::<Vec<_>>(), expected);
}

#[test]
fn each_test_has_what_it_printed_and_nothing_else() {
    for number in 0..COUNT {
        let name = name(number);
        let text = ran().ends[&name]["stdout"].as_str().expect("an output");
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with("t_")).collect();
        assert_eq!(lines[0], format!("{name} to stdout"), "{text}");
        assert!(lines.iter().all(|line| line.starts_with(&name)), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn what_came_to_its_end_before_an_interruption_is_told() {
    let data = tempfile::tempdir().expect("a directory");
    let output = program(data.path()).run_while(|harness| {
        while register(data.path()).len() < 200 {
            std::thread::yield_now();
        }
        let harness = harness.id().expect("a process").to_string();
        assert!(
            std::process::Command::new("kill").args(["-INT", &harness]).status().expect("kill").success()
        );
    });
    assert_eq!(output.code, Some(130), "{}", output.text());
    let ends = ends(&output);
    let has_ended = |name: &&String| ends.get(*name).is_some_and(|end| end["event"] != "ignored");
    let register = register(data.path());
    let told = register.iter().filter(has_ended).count();
    // What ran at that moment, one in each of two workers, is nobody's.
    assert!(told + 2 >= register.len(), "{told} of {}", register.len());
}
