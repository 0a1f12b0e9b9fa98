//! `/executions`, one by one.

use serde_json::{Value, json};

use crate::app::TestApp;

const EXECUTIONS: &str = "/v1/local/projects/DEMO/executions";

/// A run and a case, both with the uid 1.
async fn run_and_case() -> TestApp {
    let app = TestApp::start().await;
    app.run("by uid").await;
    let payload = json!({ "entities": { "cases": { "entries": [{ "name": "adds", "externalId": "TC-1", "source": "test" }] } } });
    app.import(payload).await.ok();
    app
}

fn execution(status: i64) -> Value {
    json!({ "testRunUid": 1, "testCaseUid": 1, "status": status, "customFields": { "message": "because" } })
}

#[tokio::test]
async fn an_execution_by_uid_has_its_status_in_number_and_word() {
    let app = run_and_case().await;
    let execution = app.post(EXECUTIONS, execution(4)).await.ok();
    assert_eq!(
        (
            &execution["status"],
            &execution["statusText"],
            &execution["name"],
            &execution["customFields"]["message"]
        ),
        (&json!(4), &json!("failed"), &json!("adds"), &json!("because"))
    );
}

#[tokio::test]
async fn the_reference_that_versions_share_names_the_case_too() {
    let app = run_and_case().await;
    let execution =
        app.post(EXECUTIONS, json!({ "testRunUid": 1, "testCaseRef": 1, "customFields": {} })).await.ok();
    assert_eq!((&execution["testCaseUid"], &execution["statusText"]), (&json!(1), &json!("active")));
}

#[tokio::test]
async fn what_does_not_exist_is_422_with_its_field() {
    let app = run_and_case().await;
    for (field, value) in [("testRunUid", 9), ("testCaseUid", 9), ("status", 99)] {
        let mut body = execution(2);
        body[field] = value.into();
        let reply = app.post(EXECUTIONS, body).await;
        assert_eq!((reply.status, &reply.json()["errors"][0]["field"]), (422, &json!(field)));
    }
}

#[tokio::test]
async fn the_same_identity_again_is_409_with_the_uid_of_the_first() {
    let app = run_and_case().await;
    let mut body = execution(2);
    body["externalId"] = "e-1".into();
    let first = app.post(EXECUTIONS, body.clone()).await.ok();
    let reply = app.post(EXECUTIONS, body).await;
    assert_eq!((reply.status, &reply.json()["uid"]), (409, &first["uid"]));
}

#[tokio::test]
async fn an_archived_run_takes_no_execution() {
    let app = run_and_case().await;
    app.patch("/v1/local/projects/DEMO/runs/1", json!({ "archive": true })).await.ok();
    assert_eq!(app.post(EXECUTIONS, execution(2)).await.json()["errors"][0]["field"], "testRunUid");
}

#[tokio::test]
async fn patch_with_empty_steps_changes_the_status_alone() {
    let app = run_and_case().await;
    app.post(EXECUTIONS, execution(4)).await.ok();
    let execution = app.patch(&format!("{EXECUTIONS}/1"), json!({ "steps": [], "status": 2 })).await.ok();
    assert_eq!(
        (&execution["statusText"], &execution["customFields"]["message"]),
        (&json!("passed"), &json!("because"))
    );
}

#[tokio::test]
async fn a_list_can_be_narrowed_to_one_run() {
    let app = run_and_case().await;
    app.post(EXECUTIONS, execution(2)).await.ok();
    app.run("other").await;
    for (run, expected) in [(1, 1), (2, 0)] {
        assert_eq!(app.get(&format!("{EXECUTIONS}?runUid={run}")).await.ok()["count"], expected);
    }
}
