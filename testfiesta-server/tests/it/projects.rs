//! `/projects`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::app::{TestApp, with_times_hidden};

const PROJECTS: &str = "/v1/local/projects";

#[tokio::test]
async fn a_project_has_what_the_official_client_insists_on() {
    let app = TestApp::empty().await;
    let project = app.post(PROJECTS, json!({ "name": "Demo", "key": "DEMO", "customFields": {} })).await.ok();
    assert_json_snapshot!(with_times_hidden(project), @r#"
    {
      "createdAt": "[time]",
      "customFields": {},
      "externalId": null,
      "key": "DEMO",
      "name": "Demo",
      "source": null,
      "uid": 1,
      "updatedAt": "[time]"
    }
    "#);
}

#[tokio::test]
async fn a_key_can_be_taken_once() {
    let app = TestApp::start().await;
    let reply = app.post(PROJECTS, json!({ "name": "Other", "key": "DEMO", "customFields": {} })).await;
    assert_eq!((reply.status, &reply.json()["uid"]), (409, &json!(1)));
}

#[tokio::test]
async fn a_key_that_cannot_stand_in_an_address_is_422() {
    let app = TestApp::empty().await;
    for key in ["", "a/b", "..", "D\u{e9}mo", "A B"] {
        let reply = app.post(PROJECTS, json!({ "name": "Demo", "key": key })).await;
        assert_eq!((reply.status, &reply.json()["errors"][0]["field"]), (422, &json!("key")), "{key}");
    }
}

#[tokio::test]
async fn one_project_does_not_see_the_runs_of_another() {
    let app = TestApp::start().await;
    app.post(PROJECTS, json!({ "name": "Other", "key": "OTHER" })).await.ok();
    let run = app.run("mine").await;
    assert_eq!(app.get(&format!("{PROJECTS}/OTHER/runs/{run}")).await.status, 404);
}
