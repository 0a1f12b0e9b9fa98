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

#[tokio::test]
async fn a_list_can_be_narrowed_by_entity_type() {
    let app = TestApp::empty().await;
    for (name, types) in [("a", json!(["cases"])), ("b", json!(["cases", "runs"])), ("c", json!([]))] {
        app.post(TAGS, json!({ "name": name, "entityTypes": types })).await.ok();
    }
    let page = app.get(&format!("{TAGS}?entityType=runs")).await.ok();
    assert_eq!((&page["count"], &page["items"][0]["name"]), (&json!(1), &json!("b")));
    let page = app.get(&format!("{TAGS}?entityType=cases&q=a")).await.ok();
    assert_eq!((&page["count"], &page["items"][0]["name"]), (&json!(1), &json!("a")));
    assert_eq!(app.get(TAGS).await.ok()["count"], 3);
}

#[tokio::test]
async fn every_entity_type_of_the_contract_is_taken() {
    let app = TestApp::empty().await;
    let types =
        json!(["cases", "milestones", "executions", "results", "runs", "plans", "defects", "users", "roles"]);
    let tag = app.post(TAGS, json!({ "name": "smoke", "entityTypes": types })).await.ok();
    assert_eq!(tag["entityTypes"], types);
}

#[tokio::test]
async fn an_unknown_entity_type_is_422_at_its_place() {
    let app = TestApp::empty().await;
    let created = app.post(TAGS, json!({ "name": "smoke", "entityTypes": ["cases", "zzz"] })).await;
    assert_eq!((created.status, &created.json()["errors"][0]["field"]), (422, &json!("entityTypes[1]")));
    app.post(TAGS, json!({ "name": "smoke", "entityTypes": ["cases"] })).await.ok();
    let changed = app.patch(&format!("{TAGS}/1"), json!({ "entityTypes": ["zzz"] })).await;
    assert_eq!((changed.status, &changed.json()["errors"][0]["field"]), (422, &json!("entityTypes[0]")));
    let asked = app.get(&format!("{TAGS}?entityType=zzz")).await;
    assert_eq!((asked.status, &asked.json()["errors"][0]["field"]), (422, &json!("entityType")));
}
