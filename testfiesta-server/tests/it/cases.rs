//! `/cases`.

use reqwest::Method;
use serde_json::{Value, json};
use testfiesta_server::keys::Permission;

use crate::app::{Reply, TestApp};

const CASES: &str = "/v1/local/projects/DEMO/cases";

fn case(name: &str) -> Value {
    // The official client sends `projectId` as a string.
    json!({ "name": name, "customFields": {}, "parentId": 0, "steps": [], "projectId": "1" })
}

#[tokio::test]
async fn created_cases_are_answered_as_a_bare_array() {
    let app = TestApp::start().await;
    let created = app.post(CASES, json!([case("a"), case("b")])).await.ok();
    let names: Vec<_> = created.as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["a", "b"]);
}

#[tokio::test]
async fn one_bad_case_and_none_is_created() {
    let app = TestApp::start().await;
    let reply = app.post(CASES, json!([case("a"), case("")])).await;
    assert_eq!(reply.json()["message"], "[1].name: a case needs a name");
    assert!(app.items("cases").await.is_empty());
}

#[tokio::test]
async fn an_unknown_folder_is_422() {
    let app = TestApp::start().await;
    let mut case = case("a");
    case["parentId"] = 7.into();
    let reply = app.post(CASES, json!([case])).await;
    assert_eq!(reply.json()["message"], "[0].parentId: no folder 7 in this project");
}

#[tokio::test]
async fn a_list_can_be_narrowed_by_tag_and_priority() {
    let app = TestApp::start().await;
    let (mut tagged, mut urgent) = (case("tagged"), case("urgent"));
    tagged["tags"] = json!(["smoke"]);
    urgent["priority"] = 3.into();
    app.post(CASES, json!([tagged, urgent, case("plain")])).await.ok();
    for (query, expected) in [("tag=smoke", "tagged"), ("priority=3", "urgent")] {
        let page = app.get(&format!("{CASES}?{query}")).await.ok();
        assert_eq!((&page["count"], &page["items"][0]["name"]), (&json!(1), &json!(expected)));
    }
}

#[tokio::test]
async fn the_name_of_a_priority_finds_no_case() {
    let app = TestApp::start().await;
    let mut urgent = case("urgent");
    urgent["priority"] = 3.into();
    app.post(CASES, json!([urgent])).await.ok();
    assert_eq!(app.get(&format!("{CASES}?priority=High")).await.ok()["count"], 0);
}

#[tokio::test]
async fn tags_of_an_import_become_tags_of_the_organization() {
    let app = TestApp::start().await;
    let payload = json!({ "entities": { "cases": { "entries": [
        { "name": "a", "externalId": "TC-1", "source": "test", "tags": ["smoke", "api"] } ] } } });
    app.import(payload).await.ok();
    let tags = app.get("/v1/local/tags?orderBy=name").await.ok();
    assert_eq!((&tags["items"][0]["name"], &tags["items"][1]["name"]), (&json!("api"), &json!("smoke")));
    assert_eq!(
        app.items("cases").await[0]["tags"],
        json!([{ "uid": 2, "name": "api" }, { "uid": 1, "name": "smoke" }])
    );
}

#[tokio::test]
async fn a_deleted_case_leaves_its_executions() {
    let app = TestApp::start().await;
    let payload = json!({ "entities": {
        "runs": { "entries": [{ "name": "run", "externalId": "run", "source": "test" }] },
        "cases": { "entries": [{ "name": "adds", "externalId": "TC-1", "source": "test" }] },
        "executions": { "entries": [{ "caseRef": "TC-1", "runRef": "run", "source": "test", "status": "passed" }] } } });
    app.import(payload).await.ok();
    let key = app.key_with(&Permission::ALL);
    let reply = Reply::of(app.request(Method::DELETE, &format!("{CASES}/1")).bearer_auth(key)).await;
    assert_eq!(reply.refusal(), (200, json!({ "message": "case 1 was deleted" })));
    let execution = app.items("executions").await.remove(0);
    assert_eq!((&execution["name"], &execution["testCaseUid"]), (&json!("adds"), &Value::Null));
}
