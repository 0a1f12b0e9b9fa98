//! `/folders`.

use reqwest::Method;
use serde_json::json;

use crate::app::TestApp;

const FOLDERS: &str = "/v1/local/projects/DEMO/folders";

/// A folder and one in it.
async fn two_folders() -> TestApp {
    let app = TestApp::start().await;
    // The official client says `parentUid` where the specification says `parentId`.
    app.post(FOLDERS, json!({ "name": "outer", "parentUid": 0, "projectUid": 1 })).await.ok();
    app.post(FOLDERS, json!({ "name": "inner", "parentId": 1, "projectUid": 1 })).await.ok();
    app
}

#[tokio::test]
async fn the_path_leads_from_the_top_to_the_folder() {
    let app = two_folders().await;
    assert_eq!(app.get(&format!("{FOLDERS}/2")).await.ok()["path"], "1.2");
}

#[tokio::test]
async fn patch_and_put_rename() {
    let app = two_folders().await;
    for (method, name) in [(Method::PATCH, "patched"), (Method::PUT, "put")] {
        let folder = app.call(method, &format!("{FOLDERS}/2"), Some(json!({ "name": name }))).await.ok();
        assert_eq!((&folder["name"], &folder["parentUid"]), (&json!(name), &json!(1)));
    }
}

#[tokio::test]
async fn a_folder_keeps_a_name() {
    let app = two_folders().await;
    for method in [Method::PATCH, Method::PUT] {
        let reply = app.call(method, &format!("{FOLDERS}/2"), Some(json!({ "name": " " }))).await;
        assert_eq!((reply.status, &reply.json()["message"]), (422, &json!("name: a folder needs a name")));
    }
    assert_eq!(app.get(&format!("{FOLDERS}/2")).await.ok()["name"], "inner");
}

#[tokio::test]
async fn a_folder_cannot_move_into_itself() {
    let app = two_folders().await;
    let reply = app.patch(&format!("{FOLDERS}/1"), json!({ "parentId": 2 })).await;
    assert_eq!((reply.status, &reply.json()["errors"][0]["field"]), (422, &json!("parentId")));
}

#[tokio::test]
async fn another_project_than_the_one_in_the_address_is_422() {
    let app = TestApp::start().await;
    let reply = app.post(FOLDERS, json!({ "name": "a", "parentId": 0, "projectUid": 2 })).await;
    assert_eq!(reply.json()["errors"][0]["field"], "projectUid");
}
