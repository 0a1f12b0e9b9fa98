//! Why a test failed arrives in its parts, and what went wrong beside a test is not lost.

use std::sync::OnceLock;

use testfiesta_client::testfiesta::Execution;

use crate::{
    fixtures::isolated,
    support::{Output, Report, Service, nextest_is_here, nextest_verdicts},
};

struct Ran {
    output: Output,
    executions: Vec<Execution>,
}

/// One run of all tests in one worker.
fn ran() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| {
        let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
        let program = isolated().binary("reasons").envs(service.settings());
        let program = program.env("SHOP_PASSWORD", "open-sesame-7").env("TESTFIESTA_DIR", data.path());
        let output = program.args(["--test-threads=1"]).run();
        Ran { output, executions: service.executions() }
    })
}

#[track_caller]
fn field(test: &str, name: &str) -> &'static str {
    let execution = ran().executions.iter().find(|it| it.custom_fields["test"] == test);
    let fields = &execution.unwrap_or_else(|| panic!("{}", ran().output.text())).custom_fields;
    fields.get(name).and_then(|value| value.as_str()).unwrap_or_else(|| panic!("no {name}: {fields:?}"))
}

#[test]
fn the_sides_of_a_comparison_are_told_apart() {
    assert_eq!((field("compares", "left"), field("compares", "right")), ("[2]", "[3]"));
}

#[test]
fn the_causes_of_a_returned_error_are_a_chain() {
    let chain = "no checkout\ncaused by: invalid digit found in string";
    assert_eq!(field("returns_an_error_with_a_cause", "chain"), chain);
    assert!(ran().output.stdout.contains("Error: NoCheckout(ParseIntError { kind: InvalidDigit })"));
}

#[test]
fn a_payload_without_text_is_named() {
    assert_eq!(field("throws_a_number", "message"), "Box<dyn Any>, u32: 7");
}

#[test]
fn a_joined_thread_s_panic_is_the_cause_of_the_test_s() {
    let chain = field("unwraps_what_a_thread_left", "chain");
    let cause = chain.lines().next_back().expect("a cause");
    assert!(cause.starts_with("caused by: thread 'courier' panicked at tests/reasons.rs:"), "{chain}");
    assert!(cause.ends_with(": the parcel is lost"), "{chain}");
}

#[test]
fn a_thread_s_panic_thrown_again_keeps_its_thread_and_place() {
    assert_eq!(field("throws_again_what_a_thread_threw", "message"), "the parcel is broken");
    assert_eq!(field("throws_again_what_a_thread_threw", "thread"), "courier");
    assert!(field("throws_again_what_a_thread_threw", "failedAt").starts_with("tests/reasons.rs:"));
    assert!(ran().output.stdout.contains("thread 'courier' panicked at"));
}

#[test]
fn a_thread_s_panic_that_nobody_took_is_noted_of_a_test_that_passed() {
    let stray = field("passes_beside_a_thread_that_panicked", "strayPanics");
    assert!(stray.starts_with("thread 'courier' panicked at tests/reasons.rs:"), "{stray}");
    assert!(stray.ends_with(": the parcel is late"), "{stray}");
}

#[test]
fn a_panic_that_was_caught_is_part_of_the_output() {
    let printed = field("fails_after_a_panic_that_it_caught", "stderr");
    assert!(printed.contains("thread 'fails_after_a_panic_that_it_caught' panicked at"), "{printed}");
    assert!(printed.contains("\ncaught\n") && !printed.contains("not caught"), "{printed}");
    assert_eq!(field("fails_after_a_panic_that_it_caught", "message"), "not caught");
}

/// The message of a test that did not get past its panic.
#[track_caller]
fn assert_told_after(test: &str, end: &str, reason: &str) {
    let message = field(test, "message");
    let (first, panic) = message.split_once("\n\n").unwrap_or_else(|| panic!("{message}"));
    assert!(first.contains(end), "{message}");
    assert!(panic.starts_with(&format!("thread '{test}' panicked at tests/reasons.rs:")), "{message}");
    assert!(panic.contains(reason), "{message}");
    assert!(ran().output.stdout.contains(message), "{}", ran().output.stdout);
}

#[test]
fn a_test_at_its_limit_says_what_it_panicked_with_before() {
    assert_told_after("hangs_after_its_panic", "its limit of 400ms", "failed: the real reason\n  left: 2\n");
    assert_told_after("panics_beside_a_scoped_thread", "its limit of 400ms", ":\nthe real reason");
}

#[test]
fn a_test_that_crashes_says_what_it_panicked_with_before() {
    #[cfg(unix)]
    assert_told_after("aborts_after_its_panic", "SIGABRT", ":\nthe real reason");
    assert_told_after("exits_after_its_panic", "exit code 3", ":\nthe real reason [hidden]");
}

#[test]
fn what_a_test_panics_with_is_not_the_next_one_s() {
    let message = field("just_aborts", "message");
    assert!(!message.contains("panicked"), "{message}");
}

#[test]
fn a_thread_at_its_limit_says_what_it_panicked_with_before() {
    let data = tempfile::tempdir().expect("a directory");
    let program = isolated().binary("reasons").env("TESTFIESTA_DIR", data.path());
    let output = program.args(["--exact", "panics_beside_a_scoped_thread"]).run().with_code(101);
    let reason = "thread 'panics_beside_a_scoped_thread' panicked at tests/reasons.rs:";
    assert!(output.stdout.contains(reason), "{}", output.text());
    assert!(output.stdout.contains(":\nthe real reason\n"), "{}", output.text());
}

/// The line that `paints` fails with.
#[track_caller]
fn assert_painted(arguments: &[&str], expected: &str) {
    let data = tempfile::tempdir().expect("a directory");
    let program = isolated().binary("reasons").env("TESTFIESTA_DIR", data.path());
    let output = program.args(["paints", "--test-threads=2"]).args(arguments).run().with_code(101);
    assert!(output.stdout.contains(&format!("\n{expected}\n")), "{}", output.stdout);
}

#[test]
fn a_test_is_told_to_print_in_colours_when_the_results_are_coloured() {
    assert_painted(&["--color=always"], "\u{1b}[31mred\u{1b}[0m");
}

#[test]
fn a_test_is_told_to_print_without_colours() {
    assert_painted(&["--color=never"], "plain");
}

#[test]
fn a_thread_at_its_limit_is_left_behind_and_the_others_go_on() {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    let program = isolated().binary("reasons").envs(service.settings()).env("TESTFIESTA_DIR", data.path());
    let arguments = ["--test-threads=1", "never_ends", "passes_beside"];
    let output = program.env("TESTFIESTA_ISOLATION", "threads").args(arguments).run().with_code(101);
    assert_eq!(Report::of(&output).verdicts["passes_beside_a_thread_that_panicked"], "ok");
    let executions = service.executions();
    let execution = executions.iter().find(|it| it.custom_fields["test"] == "never_ends").expect("told");
    assert_eq!(execution.status_text.as_deref(), Some("timed_out"));
    let message = execution.custom_fields["message"].as_str().expect("a message");
    assert!(message.starts_with("passed its limit of 100ms; it runs on"), "{message}");
    // Not a second time beside itself.
    assert_eq!(execution.custom_fields.get("attempts"), None);
}

#[test]
fn a_test_that_is_alone_runs_on_a_thread_of_its_name() {
    if !nextest_is_here() {
        return;
    }
    let data = tempfile::tempdir().expect("a directory");
    let program =
        isolated().cargo(&["nextest", "run", "--test=reasons", "deep::"]).env("TESTFIESTA_DIR", data.path());
    let verdicts = nextest_verdicts(&program.run());
    assert_eq!(verdicts["deep::runs_on_a_thread_of_its_name"], "PASS");
}
