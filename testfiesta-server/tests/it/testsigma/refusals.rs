//! Statuses and error bodies (contract, sections 1 to 3), row by row of the vendor's table.

use reqwest::Method;
use serde_json::json;

use super::{PROJECT, Tms, at, new_run};
use crate::app::Reply;
use testfiesta_server::keys::Permission;

#[tokio::test]
async fn a_bearer_token_opens_with_200() {
    let tms = Tms::start().await;
    assert_eq!(tms.get("/projects").await.status, 200);
}

#[tokio::test]
async fn no_token_is_401_before_anything_is_routed() {
    let tms = Tms::start().await;
    for path in ["/api/v1/projects", "/api/v1/no/such/route"] {
        let reply = Reply::of(tms.app.request(Method::GET, path)).await;
        assert_eq!((reply.status, &reply.json()["code"]), (401, &json!(401)), "{path}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_401() {
    let tms = Tms::start().await;
    let request = tms.app.request(Method::GET, "/api/v1/projects").bearer_auth("wrong");
    assert_eq!(Reply::of(request).await.status, 401);
}

#[tokio::test]
async fn a_token_that_may_not_is_403() {
    let tms = Tms::start().await;
    let key = tms.app.key_with(&[Permission::EntitiesView]);
    let path = format!("/api/v1/projects/{PROJECT}/test_runs");
    let request = tms.app.request(Method::POST, &path).bearer_auth(key).json(&json!({}));
    assert_eq!(Reply::of(request).await.status, 403);
}

#[tokio::test]
async fn an_unknown_route_is_404() {
    let tms = Tms::start().await;
    for path in ["/no/such/route", "/testRuns", &at("/test_suites")] {
        assert_eq!(tms.get(path).await.refusal(), (404, json!({ "code": 404, "message": "Not Found" })));
    }
}

#[tokio::test]
async fn an_unknown_thing_is_404_and_named() {
    let tms = Tms::start().await;
    let reply = tms.get(&at("/test_cases/TC-99")).await;
    let message = "test case not found";
    let details = "test case not found with ID: TC-99";
    let errors = json!({ "code": 404, "message": message, "details": details });
    assert_eq!(reply.refusal(), (404, json!({ "message": message, "errors": errors })));
}

#[tokio::test]
async fn an_id_with_a_space_is_named_whole() {
    let tms = Tms::start().await;
    let errors = tms.get(&at("/test_cases/TC%2099")).await.json()["errors"].take();
    assert_eq!(errors["details"], "test case not found with ID: TC 99");
}

#[tokio::test]
async fn a_missing_id_is_400_without_saying_which() {
    let tms = Tms::start().await;
    let reply = tms.post(&at("/test_cases"), json!({ "title": "x", "project_id": PROJECT })).await;
    assert_eq!((reply.status, &reply.json()["message"]), (400, &json!("Invalid ID format: ")));
}

#[tokio::test]
async fn what_makes_no_sense_is_422_with_details() {
    let tms = Tms::start().await;
    let reply = tms.post(&at("/test_runs"), new_run("", &[])).await;
    let errors =
        json!({ "code": 422, "message": "validation failed", "details": "title: must not be empty" });
    assert_eq!(reply.refusal(), (422, json!({ "message": "validation failed", "errors": errors })));
}

#[tokio::test]
async fn too_many_calls_are_500_by_that_name() {
    let tms = super::limit::limited(1).await;
    tms.get("/projects").await.ok();
    let reply = tms.get("/projects").await;
    assert_eq!(reply.refusal(), (500, json!({ "message": "rate limit exceeded" })));
    assert!(!reply.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn every_answer_has_a_number_and_says_what_is_left() {
    let tms = Tms::start().await;
    for path in ["/projects", "/no/such/route"] {
        let headers = tms.get(path).await.headers;
        assert_eq!(
            (headers["x-request-id"].len(), &headers["x-tms-api-limit"]),
            (32, &"10".parse().unwrap())
        );
        assert!(headers["x-tms-api-reset"].to_str().unwrap().starts_with('-'));
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_400() {
    let tms = Tms::start().await;
    let path = format!("/api/v1{}", at("/test_runs"));
    let request = tms.app.request(Method::POST, &path).bearer_auth(&tms.app.key).body("{");
    assert_eq!(Reply::of(request).await.status, 400);
}
