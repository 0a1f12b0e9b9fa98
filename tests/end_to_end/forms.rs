//! One table says how every form of a test ends. The console of `cargo test`, nextest, and what the service holds have to
//! be that table.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use serde_json::Value;
use testfiesta_client::testfiesta::{Case, Execution, Folder, Run};

use crate::{
    fixtures,
    support::{Output, Report, Service, nextest_is_here, nextest_verdicts},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    Skipped,
}
use Verdict::{Failed, Passed, Skipped};

struct Expected {
    test: &'static str,
    ids: &'static [&'static str],
    verdict: Verdict,
    /// A part of the failure's message; of a skipped test, the whole reason.
    message: Option<&'static str>,
}

const fn row(
    test: &'static str,
    ids: &'static [&'static str],
    verdict: Verdict,
    message: Option<&'static str>,
) -> Expected {
    Expected { test, ids, verdict, message }
}

const TABLE: &[Expected] = &[
    row("passes", &["TC-1"], Passed, None),
    row("fails", &["TC-2"], Failed, Some("the sum\n  left: 2\n right: 3")),
    row("passes_with_two_ids", &["TC-3", "TC-4"], Passed, None),
    row("fails_with_two_ids", &["TC-5", "TC-6"], Failed, Some("both are told")),
    row("passes_without_id", &[], Passed, None),
    row("fails_without_id", &[], Failed, Some("without an id")),
    row("skipped", &["TC-7"], Skipped, None),
    row("skipped_for_a_reason", &["TC-8"], Skipped, Some("needs a printer")),
    row("passes_with_any_panic", &["TC-9"], Passed, None),
    row("passes_with_the_expected_panic", &["TC-10"], Passed, None),
    row("fails_with_another_panic", &["TC-11"], Failed, Some("panic did not contain expected string")),
    row("fails_without_the_panic", &["TC-12"], Failed, Some("test did not panic as expected at tests/")),
    row("fails_with_a_panic_without_text", &["TC-13"], Failed, Some("expected panic with string value")),
    row("passes_async", &["TC-14"], Passed, None),
    row("fails_async", &["TC-15"], Failed, Some("after the wait")),
    row("fails_async_with_an_error", &["TC-16"], Failed, Some("no answer")),
    row("passes_async_with_the_expected_panic", &["TC-17"], Passed, None),
    row("skipped_async", &["TC-18"], Skipped, Some("async, later")),
    row("passes_with_a_result", &["TC-19"], Passed, None),
    row("fails_with_a_boxed_error", &["TC-20"], Failed, Some("InvalidDigit")),
    row("fails_with_an_error_of_its_own", &["TC-21"], Failed, Some("Caused by:\n    the card was refused")),
    row("fails_with_a_panic_without_any_text", &["TC-22"], Failed, Some("Box<dyn Any>")),
    row("r#match", &["TC-23"], Passed, None),
    row("größe_ändern", &["TC-24"], Passed, None),
    row("passes_with_a_strange_id", &["ÄÖ-24/b.1:2_#3"], Passed, None),
    row("fails_in_unicode", &["TC-25"], Failed, Some("10 € ≠ 10 £ \u{1f6d2}\n\tsecond line \"quoted\"")),
    row("deep::passes", &["TC-26"], Passed, None),
    row("deep::r#type::fails_without_id", &[], Failed, Some("deep down")),
];

/// The table's rows, each under a word for its verdict.
fn table(passed: &str, failed: &str, skipped: &str) -> BTreeMap<String, String> {
    let word = |verdict| match verdict {
        Passed => passed,
        Failed => failed,
        Skipped => skipped,
    };
    TABLE.iter().map(|row| (row.test.to_owned(), word(row.verdict).to_owned())).collect()
}

/// One `cargo test`, and everything that the service holds afterwards.
struct Reported {
    output: Output,
    runs: Vec<Run>,
    executions: Vec<Execution>,
    cases: Vec<Case>,
    folders: Vec<Folder>,
}

fn reported() -> &'static Reported {
    static REPORTED: OnceLock<Reported> = OnceLock::new();
    REPORTED.get_or_init(|| {
        let service = Service::start();
        let data = tempfile::tempdir().expect("a directory");
        let cargo = fixtures::forms().cargo(&["test", "--test", "forms"]);
        let output = cargo.envs(service.settings()).env("TESTFIESTA_DIR", data.path()).run();
        Reported {
            output,
            runs: service.runs(),
            executions: service.executions(),
            cases: service.cases(),
            folders: service.folders(),
        }
    })
}

impl Reported {
    /// The executions of a test, one for each of its ids.
    fn executions_of(&self, test: &str) -> Vec<&Execution> {
        let executions: Vec<_> = self.executions.iter().filter(|it| field(it, "test") == test).collect();
        assert!(!executions.is_empty(), "no execution of {test}");
        executions
    }

    fn case(&self, external_id: &str) -> &Case {
        let found = self.cases.iter().find(|case| case.external_id.as_deref() == Some(external_id));
        found.unwrap_or_else(|| panic!("no case {external_id}"))
    }

    /// The names of the folders around a case, innermost first.
    fn path(&self, case: &Case) -> Vec<&str> {
        let folder = |uid| self.folders.iter().find(|folder| Some(folder.uid) == uid);
        let innermost = folder(case.parent_uid);
        std::iter::successors(innermost, |inner| folder(inner.parent_uid))
            .map(|it| it.name.as_str())
            .collect()
    }
}

/// How many results the table makes: one for each id.
fn results() -> usize {
    TABLE.iter().map(|row| row.ids.len().max(1)).sum()
}

fn field<'a>(execution: &'a Execution, name: &str) -> &'a str {
    execution.custom_fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn status(execution: &Execution) -> &str {
    execution.status_text.as_deref().unwrap_or_default()
}

#[test]
fn cargo_test_prints_the_table() {
    assert_eq!(Report::of(&reported().output).verdicts, table("ok", "FAILED", "ignored"));
}

#[test]
fn cargo_test_fails_when_a_test_fails() {
    assert_eq!(reported().output.code, Some(101));
}

#[test]
fn cargo_test_lists_the_failures() {
    let failed = TABLE.iter().filter(|row| row.verdict == Failed).map(|row| row.test.to_owned());
    assert_eq!(Report::of(&reported().output).failures, failed.collect());
}

#[test]
fn cargo_test_shows_why_each_failed() {
    for row in TABLE.iter().filter(|row| row.verdict == Failed) {
        let message = row.message.expect("a message");
        assert!(reported().output.stdout.contains(message), "{}: no {message:?}", row.test);
    }
}

#[test]
fn nextest_reports_the_table() {
    if !nextest_is_here() {
        return;
    }
    let arguments = ["nextest", "run", "--no-fail-fast", "--status-level", "all", "--test", "forms"];
    let data = tempfile::tempdir().expect("a directory");
    let output = fixtures::forms().cargo(&arguments).env("TESTFIESTA_DIR", data.path()).run().with_code(100);
    assert_eq!(nextest_verdicts(&output), table("PASS", "FAIL", "SKIP"));
}

#[test]
fn nextest_makes_one_run_of_the_table() {
    if !nextest_is_here() {
        return;
    }
    let service = Service::start();
    let data = tempfile::tempdir().expect("a directory");
    let cargo = fixtures::forms().cargo(&["nextest", "run", "--no-fail-fast", "--test", "forms"]);
    cargo.envs(service.settings()).env("TESTFIESTA_DIR", data.path()).run().with_code(100);
    // nextest starts no process for an ignored test: there is nobody to tell of it.
    let ran: BTreeMap<_, _> =
        table("passed", "failed", "").into_iter().filter(|(_, word)| !word.is_empty()).collect();
    let executions = service.executions();
    let told: BTreeMap<_, _> =
        executions.iter().map(|it| (field(it, "test").to_owned(), status(it).to_owned())).collect();
    assert_eq!(told, ran);
    assert_eq!(service.execution_count(service.the_run().uid), executions.len());
}

#[test]
fn the_service_holds_the_table() {
    let told = reported().executions.iter().map(|it| (field(it, "test").to_owned(), status(it).to_owned()));
    assert_eq!(told.collect::<BTreeMap<_, _>>(), table("passed", "failed", "skipped"));
}

#[test]
fn a_test_has_an_execution_for_each_id_and_at_least_one() {
    for row in TABLE {
        assert_eq!(reported().executions_of(row.test).len(), row.ids.len().max(1), "{}", row.test);
    }
}

#[test]
fn each_id_is_the_external_id_of_a_case() {
    for row in TABLE {
        let executions = reported().executions_of(row.test).into_iter();
        let of: BTreeSet<_> = executions.map(|it| it.test_case_uid).collect();
        let named = row.ids.iter().map(|id| Some(reported().case(id).uid));
        if !row.ids.is_empty() {
            assert_eq!(of, named.collect(), "{}", row.test);
        }
    }
}

#[test]
fn a_test_without_an_id_has_a_case_of_its_own() {
    let case = reported().case("end-to-end-forms::forms::passes_without_id");
    assert_eq!(case.name, "passes_without_id");
    assert_eq!(reported().executions_of("passes_without_id")[0].test_case_uid, Some(case.uid));
}

#[test]
fn a_case_of_its_own_lies_in_folders_of_package_target_and_modules() {
    let case = reported().case("end-to-end-forms::forms::deep::r#type::fails_without_id");
    assert_eq!(reported().path(case), ["r#type", "deep", "forms", "end-to-end-forms"]);
}

#[test]
fn folders_are_made_once() {
    let mut names: Vec<_> = reported().folders.iter().map(|folder| &folder.name).collect();
    names.sort();
    assert_eq!(names, ["deep", "end-to-end-forms", "forms", "r#type"]);
}

#[test]
fn there_is_no_case_that_no_test_names() {
    assert_eq!(reported().cases.len(), results());
}

#[test]
fn a_title_names_the_case() {
    assert_eq!(reported().case("TC-1").name, "Adds an item");
    assert_eq!(reported().case("end-to-end-forms::forms::fails_without_id").name, "Named, but not numbered");
}

#[test]
fn tags_arrive_with_the_case() {
    let case = serde_json::to_string(reported().case("TC-1")).expect("JSON");
    assert!(case.contains("smoke") && case.contains("cart"), "{case}");
}

#[test]
fn the_doc_comment_arrives_as_the_description() {
    let description = reported().case("TC-1").custom_fields.get("description").and_then(Value::as_str);
    assert_eq!(description, Some("An item lands in the cart.\n\nEven the second time."));
}

#[test]
fn a_failure_arrives_with_its_message() {
    for row in TABLE.iter().filter(|row| row.verdict == Failed) {
        for execution in reported().executions_of(row.test) {
            let message = field(execution, "message");
            assert!(message.contains(row.message.expect("a message")), "{}: {message:?}", row.test);
        }
    }
}

#[test]
fn a_panic_arrives_with_its_place() {
    let execution = reported().executions_of("fails")[0];
    let line = fixtures::FORMS.lines().position(|line| line.contains("the sum")).expect("a line") + 1;
    assert_eq!(field(execution, "failedAt"), format!("tests/forms.rs:{line}:5"));
}

#[test]
fn a_skipped_test_arrives_with_its_reason() {
    for row in TABLE.iter().filter(|row| row.verdict == Skipped) {
        let execution = reported().executions_of(row.test)[0];
        assert_eq!(field(execution, "message"), row.message.unwrap_or_default(), "{}", row.test);
    }
}

#[test]
fn a_passed_test_arrives_without_a_message() {
    for row in TABLE.iter().filter(|row| row.verdict == Passed) {
        for execution in reported().executions_of(row.test) {
            assert_eq!(field(execution, "message"), "", "{}", row.test);
        }
    }
}

#[test]
fn every_execution_has_a_duration_in_seconds() {
    assert_eq!(reported().executions.len(), results());
    for execution in &reported().executions {
        let seconds = execution.custom_fields.get("time").and_then(Value::as_f64).expect("a time");
        assert!((0.0..5.0).contains(&seconds), "{seconds}");
    }
}

#[test]
fn every_execution_says_where_its_test_stands() {
    for row in TABLE {
        let function = row.test.rsplit("::").next().expect("a name");
        let place = field(reported().executions_of(row.test)[0], "location");
        let line = place.strip_prefix("tests/forms.rs:").and_then(|rest| rest.split(':').next());
        let line: usize = line.and_then(|line| line.parse().ok()).expect(place);
        let text = fixtures::FORMS.lines().nth(line - 1).expect("a line");
        assert!(text.contains(&format!("fn {function}(")), "{}: {place} is {text:?}", row.test);
    }
}

#[test]
fn every_execution_names_package_and_target() {
    let executions = reported().executions.iter();
    let named: Vec<_> = executions.map(|it| (field(it, "package"), field(it, "target"))).collect();
    assert_eq!(named, vec![("end-to-end-forms", "forms"); results()]);
}

#[test]
fn all_executions_are_in_one_run() {
    let [run] = reported().runs.as_slice() else { panic!("{} runs", reported().runs.len()) };
    assert!(reported().executions.iter().all(|it| it.test_run_uid == Some(run.uid)));
}

#[test]
fn the_last_line_adds_up_and_links_to_the_run() {
    let number = reported().executions.len();
    let start =
        format!("{number} executed = {number} confirmed + 0 queued + 0 unmapped + 0 rejected · http://");
    let said = reported().output.said();
    assert!(said.last().is_some_and(|line| line.starts_with(&start)), "{said:?}");
}
