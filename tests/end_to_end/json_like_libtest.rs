//! `--format json`: the events that libtest tells under `RUSTC_BOOTSTRAP`, with the same fields.

use serde_json::{Map, Value};

use crate::{like_libtest::both, support::Output};

/// The events, in an order that does not depend on which test was faster.
fn events(output: &Output) -> Vec<String> {
    let mut events: Vec<_> = output.stdout.lines().map(event).collect();
    events.sort();
    events
}

/// One event, without what differs from run to run, and without the words of a panic.
fn event(line: &str) -> String {
    let mut event: Map<String, Value> = serde_json::from_str(line).expect(line);
    if let Some(time) = event.get_mut("exec_time") {
        *time = Value::from(time.is_number());
    }
    if let Some(printed) = event.get_mut("stdout") {
        *printed = printed.as_str().expect(line).split("\nthread '").next().into();
    }
    if let Some(message) = event.get_mut("message") {
        // libtest says where the test stands that did not panic.
        *message = message.as_str().expect(line).split(" at tests").next().into();
    }
    Value::Object(event).to_string()
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
    what_passing_tests_print: ["--show-output", "--skip=panics"];
    the_seed_of_a_shuffle: ["--shuffle-seed=7"];
}
