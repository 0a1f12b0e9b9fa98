//! What people see of a run of ours.

use tempfile::TempDir;

use crate::{fixtures::isolated, support::Serving};

/// The page of the one run that these tests of a target were.
fn page_of(target: &str, tests: &[&str]) -> String {
    let data = directory();
    let program = isolated().binary(target).env("TESTFIESTA_DIR", data.path());
    let program = program.env("ISOLATED_SCRATCH", data.path()).args(["--test-threads=1", "--exact"]);
    program.args(tests).run();
    Serving::start(data.path()).page("/local/LOCAL/runs/1/folders")
}

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

#[test]
fn the_page_of_a_run_shows_why_its_tests_failed_and_what_they_printed() {
    let tests = ["returns_an_error_with_a_cause", "passes_beside_a_thread_that_panicked"];
    let page = page_of("reasons", &[&tests[..], &["fails_after_a_panic_that_it_caught"]].concat());
    for text in [
        "caused by: invalid digit found in string</pre>",
        ": the parcel is late</pre>",
        r#"<summary class="muted">stderr</summary><pre>"#,
        "<pre>not caught</pre>",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[test]
fn the_page_of_a_run_shows_the_attempts_of_a_flaky_test() {
    let page = page_of("isolated", &["passes_at_the_third_attempt"]);
    assert!(page.contains(">flaky</span>"), "{page}");
    let (_, attempts) = page.split_once("earlier attempts</summary>").unwrap_or_else(|| panic!("{page}"));
    assert!(attempts.contains("not yet") && attempts.contains("left: 1"), "{page}");
}
