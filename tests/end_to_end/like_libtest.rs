//! The same tests, once under libtest and once under testfiesta: whatever is passed after `cargo test --`, the same tests
//! run, with the same verdicts, counts and exit code.

use std::fs;

use crate::{
    fixtures,
    json_like_libtest::words,
    support::{Output, Report},
};

/// Runs both, libtest first.
pub(crate) fn both(arguments: &[&str], variables: &[(&'static str, &str)]) -> [Output; 2] {
    ["under_libtest", "under_testfiesta"].map(|target| {
        let data = tempfile::tempdir().expect("a directory");
        let variables = variables.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let program = fixtures::alike().binary(target).without_env("NO_COLOR").envs(variables);
        program.env("TESTFIESTA_DIR", data.path()).args(arguments).run()
    })
}

/// With `RUSTC_BOOTSTRAP` a stable libtest takes the flags that need no other compiler here.
#[track_caller]
fn assert_alike(arguments: &[&str], variables: &[(&'static str, &str)]) {
    let outputs = both(arguments, variables);
    let [libtest, testfiesta] = outputs.each_ref().map(Report::of);
    assert!(libtest.result.is_some(), "libtest ran: {:?}", outputs[0]);
    assert_eq!(testfiesta, libtest, "left: testfiesta, right: libtest");
}

macro_rules! alike {
    ($($name:ident: $arguments:expr $(, $variable:literal = $value:literal)?;)*) => {
        $(
            #[test]
            fn $name() {
                assert_alike(&$arguments, &[$(($variable, $value))?]);
            }
        )*
    };
}

alike! {
    without_arguments: [];
    one_filter: ["alpha"];
    several_filters: ["alpha", "gamma", "zeta"];
    a_filter_that_matches_nothing: ["omega"];
    a_filter_on_a_module: ["deep::"];
    an_exact_name: ["alpha", "--exact"];
    several_exact_names: ["--exact", "alpha", "deep::alpha", "panics"];
    an_exact_name_that_is_only_a_part: ["alph", "--exact"];
    an_exact_name_of_an_ignored_test: ["ignored_alpha", "--exact"];
    an_exact_raw_name: ["--exact", "r#match"];
    an_exact_name_without_its_raw_prefix: ["--exact", "match"];
    one_skip: ["--skip", "alpha"];
    several_skips: ["--skip", "alpha", "--skip=panics"];
    a_filter_and_a_skip: ["alpha", "--skip", "deep"];
    an_exact_skip: ["--exact", "--skip", "alpha"];
    an_exact_name_that_is_skipped: ["--exact", "alpha", "--skip", "alpha"];
    only_ignored: ["--ignored"];
    only_ignored_that_match: ["--ignored", "alpha"];
    an_exact_ignored: ["--exact", "ignored_beta", "--ignored"];
    ignored_too: ["--include-ignored"];
    ignored_too_that_match: ["--include-ignored", "ignored"];
    quiet: ["-q"];
    quiet_in_full: ["--quiet", "alpha"];
    terse: ["--format", "terse"];
    terse_with_an_equals_sign: ["--format=terse", "beta"];
    pretty: ["--format", "pretty"];
    one_thread: ["--test-threads=1", "panics"];
    several_threads: ["--test-threads", "3"];
    one_thread_by_environment: [], "RUST_TEST_THREADS" = "1";
    shown_output: ["--show-output"];
    shown_output_and_quiet: ["--show-output", "-q"];
    no_colour: ["--color", "never"];
    colour: ["--color", "always"];
    colour_and_quiet: ["--color=always", "-q"];
    the_flag_of_cargo_bench: ["--test"];
    arguments_after_two_dashes: ["--", "alpha", "beta"];
    shuffled: ["-Zunstable-options", "--shuffle-seed=7"], "RUSTC_BOOTSTRAP" = "1";
    shuffled_and_quiet: ["-Zunstable-options", "--shuffle-seed=7", "-q"], "RUSTC_BOOTSTRAP" = "1";
    with_times: ["-Zunstable-options", "--report-time"], "RUSTC_BOOTSTRAP" = "1";
    up_to_the_first_failure:
        ["-Zunstable-options", "--fail-fast", "--test-threads=1", "--skip=ignored"], "RUSTC_BOOTSTRAP" = "1";
    everything_that_passes: ["--exact", "alpha", "alpha_beta", "panics", "größe"];
}

const PRINT: &[(&str, &str)] = &[("END_TO_END_PRINT", "1")];

macro_rules! printed_alike {
    ($($name:ident: $arguments:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let printed = both(&$arguments, PRINT).map(|output| {
                    ["alpha printed this", "beta printed this"].map(|line| output.stdout.contains(line))
                });
                assert_eq!(printed[1], printed[0], "left: testfiesta, right: libtest");
            }
        )*
    };
}

printed_alike! {
    what_passing_tests_print_is_kept: [];
    what_passing_tests_print_is_kept_with_one_thread: ["--test-threads=1"];
    what_passing_tests_print_is_kept_from_the_dots: ["-q"];
    show_output_shows_what_passing_tests_printed: ["--show-output"];
    no_capture_lets_it_through: ["--no-capture"];
    nocapture_lets_it_through: ["--nocapture"];
    nocapture_with_one_thread_lets_it_through: ["--nocapture", "--test-threads=1"];
}

#[test]
fn both_spellings_of_no_capture_run_the_same_tests() {
    // What a test prints may stand before its verdict, on the same line: only the counts can be compared.
    for spelling in ["--nocapture", "--no-capture"] {
        let [libtest, testfiesta] = both(&[spelling], PRINT).map(|output| Report::of(&output));
        assert_eq!((testfiesta.code, testfiesta.result), (libtest.code, libtest.result), "{spelling}");
    }
}

#[test]
fn the_line_of_each_test_is_libtest_s() {
    for arguments in [&["--test-threads=2"][..], &["--test-threads=1"], &["--include-ignored"]] {
        let [libtest, testfiesta] = both(arguments, &[]).map(|output| {
            let lines =
                output.stdout.lines().filter(|line| line.starts_with("test ") && !line.contains("result"));
            lines.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
        });
        assert_eq!(testfiesta, libtest, "left: testfiesta, right: libtest");
    }
}

/// What both print where nothing is captured: on stderr, without what we say ourselves, and of the failures.
fn shown_live(arguments: &[&str]) -> [(Vec<String>, Vec<String>); 2] {
    both(arguments, &[]).map(|output| {
        let stderr = words(&output.stderr);
        let live = stderr.lines().filter(|line| !line.is_empty() && !line.starts_with("testfiesta: "));
        let (_, failures) = output.stdout.split_once("\nfailures:\n").unwrap_or_default();
        let failures = words(failures.split("\ntest result").next().unwrap_or_default());
        let mut failures: Vec<_> = failures.lines().map(str::to_owned).collect();
        failures.sort();
        (live.map(str::to_owned).collect(), failures)
    })
}

macro_rules! shown_live_alike {
    ($($name:ident: $test:literal;)*) => {
        $(
            #[test]
            fn $name() {
                for threads in ["--test-threads=2", "--test-threads=1"] {
                    let [libtest, testfiesta] = shown_live(&["--nocapture", "--exact", $test, "alpha", threads]);
                    assert_eq!(testfiesta, libtest, "left: testfiesta, right: libtest, {threads}");
                }
            }
        )*
    };
}

shown_live_alike! {
    uncaptured_a_panic_is_printed_once: "beta";
    uncaptured_a_returned_error_is_printed_once: "gamma";
    uncaptured_an_expected_panic_is_printed: "panics";
    uncaptured_another_panic_than_expected_is_printed: "panics_otherwise";
    uncaptured_a_panic_that_did_not_come_is_a_note: "stays_calm";
    uncaptured_a_caught_panic_is_printed_when_it_happens: "catches_a_panic";
    uncaptured_every_panic_is_printed_in_its_order: "catches_a_panic_and_fails";
    uncaptured_a_thread_s_panic_is_printed: "has_a_thread_that_panics";
}

#[test]
fn uncaptured_all_tests_show_the_same() {
    let [libtest, testfiesta] = shown_live(&["--nocapture"]).map(|(mut live, failures)| {
        live.sort();
        (live, failures)
    });
    assert_eq!(testfiesta, libtest, "left: testfiesta, right: libtest");
}

/// The lines before those that begin so.
fn lines_before(start: &str, output: &Output) -> Vec<String> {
    let lines: Vec<_> = output.stdout.lines().collect();
    let pairs = lines.windows(2).filter(|pair| pair[1].starts_with(start));
    pairs.map(|pair| pair[0].to_owned()).collect()
}

#[test]
fn how_to_get_a_stack_stands_below_the_first_panic() {
    let hint = "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace";
    let [libtest, testfiesta] = both(&["--test-threads=1"], &[]).map(|output| lines_before(hint, &output));
    assert_eq!(testfiesta, libtest, "left: testfiesta, right: libtest");
    assert_eq!(testfiesta, ["beta failed"]);
}

#[test]
fn a_stack_that_was_cut_is_numbered_anew_and_says_so() {
    for output in both(&["--exact", "beta"], &[("RUST_BACKTRACE", "1")]) {
        assert_eq!(lines_before("   0: ", &output), ["stack backtrace:"], "{}", output.stdout);
        let note = "note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.";
        assert_eq!(lines_before(note, &output).len(), 1, "{}", output.stdout);
    }
}

fn assert_lists_alike(arguments: &[&str]) {
    let [libtest, testfiesta] = both(arguments, &[]);
    assert_eq!((testfiesta.stdout, testfiesta.code), (libtest.stdout, libtest.code), "{arguments:?}");
    assert_eq!(testfiesta.stderr, "");
}

macro_rules! listed_alike {
    ($($name:ident: $arguments:expr;)*) => {
        $(
            #[test]
            fn $name() {
                assert_lists_alike(&$arguments);
            }
        )*
    };
}

listed_alike! {
    the_list: ["--list"];
    the_terse_list: ["--list", "--format", "terse"];
    the_quiet_list: ["--list", "-q"];
    the_list_of_ignored_tests: ["--list", "--ignored"];
    the_terse_list_of_ignored_tests: ["--list", "--format", "terse", "--ignored"];
    the_list_with_ignored_tests: ["--list", "--include-ignored"];
    the_list_of_what_matches: ["--list", "alpha", "zeta"];
    the_list_of_one: ["--list", "--exact", "alpha"];
    the_list_of_nothing: ["--list", "omega"];
    the_list_without_what_is_skipped: ["--list", "--skip", "alpha"];
}

#[test]
fn a_logfile_has_a_line_for_each_test() {
    let directory = tempfile::tempdir().expect("a directory");
    let lines = |target: &str| {
        let path = directory.path().join(target);
        // libtest gives the message of an unfulfilled `should_panic`, which is several lines.
        let arguments = ["--skip=panics_otherwise", "--skip=stays_calm", "--logfile"];
        let program = fixtures::alike().binary(target).env("TESTFIESTA_DIR", directory.path());
        let output = program.args(arguments).args([&path]).run().with_code(101);
        let text = fs::read_to_string(&path).expect("the logfile");
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        (lines, Report::of(&output).result)
    };
    assert_eq!(lines("under_testfiesta"), lines("under_libtest"));
}

#[test]
fn a_logfile_that_cannot_be_written_stops_everything() {
    for output in both(&["--logfile", "no/such/directory/file"], &[]) {
        assert_eq!((output.code, Report::of(&output).result), (Some(101), None));
    }
}

macro_rules! refused_alike {
    ($($name:ident: $arguments:expr $(, $variable:literal = $value:literal)?;)*) => {
        $(
            #[test]
            fn $name() {
                for output in both(&$arguments, &[$(($variable, $value))?]) {
                    assert_eq!(output.code, Some(101), "{output:?}");
                    assert!(!output.stdout.contains("running"), "{}", output.stdout);
                    assert_ne!(output.stderr, "");
                }
            }
        )*
    };
}

refused_alike! {
    no_threads: ["--test-threads", "0"];
    threads_that_are_no_number: ["--test-threads=many"];
    no_threads_by_environment: [], "RUST_TEST_THREADS" = "0";
    an_unknown_flag: ["--shufle"];
    only_ignored_and_ignored_too: ["--ignored", "--include-ignored"];
    an_unknown_format: ["--format", "prose"];
    an_unknown_colour: ["--color", "blue"];
    a_flag_without_its_value: ["--skip"];
}

#[test]
fn help_is_a_success() {
    for output in both(&["--help"], &[]) {
        assert_eq!(output.code, Some(0));
        assert!(output.stdout.contains("--test-threads"), "{}", output.stdout);
    }
}
