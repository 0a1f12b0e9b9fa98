//! Results one by one, of cases that exist already: what is wrong with one, and what with the service.

use serde_json::json;
use testfiesta_client::provider::{
    CaseKey, CaseMatch, File, NewRun, Prepared, Provider, Receipt, ResultKey, Run, RunClose, TestFiesta,
    TestFiestaOptions, TestResult,
};

use crate::service::{Reply, Service};

fn provider(service: &Service) -> TestFiesta {
    let options = TestFiestaOptions {
        attachments: true,
        source: "cargo-test".into(),
        case_match: CaseMatch::Uid,
        statuses: Box::new(|_| Some(1)),
        run_statuses: Box::new(|_| None),
        run_close: RunClose::Never,
        dashboard: None,
    };
    TestFiesta::new(service.client(), "WEB", options)
}

fn run() -> Run {
    Run { id: "7".into(), key: "ci-1".into(), name: "nightly".into(), url: None }
}

fn result(case: usize) -> TestResult {
    TestResult::passed(format!("e{case}"), CaseKey::Id(format!("TC-{case}")), "adds".into())
}

/// What becomes of results where the service answers these.
async fn submitted(results: usize, replies: impl IntoIterator<Item = Reply>) -> (Vec<Receipt>, Service) {
    let service = Service::answering(replies).await;
    let results: Vec<_> = (1..=results).map(result).collect();
    let receipts = provider(&service).submit(Some(&run()), &results, Prepared::default()).await;
    (receipts.expect("receipts"), service)
}

fn created() -> Reply {
    Reply::json(json!({ "uid": 1 }))
}

fn is_undelivered(receipt: &Receipt) -> bool {
    matches!(receipt, Receipt::Undelivered(_))
}

#[tokio::test]
async fn what_is_wrong_with_the_account_is_held_against_no_result() {
    for status in [402, 405, 415, 429] {
        let (receipts, _) = submitted(3, [Reply::new(status, "")]).await;
        assert!(receipts.iter().all(is_undelivered), "{status}: {receipts:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_account_is_found_out_by_one_call() {
    assert_eq!(submitted(3, [Reply::new(402, "")]).await.1.count(), 1);
}

#[tokio::test]
async fn a_project_that_is_not_there_is_held_against_no_case() {
    let (receipts, _) = submitted(3, [Reply::new(404, r#"{"message": "Project not found"}"#)]).await;
    assert!(receipts.iter().all(is_undelivered), "{receipts:?}");
}

#[tokio::test]
async fn a_case_that_is_not_there_is_unmapped() {
    let (receipts, _) = submitted(2, [Reply::new(404, ""), created(), Reply::new(404, ""), created()]).await;
    assert!(matches!(&*receipts, [Receipt::Unmapped(_), Receipt::Confirmed]), "{receipts:?}");
}

#[tokio::test]
async fn a_refused_result_is_doubted_and_costs_no_other() {
    let (receipts, _) = submitted(2, [Reply::new(422, ""), created(), created(), created()]).await;
    assert!(matches!(&*receipts, [Receipt::Doubtful(_), Receipt::Confirmed]), "{receipts:?}");
}

#[tokio::test]
async fn a_conflict_confirms_only_what_is_there() {
    let conflict = Reply::new(409, r#"{"message": "run 1 is archived", "uid": 1}"#);
    let named = |id| Reply::json(json!({ "uid": 1, "externalId": id, "source": "cargo-test" }));
    let (receipts, _) = submitted(1, [conflict.clone(), named("e1")]).await;
    assert_eq!(receipts, [Receipt::Confirmed]);
    let (receipts, _) = submitted(1, [conflict, named("another")]).await;
    assert!(matches!(&*receipts, [Receipt::Doubtful(_)]), "{receipts:?}");
}

#[tokio::test]
async fn a_conflict_that_cannot_be_looked_into_is_held_against_no_result() {
    let conflict = Reply::new(409, r#"{"message": "it exists", "uid": 1}"#);
    let (receipts, _) = submitted(1, [conflict, Reply::new(200, "<html>"), created()]).await;
    assert!(matches!(&*receipts, [Receipt::Undelivered(_)]), "{receipts:?}");
}

#[tokio::test]
async fn a_conflict_that_names_nothing_confirms_what_the_run_holds() {
    let conflict = Reply::new(409, r#"{"message": "execution 1 has thi"#);
    let (receipts, _) = submitted(1, [conflict.clone(), held(&["e1"])]).await;
    assert_eq!(receipts, [Receipt::Confirmed]);
    let (receipts, _) = submitted(1, [conflict.clone(), held(&["e2"]), created()]).await;
    assert!(matches!(&*receipts, [Receipt::Doubtful(_)]), "{receipts:?}");
    let (receipts, _) = submitted(1, [conflict, Reply::new(200, "<html>"), created()]).await;
    assert!(matches!(&*receipts, [Receipt::Undelivered(_)]), "{receipts:?}");
}

/// The executions that a run holds.
fn held(ids: &[&str]) -> Reply {
    let held = |id: &&str| json!({ "uid": 1, "externalId": id, "source": "cargo-test" });
    Reply::json(json!({ "count": ids.len(), "items": ids.iter().map(held).collect::<Vec<_>>() }))
}

#[tokio::test]
async fn a_result_whose_answer_was_cut_off_is_not_created_again() {
    let (receipts, service) = submitted(1, [Reply::Cut, held(&["e1"])]).await;
    assert_eq!((receipts, service.methods()), (vec![Receipt::Confirmed], vec!["POST".into(), "GET".into()]));
}

#[tokio::test]
async fn a_result_that_got_lost_on_a_closed_connection_is_created_once_more_on_another() {
    let (receipts, service) = submitted(1, [Reply::Cut, held(&["e2"]), created()]).await;
    assert_eq!(
        (receipts, service.methods()),
        (vec![Receipt::Confirmed], ["POST", "GET", "POST"].map(Into::into).into())
    );
    let last = &service.received()[2];
    assert_eq!(last.header("connection"), Some("close"));
}

#[tokio::test]
async fn a_result_that_a_gateway_gave_up_on_is_looked_for_before_it_is_created_again() {
    for (found, calls) in [("e1", vec!["POST", "GET"]), ("e2", vec!["POST", "GET", "POST"])] {
        let service = Service::answering([Reply::new(504, ""), held(&[found]), created()]).await;
        let provider = provider(&service);
        let (run, results) = (run(), [result(1)]);
        let submit = || provider.submit(Some(&run), &results, Prepared::default());
        assert!(submit().await.expect("receipts").iter().all(is_undelivered));
        assert_eq!(submit().await, Ok(vec![Receipt::Confirmed]));
        assert_eq!(service.methods(), calls);
    }
}

#[tokio::test]
async fn an_execution_says_how_long_it_took() {
    let (_, service) = submitted(1, [created()]).await;
    let body: serde_json::Value = serde_json::from_slice(&service.only().body).expect("JSON");
    assert_eq!(body["customFields"]["time"], json!(0.0));
}

fn with_cases(count: usize) -> NewRun {
    let case_ids = (1..=count).map(|case| format!("TC-{case}")).collect();
    NewRun { key: "ci-1".into(), name: "nightly".into(), case_ids, ..NewRun::default() }
}

/// The numbers of cases that a project lists, on one page.
fn cases(uids: std::ops::RangeInclusive<usize>) -> Reply {
    let items: Vec<_> = uids.map(|uid| json!({ "uid": uid, "name": "adds" })).collect();
    Reply::json(json!({ "count": items.len(), "items": items }))
}

#[tokio::test]
async fn a_deleted_case_costs_the_others_no_run_and_few_calls() {
    for refusal in [Reply::new(422, r#"{"message": "caseUids[98]: unknown"}"#), Reply::new(400, "")] {
        let service = Service::answering([refusal, cases(1..=98), Reply::new(404, ""), created()]).await;
        let run = provider(&service).create_run(&with_cases(99)).await.expect("an answer");
        assert!(run.is_some());
        let body: serde_json::Value = serde_json::from_slice(&service.received()[3].body).expect("JSON");
        assert_eq!(body["caseUids"], json!((1..=98).collect::<Vec<_>>()));
        assert_eq!(service.count(), 4);
    }
}

#[tokio::test]
async fn what_is_not_about_the_cases_is_looked_into_by_no_call() {
    let tags = Reply::new(422, r#"{"errors": [{"field": "tagUids", "message": "unknown"}]}"#);
    for refusal in [Reply::new(404, r#"{"message": "Project not found"}"#), tags] {
        let service = Service::answering([refusal]).await;
        provider(&service).create_run(&with_cases(99)).await.expect_err("a refusal");
        assert_eq!(service.count(), 1);
    }
}

#[tokio::test]
async fn the_first_refusal_of_a_run_is_the_reason() {
    for list in [cases(1..=99), Reply::new(503, "")] {
        let service = Service::answering([Reply::new(422, r#"{"message": "no"}"#), list]).await;
        let error = provider(&service).create_run(&with_cases(99)).await.expect_err("a refusal");
        assert_eq!(error.status(), Some(422), "{error}");
    }
}

#[tokio::test]
async fn a_result_that_is_too_large_once_is_sent_again() {
    let (receipts, service) = submitted(1, [Reply::new(413, ""), created()]).await;
    assert_eq!((receipts, service.count()), (vec![Receipt::Confirmed], 2));
}

#[tokio::test]
async fn a_result_that_the_service_breaks_over_is_doubted_and_costs_no_other() {
    let (receipts, _) = submitted(2, [Reply::new(500, ""), created()]).await;
    assert!(matches!(&*receipts, [Receipt::Doubtful(_), Receipt::Confirmed]), "{receipts:?}");
}

#[tokio::test]
async fn a_service_that_breaks_over_each_result_is_not_asked_about_all() {
    let (receipts, service) = submitted(20, [Reply::new(500, "")]).await;
    assert!(receipts.last().is_some_and(is_undelivered), "{receipts:?}");
    assert!(service.count() <= 5, "{} calls", service.count());
}

/// What becomes of this many files where the service answers these, and then where to put one.
async fn attached(files: usize, replies: impl IntoIterator<Item = Reply>) -> (Vec<Receipt>, Service) {
    let storage = Service::answering([Reply::new(200, "")]).await;
    let place = Reply::json(json!({ "files": [{ "signedUrl": storage.url() }] }));
    let service = Service::answering(replies.into_iter().chain([place])).await;
    let file =
        |at: usize| File { name: format!("{at}.txt"), media_type: "text/plain".into(), content: vec![1] };
    let (files, key) = ((0..files).map(file).collect::<Vec<_>>(), ResultKey::of(&result(1)));
    let receipts = provider(&service).attach(&run(), &key, &files).await;
    (receipts.expect("receipts"), service)
}

/// So often is one file asked for.
const ATTEMPTS: usize = 5;

#[tokio::test]
async fn a_file_that_the_service_fails_at_costs_no_other() {
    for status in [403, 500, 503] {
        let attempts = if status == 403 { 1 } else { ATTEMPTS };
        let (receipts, _) = attached(2, vec![Reply::new(status, ""); attempts]).await;
        assert!(
            matches!(&*receipts, [Receipt::Undelivered(_), Receipt::Confirmed]),
            "{status}: {receipts:?}"
        );
    }
}

#[tokio::test]
async fn a_service_that_fails_at_each_file_is_not_asked_about_all() {
    let (receipts, service) = attached(20, vec![Reply::new(403, ""); 20]).await;
    assert!(receipts.iter().all(is_undelivered), "{receipts:?}");
    assert!(service.count() <= 5, "{} calls", service.count());
}

#[tokio::test]
async fn a_token_that_is_not_taken_for_one_file_is_not_offered_for_another() {
    let (receipts, service) = attached(3, [Reply::new(401, "")]).await;
    assert!(receipts.iter().all(is_undelivered), "{receipts:?}");
    assert_eq!(service.count(), 1);
}
