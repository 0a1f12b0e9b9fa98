//! A test that meddles with its process costs no other what libtest promises.

#[cfg(unix)]
use std::fs;

use crate::{
    fixtures::isolated,
    support::{Output, Program, Service, subcommand},
};

/// One worker, one test after the other.
const ONE_BY_ONE: &str = "--test-threads=1";

fn run(arguments: &[&str], set_up: impl FnOnce(Program) -> Program) -> Output {
    let data = tempfile::tempdir().expect("a directory");
    let program = isolated().binary("unruly").env("TESTFIESTA_DIR", data.path());
    set_up(program.env("RUST_BACKTRACE", "0").args(arguments)).run()
}

#[test]
#[cfg(unix)]
fn a_child_that_comes_back_from_its_test_ends() {
    for isolation in ["workers", "threads"] {
        let set_up = |program: Program| program.env("TESTFIESTA_ISOLATION", isolation);
        let output = run(&["forks_and", "takes_the"], set_up).with_code(0);
        assert!(output.stdout.contains("2 passed; 0 failed; 0 ignored"), "{}", output.stdout);
        assert_eq!(output.stdout.matches("test result").count(), 1, "{}", output.stdout);
    }
}

#[test]
fn a_test_that_takes_the_panic_hook_costs_the_next_no_place() {
    let tests = ["takes_the_panic_hook", "will_fail_plainly", ONE_BY_ONE];
    let output = run(&tests, |program| program).with_code(101);
    let place = "panicked at tests/unruly.rs:";
    assert_eq!(output.stdout.replace('\\', "/").matches(place).count(), 1, "{}", output.stdout);
    assert_eq!(output.stdout.matches("in its place").count(), 1, "{}", output.stdout);
}

#[test]
fn the_stack_is_as_large_as_was_asked_for() {
    let large = |program: Program| program.env("RUST_MIN_STACK", (64 << 20).to_string());
    run(&["needs_a_large_stack", ONE_BY_ONE], large).with_code(0);
}

#[test]
fn the_stack_is_no_larger_than_elsewhere_unasked() {
    let output = run(&["needs_a_large_stack", ONE_BY_ONE], |program| program).with_code(101);
    assert!(output.stdout.contains("SIGABRT") || cfg!(windows), "{}", output.stdout);
}

#[test]
fn a_panic_that_is_printed_at_once_holds_no_secret() {
    let arguments = ["says_a_secret", "--nocapture", "--test-threads=2"];
    let output = run(&arguments, |program| program.env("SHOP_PASSWORD", "open-sesame-7")).with_code(0);
    assert!(output.stderr.contains("no entry with [hidden]"), "{}", output.stderr);
    assert!(!output.text().contains("open-sesame-7"), "{}", output.text());
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux shows what a process runs that is no worker")]
fn what_a_test_binary_does_within_a_test_is_that_test_s() {
    const TEST: &str = "starts_itself_again_and_dies_there";
    for (isolation, argument) in [("workers", ONE_BY_ONE), ("threads", ONE_BY_ONE), ("workers", "--exact")] {
        let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
        let program = isolated().binary("unruly").envs(service.settings()).env("TESTFIESTA_DIR", data.path());
        let output = program.env("TESTFIESTA_ISOLATION", isolation).args([TEST, argument]).run().with_code(0);
        assert!(output.stderr.contains("1 executed = 1 confirmed"), "{}", output.stderr);
        let resend = subcommand(&["resend"]).current_dir(isolated().directory());
        resend.envs(service.settings()).env("TESTFIESTA_DIR", data.path()).run().with_code(0);
        assert_eq!(service.verdicts(), [format!("{TEST}: passed")], "{isolation}, {argument}");
        assert_eq!(service.runs().len(), 1, "{isolation}, {argument}");
    }
}

#[cfg(unix)]
#[test]
fn a_lock_that_is_never_given_back_holds_up_nobody() {
    let data = tempfile::tempdir().expect("a directory");
    let program = isolated().binary("unruly").env("TESTFIESTA_DIR", data.path());
    let output = program.args(["takes_stderr_for_ever", "--exact"]).run().with_code(101);
    assert_eq!(output.said().len(), 1, "{}", output.stderr);
}

#[test]
fn a_worker_has_the_arguments_of_no_worker() {
    run(&["sees_no_more_arguments", ONE_BY_ONE], |program| program).with_code(0);
}

#[test]
fn panics_that_end_the_process_are_told_with_their_places() {
    for (test, messages) in [
        ("will_panic_while_it_unwinds", &["the sum is wrong", "the guard was not released"][..]),
        ("will_panic_where_nothing_unwinds", &["called from elsewhere"]),
    ] {
        for isolation in ["workers", "threads"] {
            let text =
                run(&[test, ONE_BY_ONE], |program| program.env("TESTFIESTA_ISOLATION", isolation)).text();
            let text = text.replace('\\', "/");
            for message in messages {
                let at = text.find(message).unwrap_or_else(|| panic!("{isolation}: no {message} in {text}"));
                assert!(
                    text[..at].trim_end().rsplit('\n').next().unwrap().contains("at tests/unruly.rs:"),
                    "{text}"
                );
            }
        }
    }
}

#[test]
#[cfg(unix)]
fn workers_come_to_their_ends_side_by_side() {
    let signs = tempfile::tempdir().expect("a directory");
    let arguments = ["waits_at_exit", "--test-threads=2"];
    run(&arguments, |program| program.env("END_TO_END_SIGNS", signs.path())).with_code(0);
    let names = fs::read_dir(signs.path()).expect("signs").map(|sign| sign.expect("a sign").file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().starts_with("together-")).count(), 2);
}

#[test]
#[cfg(unix)]
fn what_a_sanitizer_finds_when_a_process_ends_is_said_and_fails_the_target() {
    let output = run(&["is_found_out_at_exit", ONE_BY_ONE], |program| program).with_code(101);
    assert!(output.stdout.contains("1 passed; 0 failed"), "{}", output.stdout);
    assert!(!output.text().contains("before its end"), "{}", output.text());
    output.says(&["a process that tests ran in ended with exit code 23", "12345 bytes leaked"]);
}

#[test]
fn a_target_without_the_standard_library_runs_its_cases() {
    let data = tempfile::tempdir().expect("a directory");
    let output = isolated().binary("bare").env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    assert!(output.stdout.contains("2 passed; 0 failed"), "{}", output.stdout);
}
