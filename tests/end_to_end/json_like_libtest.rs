//! `--format json`: the events that libtest tells under `RUSTC_BOOTSTRAP`, with the same fields.

use serde_json::{Map, Value};

use crate::{like_libtest::both, support::Output};

/// The events, in an order that does not depend on which test was faster.
fn events(output: &Output) -> Vec<String> {
    let mut events: Vec<_> = output.stdout.lines().map(event).collect();
    events.sort();
    events
}

/// One event, without what differs from run to run.
fn event(line: &str) -> String {
    let mut event: Map<String, Value> = serde_json::from_str(line).expect(line);
    if let Some(time) = event.get_mut("exec_time") {
        *time = Value::from(time.is_number());
    }
    for field in ["stdout", "message"] {
        if let Some(text) = event.get_mut(field) {
            *text = words(text.as_str().expect(line)).into();
        }
    }
    Value::Object(event).to_string()
}

/// A text without the number of a thread, the hint of the standard library, and the name of the target.
pub(crate) fn words(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("note: run with `RUST_BACKTRACE=1`"));
    let lines: Vec<_> = lines
        .map(|line| match line.split_once("' (") {
            Some((thread, rest)) => format!("{thread}'{}", rest.split_once(')').expect(line).1),
            None => line.to_owned(),
        })
        .collect();
    lines.join("\n").replace("under_testfiesta", "under_libtest")
}

/// Ours have more fields than libtest's.
#[test]
fn the_list_has_libtest_s_events() {
    for filter in ["", "ignored", "omega"] {
        let arguments = ["-Zunstable-options", "--list", "--format=json", filter];
        let [libtest, mut testfiesta] = both(&arguments, &[("RUSTC_BOOTSTRAP", "1")]).map(|output| {
            let lines = output.stdout.lines().map(words);
            lines.map(|line| serde_json::from_str(&line).expect(&line)).collect::<Vec<Map<String, Value>>>()
        });
        for (ours, theirs) in testfiesta.iter_mut().zip(&libtest) {
            ours.retain(|field, _| theirs.contains_key(field));
        }
        assert_eq!(testfiesta, libtest, "left: testfiesta, right: libtest");
    }
}

macro_rules! told_alike {
    ($($name:ident: $arguments:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let mut arguments = vec!["-Zunstable-options", "--format=json"];
                arguments.extend_from_slice(&$arguments);
                let variables = [("RUSTC_BOOTSTRAP", "1"), ("END_TO_END_PRINT", "1")];
                let [libtest, testfiesta] = both(&arguments, &variables);
                assert_eq!(testfiesta.code, libtest.code);
                assert_eq!(events(&testfiesta), events(&libtest), "left: testfiesta, right: libtest");
            }
        )*
    };
}

told_alike! {
    every_verdict: [];
    one_test_by_its_name: ["--exact", "beta"];
    nothing: ["omega"];
    only_ignored: ["--ignored"];
    one_thread: ["--test-threads=1"];
    times: ["--report-time"];
    what_passing_tests_print: ["--show-output"];
    up_to_the_first_failure: ["--fail-fast", "--test-threads=1", "--skip=ignored"];
    the_seed_of_a_shuffle: ["--shuffle-seed=7"];
}
