//! From an outcome to what services store: pure mapping.

use std::time::{Duration, UNIX_EPOCH};

use testfiesta_client::provider::{CaseKey, TestResult, Verdict};

use crate::{
    case_ids,
    event::{CaseFinished, EarlierAttempt},
    outcome::{Failure, Outcome},
};

/// The results of one finished test for a service: one for each case id, or one for a case of its own.
pub fn test_results(service: &str, run_key: &str, target: &str, case: &CaseFinished) -> Vec<TestResult> {
    let ids = case_ids::of_service(&case.ids, service);
    let mut results: Vec<_> =
        ids.map(|id| result(run_key, target, case, CaseKey::Id(id.to_owned()), Some(id))).collect();
    if results.is_empty() {
        results.push(result(run_key, target, case, own_case(case), None));
    }
    results
}

fn result(run_key: &str, target: &str, case: &CaseFinished, key: CaseKey, id: Option<&str>) -> TestResult {
    let (verdict, message) = match &case.outcome {
        Outcome::Passed => (Verdict::Passed, None),
        Outcome::Failed(failure) => (Verdict::Failed, Some(failure.message.clone())),
        Outcome::Skipped { reason } => (Verdict::Skipped, reason.clone()),
        Outcome::TimedOut(failure) => (Verdict::TimedOut, Some(failure.message.clone())),
        Outcome::Crashed(failure) => (Verdict::Crashed, Some(failure.message.clone())),
    };
    let failure = case.outcome.failure();
    let id = id.map(|id| format!("#{id}")).unwrap_or_default();
    TestResult {
        external_id: format!("{run_key}/{}/{target}/{}{id}", case.package, case.test),
        case: key,
        case_name: case.title.as_ref().unwrap_or(&case.test).to_string(),
        description: case.description.to_string(),
        tags: case.tags.iter().map(ToString::to_string).collect(),
        verdict,
        started_at: UNIX_EPOCH + Duration::from_millis(case.at),
        duration: case.duration(),
        message,
        failed_at: failure.and_then(|failure| failure.location.clone()),
        backtrace: failure.and_then(|failure| failure.backtrace.clone()),
        reasons: reasons(case),
        stdout: case.output.as_ref().map(|output| output.stdout.clone()).filter(|text| !text.is_empty()),
        stderr: case.output.as_ref().map(|output| output.stderr.clone()).filter(|text| !text.is_empty()),
        earlier: case.earlier.iter().map(why_it_failed).collect(),
        test: case.test.to_string(),
        package: case.package.to_string(),
        target: target.to_owned(),
        location: case.location.clone(),
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

fn why_it_failed(attempt: &EarlierAttempt) -> String {
    attempt.outcome.failure().map(Failure::rendered).unwrap_or_default()
}

/// A test without an id is a case of its own: its path does not change with the binary that it was linked into.
fn own_case(case: &CaseFinished) -> CaseKey {
    // One colon is found by optimised code, two are looked for by code that in a debug build is not.
    let function = case.test.rfind(':').map_or(&*case.test, |colon| &case.test[colon + 1..]);
    let mut folders = vec![case.package.to_string()];
    let mut rest = &*case.module_path;
    while let Some(colon) = rest.find(':') {
        folders.push(rest[..colon].to_owned());
        rest = rest[colon..].trim_start_matches(':');
    }
    folders.push(rest.to_owned());
    // A library is named like its package: one folder for both.
    if is_crate_of(&folders[1], &case.package) {
        folders.remove(1);
    }
    CaseKey::Own { external_id: format!("{}::{}::{function}", case.package, case.module_path), folders }
}

/// Whether this is what rustc calls a package's library.
fn is_crate_of(name: &str, package: &str) -> bool {
    name == package || (package.contains('-') && name == package.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::StrayPanic;

    fn finished(ids: &[&'static str]) -> CaseFinished {
        CaseFinished::example(0, ids)
    }

    #[test]
    fn a_test_with_two_ids_has_a_result_for_each() {
        let results = test_results("testfiesta", "key", "cart", &finished(&["TC-1", "TC-2"]));
        let ids: Vec<_> = results.iter().map(|result| result.external_id.as_str()).collect();
        assert_eq!(ids, ["key/web-shop/cart/deep::adds#TC-1", "key/web-shop/cart/deep::adds#TC-2"]);
    }

    #[test]
    fn a_test_without_an_id_is_a_case_of_its_own_in_folders_of_package_and_module() {
        let [result] =
            test_results("testfiesta", "key", "cart", &finished(&[])).try_into().expect("one result");
        let expected = CaseKey::Own {
            external_id: "web-shop::cart::deep::adds".into(),
            folders: vec!["web-shop".into(), "cart".into(), "deep".into()],
        };
        assert_eq!(result.case, expected);
    }

    #[test]
    fn a_library_s_folder_is_its_package_s() {
        let case = CaseFinished { module_path: "web_shop::price".into(), ..finished(&[]) };
        let [result] = test_results("testfiesta", "key", "cart", &case).try_into().expect("one result");
        assert!(matches!(result.case, CaseKey::Own { folders, .. } if folders == ["web-shop", "price"]));
    }

    #[test]
    fn a_failure_brings_its_message_and_place() {
        let failure = Failure { location: Some("src/cart.rs:7:1".into()), ..Failure::new("left != right") };
        let case = CaseFinished { outcome: Outcome::Failed(failure), ..finished(&[]) };
        let [result] = test_results("testfiesta", "key", "cart", &case).try_into().expect("one result");
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
        assert_eq!(test_results("testfiesta", "key", "cart", &case)[0].reasons, expected);
    }

    #[test]
    fn a_stray_panic_is_told_of_a_test_that_passed() {
        let stray = StrayPanic { thread: "courier".into(), message: "lost".into(), location: None };
        let case = CaseFinished { stray_panics: vec![stray], ..finished(&["TC-1"]) };
        let expected = [("strayPanics", "thread 'courier' panicked: lost".to_owned())];
        assert_eq!(test_results("testfiesta", "key", "cart", &case)[0].reasons, expected);
    }

    #[test]
    fn a_title_names_the_case() {
        let case = CaseFinished { title: Some("Adding an item".into()), ..finished(&["TC-1"]) };
        assert_eq!(test_results("testfiesta", "key", "cart", &case)[0].case_name, "Adding an item");
    }
}
