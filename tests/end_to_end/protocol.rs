//! What nextest asks of a test binary, and what it must not hear; and what a binary refuses to run.

use crate::{
    fixtures::{forms, shop},
    support::{Output, Program},
};

/// A binary as nextest starts it.
fn under_nextest(program: Program) -> (Program, tempfile::TempDir) {
    let data = tempfile::tempdir().expect("a directory");
    let program = program.env("NEXTEST", "1").env("NEXTEST_RUN_ID", "6a2e0ea2-16ee-4b0e-8b41-5b1b1b3a4d5e");
    let program =
        program.env("NEXTEST_EXECUTION_MODE", "process-per-test").env("TESTFIESTA_DIR", data.path());
    (program, data)
}

fn asked(target: &str, arguments: &[&str]) -> Output {
    let (program, _data) = under_nextest(shop().binary(target));
    program.args(arguments).run()
}

#[test]
fn the_list_is_names_and_nothing_else() {
    let output = asked("second", &["--list", "--format", "terse"]).with_code(0);
    assert_eq!(output.stdout, "is_ignored: test\npasses: test\n");
}

#[test]
fn the_list_of_ignored_tests_is_their_names_and_nothing_else() {
    let output = asked("second", &["--list", "--format", "terse", "--ignored"]).with_code(0);
    assert_eq!(output.stdout, "is_ignored: test\n");
}

#[test]
fn the_list_is_empty_where_no_test_is_ignored() {
    let output = asked("first", &["--list", "--format", "terse", "--ignored"]).with_code(0);
    assert_eq!(output.stdout, "");
}

#[test]
fn nothing_is_kept_of_a_listing() {
    let (program, data) = under_nextest(shop().binary("second"));
    program.args(["--list", "--format", "terse"]).run().with_code(0);
    assert_eq!(data.path().read_dir().expect("a directory").count(), 0);
}

#[test]
fn one_test_is_run_by_its_exact_name() {
    let output = asked("second", &["--exact", "passes", "--nocapture"]).with_code(0);
    assert!(output.stdout.contains("test passes ... ok"), "{}", output.stdout);
}

#[test]
fn one_test_that_fails_is_not_a_success() {
    let (program, _data) = under_nextest(forms().binary("forms"));
    let output = program.args(["--exact", "deep::r#type::fails_without_id", "--nocapture"]).run();
    // nextest looks for the panic's message on stderr.
    output.with_code(101).says(&["panicked at tests/forms.rs:", "deep down"]);
}

#[test]
fn an_ignored_test_runs_when_nextest_insists() {
    let output = asked("second", &["--exact", "is_ignored", "--nocapture", "--ignored"]).with_code(0);
    assert!(output.stdout.contains("test is_ignored ... ok"), "{}", output.stdout);
}

#[test]
fn a_process_for_each_test_says_nothing_of_ours_when_nothing_is_configured() {
    let output = asked("second", &["--exact", "passes", "--nocapture"]).with_code(0);
    assert_eq!(output.said(), [""; 0]);
}

#[test]
fn two_tests_of_one_name_are_an_error_that_names_both_places() {
    let output = asked("twice", &[]).with_code(101);
    output.says(&["two tests are named `same`", "tests/twice.rs:5:", "tests/twice.rs:10:"]);
}

#[test]
fn two_tests_of_one_name_keep_all_others_from_running() {
    let output = asked("twice", &["another"]).with_code(101);
    assert!(!output.text().contains("it ran"), "{}", output.text());
}

#[test]
fn two_tests_of_one_name_cannot_be_listed() {
    let output = asked("twice", &["--list", "--format", "terse"]).with_code(101);
    assert_eq!(output.stdout, "");
}

#[test]
fn two_tests_of_one_name_cannot_be_run_by_it() {
    asked("twice", &["--exact", "same"]).with_code(101).says(&["two tests are named `same`"]);
}
