//! A report for CI services: JUnit XML, as nextest writes it.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, FixedOffset};
use quick_junit::{
    FlakyOrRerun, NonSuccessKind, Property, Report as Document, TestCase, TestCaseStatus, TestRerun,
    TestSuite, XmlString,
};
use testfiesta_harness::{
    event::EarlierAttempt,
    outcome::{Failure, Outcome},
};

use super::{
    model::{Report, Target, Test},
    text::{plain, reason, streams, unsaid},
};

/// A suite for each test binary.
pub(super) fn report(report: &Report) -> Document {
    let mut document = Document::new(xml(report.name()));
    document.set_time(report.duration);
    document.timestamp = timestamp(report.began);
    let is_empty = |target: &Target| target.tests.is_empty() && target.unfinished.is_empty();
    document.add_test_suites(report.targets.iter().filter(|target| !is_empty(target)).map(suite));
    document
}

fn suite(target: &Target) -> TestSuite {
    let mut suite = TestSuite::new(xml(&target.full_name()));
    suite.set_time(target.duration());
    suite.timestamp = target.tests.iter().map(Test::began).min().and_then(timestamp);
    let class = target.name();
    suite.add_test_cases(target.tests.iter().map(|test| case(test, &class)));
    suite.add_test_cases(target.unfinished.iter().map(|test| unfinished(test, &class)));
    suite
}

/// A test without an outcome. Left out, it would let a run look whole that was interrupted.
fn unfinished(test: &str, class: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("interrupted").set_message("no outcome, since interrupted or still to end");
    let mut of_test = TestCase::new(xml(test), status);
    of_test.set_classname(xml(class));
    of_test
}

fn case(test: &Test, class: &str) -> TestCase {
    let case = &test.case;
    let mut of_test = TestCase::new(xml(&case.test), status(test));
    of_test.set_classname(xml(class)).set_time(case.duration());
    of_test.timestamp = timestamp(test.began());
    of_test.add_properties(properties(test));
    let mut printed: HashMap<_, _> = streams(case.output.as_ref()).into_iter().collect();
    of_test.system_out = printed.remove("stdout").map(xml);
    of_test.system_err = printed.remove("stderr").map(xml);
    of_test
}

fn status(test: &Test) -> TestCaseStatus {
    let reruns = test.case.earlier.iter().map(rerun);
    let outcome = &test.case.outcome;
    if let Outcome::Skipped { reason } = outcome {
        let mut skipped = TestCaseStatus::skipped();
        reason.as_deref().map(|reason| skipped.set_message(xml(reason)));
        return skipped;
    }
    let Some(failure) = outcome.failure() else {
        let mut passed = TestCaseStatus::success();
        passed.add_reruns(reruns);
        return passed;
    };
    let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
    failed
        .set_type(kind(outcome))
        .set_message(first_line(failure))
        .set_description(xml(&description(failure)));
    failed.add_reruns(reruns).set_rerun_kind(FlakyOrRerun::Rerun);
    failed
}

/// What is wrong with a test that failed so, in nextest's manner.
fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::TimedOut(_) => "test timeout",
        Outcome::Crashed(_) => "test crash",
        _ => "test failure",
    }
}

fn rerun(attempt: &EarlierAttempt) -> TestRerun {
    let mut rerun = TestRerun::new(NonSuccessKind::Failure);
    rerun.set_time(Duration::from_micros(attempt.micros)).set_type(kind(&attempt.outcome));
    if let Some(failure) = attempt.outcome.failure() {
        rerun.set_message(first_line(failure)).set_description(xml(&description(failure)));
    }
    let mut printed: HashMap<_, _> = streams(attempt.output.as_ref()).into_iter().collect();
    rerun.system_out = printed.remove("stdout").map(xml);
    rerun.system_err = printed.remove("stderr").map(xml);
    rerun
}

fn first_line(failure: &Failure) -> XmlString {
    xml(failure.message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default())
}

fn description(failure: &Failure) -> String {
    let mut description = reason(failure);
    for (name, text) in unsaid(failure) {
        description += &format!("\n{name}: {text}");
    }
    if let Some(backtrace) = &failure.backtrace {
        description += &format!("\nstack backtrace:\n{backtrace}");
    }
    description
}

/// Case ids, and what else has no place of its own.
fn properties(test: &Test) -> Vec<Property> {
    let case = &test.case;
    let property = |name: &str, value: &str| Property::new(name, xml(value));
    let mut properties: Vec<_> = case.ids.iter().map(|id| property("case-id", id)).collect();
    properties.extend(case.title.iter().map(|title| property("title", title)));
    properties.extend(case.tags.iter().map(|tag| property("tag", tag)));
    properties.extend((!case.location.is_empty()).then(|| property("location", &case.location)));
    properties.extend(case.stray_panics.iter().map(|stray| property("stray-panic", &stray.to_string())));
    properties.extend(test.attachments.iter().map(|attachment| property("attachment", &attachment.name)));
    properties
}

/// A text without what XML forbids.
fn xml(text: &str) -> XmlString {
    XmlString::new(plain(text))
}

fn timestamp(at: SystemTime) -> Option<DateTime<FixedOffset>> {
    let millis = at.duration_since(UNIX_EPOCH).ok()?.as_millis();
    Some(DateTime::from_timestamp_millis(i64::try_from(millis).ok()?)?.fixed_offset())
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};
    use serde_json::json;

    use super::*;

    fn assert_holds<'d>(document: &'d Document<'_>, tag: &str, attributes: &[(&str, &str)]) -> Node<'d, 'd> {
        let is_it = |node: &Node<'_, '_>| {
            node.has_tag_name(tag)
                && attributes.iter().all(|(name, value)| node.attribute(*name) == Some(*value))
        };
        document.descendants().find(is_it).unwrap_or_else(|| panic!("no {tag} with {attributes:?}"))
    }

    fn failure(kind: &str, message: &str) -> serde_json::Value {
        json!({ "kind": kind, "message": message })
    }

    #[test]
    fn every_kind_of_outcome_has_its_element() {
        let earlier = json!([{ "micros": 1, "outcome": failure("failed", "at first") }]);
        let text = report(&Report::example(vec![
            ("passes", json!({ "ids": ["TC-1", "TC-2"], "outcome": { "kind": "passed" } })),
            ("skips", json!({ "outcome": { "kind": "skipped", "reason": "slow" } })),
            ("hangs", json!({ "outcome": failure("timed_out", "too long") })),
            ("dies", json!({ "outcome": failure("crashed", "signal 6"), "earlier": earlier })),
            ("flakes", json!({ "outcome": { "kind": "passed" }, "earlier": earlier })),
        ]));
        let text = text.to_string().expect("XML");
        let document = Document::parse(&text).expect("XML");
        assert_holds(&document, "testsuite", &[("name", "webshop::cart"), ("tests", "5"), ("failures", "2")]);
        assert_holds(&document, "testcase", &[("name", "passes"), ("classname", "webshop::cart")]);
        for id in ["TC-1", "TC-2"] {
            assert_holds(&document, "property", &[("name", "case-id"), ("value", id)]);
        }
        assert_holds(&document, "skipped", &[("message", "slow")]);
        assert_holds(&document, "failure", &[("type", "test timeout"), ("message", "too long")]);
        assert_holds(&document, "failure", &[("type", "test crash"), ("message", "signal 6")]);
        assert_holds(&document, "rerunFailure", &[("message", "at first")]);
        assert_holds(&document, "flakyFailure", &[("type", "test failure"), ("message", "at first")]);
    }

    #[test]
    fn a_test_without_an_outcome_is_an_error_even_where_it_is_the_only_one() {
        for finished in [vec![], vec![("passes", json!({ "outcome": { "kind": "passed" } }))]] {
            let mut of_run = Report::example(finished);
            of_run.targets[0].unfinished.push("hangs".to_owned());
            let text = report(&of_run).to_string().expect("XML");
            let document = Document::parse(&text).expect("XML");
            assert_holds(&document, "testsuite", &[("name", "webshop::cart"), ("errors", "1")]);
            let error = assert_holds(&document, "error", &[("type", "interrupted")]);
            assert_eq!(error.parent().and_then(|test| test.attribute("name")), Some("hangs"));
        }
    }

    #[test]
    fn what_xml_forbids_is_in_no_document() {
        // An escape takes with it what follows.
        let forbidden = (0..0x1b).chain([0x1c, 0x7f, 0x85, 0xfffe, 0xffff, 0x10ffff]);
        let every: String = forbidden.filter_map(char::from_u32).collect();
        let message = format!("<a&b> \u{1b}[31m]]>\u{1b}[0m {every} end");
        let output = json!({ "stdout": message, "stderr": message });
        let test = json!({ "ids": [message], "outcome": failure("failed", &message), "output": output });
        let text = report(&Report::example(vec![(&message, test)])).to_string().expect("XML");
        let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
        assert!(text.chars().all(is_allowed), "{text:?}");
        let document = Document::parse(&text).expect("XML");
        let out = assert_holds(&document, "system-out", &[]).text().expect("a text");
        assert!(out.starts_with("<a&b> ]]>") && out.ends_with(" end"), "{out:?}");
    }
}
