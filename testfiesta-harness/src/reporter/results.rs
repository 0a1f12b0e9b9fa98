//! From an outcome to what services store: pure mapping.

use std::time::{Duration, UNIX_EPOCH};

use testfiesta_client::provider::{CaseKey, FailedAttempt, TestResult, Verdict};

use crate::{
    case_ids,
    event::{CaseFinished, EarlierAttempt, PrintedOutput, RunStarted, Text},
    outcome::{Failure, Outcome},
    target,
};

/// What the results of one process have in common.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    /// What their ids begin with.
    key: String,
    target: Text,
    variant: Option<Text>,
}

impl Labels {
    /// Of a run's tests, each repetition has results of its own, and so has each variant, or a pass would take the place of a
    /// failure.
    pub(super) fn of(started: &RunStarted) -> Self {
        let mut key = started.run_key.clone();
        if let Some(number) = started.repetition {
            key = format!("{key}/repetition-{number}");
        }
        if let Some(variant) = &started.variant {
            key = format!("{key}/{variant}");
        }
        Self { key, target: started.target.clone(), variant: started.variant.clone() }
    }
}

#[cfg(test)]
impl Labels {
    pub(super) fn example() -> Self {
        Self::of(&RunStarted::example("key"))
    }
}

/// The results of one finished test for a service: one for each case id, or one for a case of its own.
pub(super) fn test_results(service: &str, labels: &Labels, case: &CaseFinished) -> Vec<TestResult> {
    let Labels { key, target, .. } = labels;
    let mut results = Vec::with_capacity(case.ids.len().max(1));
    for id in case_ids::of_service(&case.ids, service) {
        let external_id = format!("{key}/{}/{target}/{}#{id}", case.package, case.test);
        results.push(result(external_id, labels, case, CaseKey::Id(id.to_owned())));
    }
    if results.is_empty() {
        let external_id = format!("{key}/{}/{target}/{}", case.package, case.test);
        results.push(result(external_id, labels, case, own_case(target, case)));
    }
    results
}

fn result(external_id: String, labels: &Labels, case: &CaseFinished, key: CaseKey) -> TestResult {
    let verdict = match &case.outcome {
        Outcome::Passed => Verdict::Passed,
        Outcome::Failed(_) => Verdict::Failed,
        Outcome::Skipped { .. } => Verdict::Skipped,
        Outcome::TimedOut(_) => Verdict::TimedOut,
        Outcome::Crashed(_) => Verdict::Crashed,
    };
    let result = TestResult {
        case_name: case.title.as_ref().unwrap_or(&case.test).clone(),
        description: case.description.clone(),
        tags: case.tags.clone(),
        verdict,
        started_at: UNIX_EPOCH + Duration::from_millis(case.at),
        duration: case.duration(),
        package: case.package.clone(),
        target: labels.target.clone(),
        variant: labels.variant.clone(),
        location: case.location.clone(),
        ..TestResult::passed(external_id, key, case.test.clone())
    };
    // Of nearly all tests there is no more to tell.
    if case.is_plain() && verdict == Verdict::Passed { result } else { explained(result, case) }
}

/// A result with why it is not just a pass.
fn explained(result: TestResult, case: &CaseFinished) -> TestResult {
    let failure = case.outcome.failure();
    let message = match &case.outcome {
        Outcome::Skipped { reason } => reason.clone(),
        _ => failure.map(|failure| failure.message.clone()),
    };
    let printed = |text: fn(&PrintedOutput) -> &String| {
        case.output.as_ref().map(text).filter(|text| !text.is_empty()).cloned()
    };
    TestResult {
        message,
        failed_at: failure.and_then(|failure| failure.location.clone()),
        backtrace: failure.and_then(|failure| failure.backtrace.clone()),
        reasons: reasons(case),
        stdout: printed(|output| &output.stdout),
        stderr: printed(|output| &output.stderr),
        earlier: case.earlier.iter().map(failed_attempt).collect(),
        ..result
    }
}

/// What a failure has in parts, and what went wrong beside it.
fn reasons(case: &CaseFinished) -> Vec<(&'static str, String)> {
    let mut reasons = Vec::new();
    if let Some(failure) = case.outcome.failure() {
        let parts = [("left", &failure.left), ("right", &failure.right), ("thread", &failure.thread)];
        reasons.extend(parts.into_iter().filter_map(|(name, text)| Some((name, text.clone()?))));
        if !failure.chain.is_empty() {
            reasons.push(("chain", failure.chain.join("\ncaused by: ")));
        }
    }
    if !case.stray_panics.is_empty() {
        let strays: Vec<_> = case.stray_panics.iter().map(ToString::to_string).collect();
        reasons.push(("strayPanics", strays.join("\n\n")));
    }
    reasons
}

fn failed_attempt(attempt: &EarlierAttempt) -> FailedAttempt {
    let mut printed = Vec::new();
    if let Some(output) = &attempt.output {
        let streams = [("stdout", &output.stdout), ("stderr", &output.stderr)];
        for (name, text) in streams.into_iter().filter(|(_, text)| !text.is_empty()) {
            printed.push(format!("{name}:\n{}", text.trim_end()));
        }
    }
    FailedAttempt {
        reason: attempt.outcome.failure().map(Failure::rendered).unwrap_or_default(),
        printed: printed.join("\n"),
    }
}

/// A test without an id is a case of its own: a library's does not change with the binary that it was linked into.
fn own_case(target: &Text, case: &CaseFinished) -> CaseKey {
    // One colon is found by optimised code, two are looked for by code that in a debug build is not.
    let function = case.test.rfind(':').map_or(&*case.test, |colon| &case.test[colon + 1..]);
    let module_path = target::module_in(target, &case.module_path);
    let external_id = case_ids::own(&case.package, &module_path, function);
    CaseKey::Own { external_id, module_path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::StrayPanic;

    fn results_of(case: &CaseFinished) -> Vec<TestResult> {
        test_results("testfiesta", &Labels::example(), case)
    }

    fn finished(ids: &[&'static str]) -> CaseFinished {
        CaseFinished::example(0, ids)
    }

    #[test]
    fn a_test_with_two_ids_has_a_result_for_each() {
        let results = results_of(&finished(&["TC-1", "TC-2"]));
        let ids: Vec<_> = results.iter().map(|result| result.external_id.as_str()).collect();
        assert_eq!(ids, ["key/web-shop/cart/deep::adds#TC-1", "key/web-shop/cart/deep::adds#TC-2"]);
    }

    /// The id of the result of a test in such a process.
    fn id_in(started: RunStarted) -> String {
        test_results("testfiesta", &Labels::of(&started), &finished(&["TC-1"]))[0].external_id.clone()
    }

    #[test]
    fn each_repetition_and_each_variant_has_results_of_its_own() {
        let repeated = RunStarted { repetition: Some(2), ..RunStarted::example("key") };
        assert_eq!(id_in(repeated), "key/repetition-2/web-shop/cart/deep::adds#TC-1");
        let variant = Some("x86_64-unknown-linux-gnu+1.89.0+os:linux".into());
        let expected = "key/x86_64-unknown-linux-gnu+1.89.0+os:linux/web-shop/cart/deep::adds#TC-1";
        assert_eq!(id_in(RunStarted { variant, ..RunStarted::example("key") }), expected);
    }

    #[test]
    fn a_test_without_an_id_is_a_case_of_its_own() {
        let [result] = results_of(&finished(&[])).try_into().expect("one result");
        let expected = CaseKey::Own {
            external_id: "web-shop::cart::deep::adds".into(),
            module_path: "cart::deep".into(),
        };
        assert_eq!(result.case, expected);
    }

    #[test]
    fn a_failure_brings_its_message_and_place() {
        let failure = Failure { location: Some("src/cart.rs:7:1".into()), ..Failure::new("left != right") };
        let case = CaseFinished { outcome: Outcome::Failed(failure), ..finished(&[]) };
        let [result] = results_of(&case).try_into().expect("one result");
        assert_eq!(result.message.as_deref(), Some("left != right"));
        assert_eq!(result.failed_at.as_deref(), Some("src/cart.rs:7:1"));
    }

    #[test]
    fn sides_and_causes_of_a_failure_are_told_apart() {
        let failure = Failure {
            left: Some("2".into()),
            right: Some("3".into()),
            chain: vec!["no checkout".into(), "the card was refused".into()],
            ..Failure::new("left != right")
        };
        let case = CaseFinished { outcome: Outcome::Failed(failure), ..finished(&["TC-1"]) };
        let chain = "no checkout\ncaused by: the card was refused";
        let expected = [("left", "2".to_owned()), ("right", "3".to_owned()), ("chain", chain.to_owned())];
        assert_eq!(results_of(&case)[0].reasons, expected);
    }

    #[test]
    fn a_stray_panic_is_told_of_a_test_that_passed() {
        let stray = StrayPanic { thread: "courier".into(), message: "lost".into(), location: None };
        let case = CaseFinished { stray_panics: vec![stray], ..finished(&["TC-1"]) };
        let expected = [("strayPanics", "thread 'courier' panicked: lost".to_owned())];
        assert_eq!(results_of(&case)[0].reasons, expected);
    }

    #[test]
    fn a_title_names_the_case() {
        let case = CaseFinished { title: Some("Adding an item".into()), ..finished(&["TC-1"]) };
        assert_eq!(results_of(&case)[0].case_name, "Adding an item");
    }
}
