//! What statuses and bodies become.

use serde_json::json;
use testfiesta_client::Error;
use testfiesta_client::testsigma::{CaseResults, CreateRun};

use super::project;
use crate::service::{Reply, Service};

async fn reading_a_case(reply: Reply) -> Error {
    let service = Service::answering([reply]).await;
    project(&service).case("TC-1").await.unwrap_err()
}

#[tokio::test]
async fn an_id_that_is_missing_is_explained() {
    let error = reading_a_case(Reply::new(400, r#"{"message": "Invalid ID format: "}"#)).await;
    assert_eq!(
        error.to_string(),
        "GET /api/v1/projects/p1/test_cases/TC-1 was refused (400): Invalid ID format: (an id that it needs is \
         missing, or is no UUID)"
    );
}

#[tokio::test]
async fn a_missing_thing_is_not_found_in_the_services_words() {
    let body = json!({ "message": "Test Case not found", "errors": {
        "code": 404, "message": "Test Case not found", "details": "Test Case not found with ID: TC-1" } });
    let error = reading_a_case(Reply::new(404, body.to_string())).await;
    let Error::NotFound { message, .. } = error else { panic!("{error:?}") };
    assert!(message.contains("Test Case not found with ID: TC-1"), "{message}");
}

#[tokio::test]
async fn a_validation_is_refused_with_its_details() {
    let body = json!({ "message": "invalid run", "errors": {
        "code": 422, "message": "invalid run", "details": "title is taken" } });
    let service = Service::answering([Reply::new(422, body.to_string())]).await;
    let error = project(&service).create_run(&CreateRun::default()).await.unwrap_err();
    let Error::Refused { status: 422, message, .. } = error else { panic!("{error:?}") };
    assert!(message.contains("title is taken"), "{message}");
}

#[tokio::test]
async fn the_number_of_the_request_is_told() {
    for name in ["x-request-id", "x-tms-api-request-id"] {
        let reply = Reply::new(404, r#"{"code":404,"message":"Not Found"}"#).with(name, "req-7");
        let error = reading_a_case(reply).await;
        assert!(error.to_string().ends_with("Not Found (request req-7)"), "{error}");
    }
}

#[tokio::test]
async fn the_newer_host_is_named_with_the_setting_and_its_path() {
    let to = "https://arcus.testsigma.com/api/v1/projects/p1/test_cases/TC-1";
    let error = reading_a_case(Reply::new(301, "").with("location", to)).await;
    assert_eq!(
        error.to_string(),
        "GET /api/v1/projects/p1/test_cases/TC-1 was redirected to https://arcus.testsigma.com/api/v1, which is not \
         followed; if that is the right address, set TESTSIGMA_URL to it"
    );
}

#[tokio::test]
async fn a_500_that_means_too_many_is_waited_out_even_where_nothing_may_be_done_twice() {
    let refused = Reply::new(500, r#"{"message": "rate limit exceeded"}"#);
    let service =
        Service::answering([refused, Reply::json(json!({ "data": { "test_run": { "id": "r1" } } }))]).await;
    let run = project(&service).create_run(&CreateRun::default()).await.unwrap();
    assert_eq!((run.id.as_str(), service.count()), ("r1", 2));
}

#[tokio::test]
async fn any_other_500_is_no_proof_that_nothing_was_written() {
    let service = Service::answering([Reply::new(500, r#"{"message": "oops"}"#)]).await;
    let error = project(&service).write_results("r1", &CaseResults::default(), &[]).await.unwrap_err();
    assert!(!error.nothing_was_done() && !error.is_rate_limit());
    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn results_are_written_whatever_the_answer_looks_like() {
    let service = Service::answering([Reply::new(200, "")]).await;
    assert_eq!(project(&service).write_results("r1", &CaseResults::default(), &[]).await, Ok(()));
}

#[tokio::test]
async fn results_that_are_denied_in_a_success_are_not_written() {
    let service = Service::answering([Reply::json(json!({ "success": false, "message": "no room" }))]).await;
    let error = project(&service).write_results("r1", &CaseResults::default(), &[]).await.unwrap_err();
    assert!(error.to_string().contains("no room") && !error.nothing_was_done(), "{error:?}");
}

#[tokio::test]
async fn a_page_is_no_answer_to_results() {
    let service = Service::answering([Reply::new(200, "<html><title>Please log in</title></html>")]).await;
    let error = project(&service).write_results("r1", &CaseResults::default(), &[]).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
}
