//! `/tags`.

use insta::assert_json_snapshot;
use reqwest::Method;
use serde_json::json;

use crate::app::{TestApp, with_times_hidden};

const TAGS: &str = "/v1/local/tags";

#[tokio::test]
async fn a_tag_has_the_shape_that_the_contract_records() {
    let app = TestApp::empty().await;
    let tag = app.post(TAGS, json!({ "name": "smoke", "entityTypes": ["cases", "runs"] })).await.ok();
    assert_json_snapshot!(with_times_hidden(tag), @r#"
    {
      "aggregates": {},
      "archivedAt": null,
      "createdAt": "[time]",
      "createdBy": null,
      "customFields": {},
      "deletedAt": null,
      "description": null,
      "entityTypes": [
        "cases",
        "runs"
      ],
      "externalCreatedAt": null,
      "externalId": null,
      "externalUpdatedAt": null,
      "integrationUid": null,
      "name": "smoke",
      "parentUid": null,
      "path": null,
      "position": null,
      "projectUid": null,
      "slug": null,
      "source": null,
      "systemType": "tag",
      "uid": 1,
      "updatedAt": "[time]"
    }
    "#);
}

#[tokio::test]
async fn put_changes_what_it_names_and_nothing_else() {
    let app = TestApp::empty().await;
    app.post(TAGS, json!({ "name": "smoke", "entityTypes": ["cases"] })).await.ok();
    let tag = app.call(Method::PUT, &format!("{TAGS}/1"), Some(json!({ "name": "fast" }))).await.ok();
    assert_eq!((&tag["name"], &tag["entityTypes"]), (&json!("fast"), &json!(["cases"])));
}

#[tokio::test]
async fn a_name_can_be_taken_once() {
    let app = TestApp::empty().await;
    app.post(TAGS, json!({ "name": "smoke", "entityTypes": ["cases"] })).await.ok();
    assert_eq!(app.post(TAGS, json!({ "name": "smoke", "entityTypes": ["cases"] })).await.status, 409);
}
