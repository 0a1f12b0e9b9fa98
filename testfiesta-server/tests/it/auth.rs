//! Keys open doors, and nothing else does.

use std::time::{Duration, SystemTime};

use reqwest::Method;
use serde_json::json;
use testfiesta_server::keys::{self, NewKey, Permission};

use crate::app::{Reply, TestApp};

async fn list_with(app: &TestApp, key: &str) -> Reply {
    Reply::of(app.request(Method::GET, "/v1/local/projects").bearer_auth(key)).await
}

#[tokio::test]
async fn a_fresh_key_opens() {
    let app = TestApp::empty().await;
    assert_eq!(list_with(&app, &app.key).await.status, 200);
}

#[tokio::test]
async fn no_key_is_401_and_says_what_is_expected() {
    let app = TestApp::empty().await;
    let reply = Reply::of(app.request(Method::GET, "/v1/local/projects")).await;
    assert_eq!(reply.headers["www-authenticate"], "Bearer");
    let message = "expected an API key, as in `Authorization: Bearer testfiesta_…`";
    assert_eq!(reply.refusal(), (401, json!({ "message": message })));
}

#[tokio::test]
async fn every_wrong_key_gets_the_same_answer() {
    let app = TestApp::empty().await;
    let (known, _) = app.key.split_once('.').unwrap();
    let wrong_secret = format!("{known}.{}", "0".repeat(32));
    let never_made = format!("testfiesta_{}.{}", "0".repeat(32), "0".repeat(32));
    for key in [&wrong_secret, &never_made, "garbage"] {
        let reply = list_with(&app, key).await;
        assert_eq!(reply.refusal(), (401, json!({ "message": "the API key is not valid" })), "{key}");
    }
}

#[tokio::test]
async fn a_revoked_key_is_401_at_once() {
    let app = TestApp::empty().await;
    let (key, info) = keys::create(&app.store, NewKey::named("ci")).unwrap();
    assert_eq!(list_with(&app, key.reveal()).await.status, 200);
    keys::revoke(&app.store, &info.id).unwrap();
    let reply = list_with(&app, key.reveal()).await;
    assert_eq!(reply.refusal(), (401, json!({ "message": "the API key was revoked" })));
}

#[tokio::test]
async fn an_expired_key_is_401_and_says_so() {
    let app = TestApp::empty().await;
    let past = SystemTime::now() - Duration::from_secs(1);
    let (key, _) = keys::create(&app.store, NewKey { expires: Some(past), ..NewKey::named("ci") }).unwrap();
    let reply = list_with(&app, key.reveal()).await;
    assert_eq!(reply.refusal(), (401, json!({ "message": "the API key has expired" })));
}

#[tokio::test]
async fn a_key_that_expires_later_opens_until_then() {
    let app = TestApp::empty().await;
    let later = SystemTime::now() + Duration::from_secs(3600);
    let (key, _) = keys::create(&app.store, NewKey { expires: Some(later), ..NewKey::named("ci") }).unwrap();
    assert_eq!(list_with(&app, key.reveal()).await.status, 200);
}

#[tokio::test]
async fn a_missing_permission_is_403_and_named() {
    let app = TestApp::start().await;
    let key = app.key_with(&[Permission::EntitiesView]);
    for (method, path, missing) in [
        (Method::POST, "/v1/local/projects", "project:edit"),
        (Method::POST, "/v1/local/projects/DEMO/cases", "entities:edit"),
        (Method::DELETE, "/v1/local/projects/DEMO/cases/1", "entities:delete"),
        (Method::GET, "/v1/local/projects/DEMO/runs", "activities:view"),
        (Method::POST, "/v1/local/projects/DEMO/data", "activities:edit"),
        (Method::PATCH, "/v1/local/projects/DEMO/runs/1", "activities:edit"),
        (Method::DELETE, "/v1/local/projects/DEMO/runs/1", "activities:delete"),
    ] {
        let reply = Reply::of(app.request(method, path).bearer_auth(&key)).await;
        let message = format!("the API key lacks the permission `{missing}`");
        assert_eq!(reply.refusal(), (403, json!({ "message": message })), "{path}");
    }
}

#[tokio::test]
async fn an_import_of_cases_needs_to_edit_entities_too() {
    let app = TestApp::start().await;
    let key = app.key_with(&[Permission::ActivitiesEdit]);
    let payload = json!({ "entities": { "cases": { "entries": [
        { "name": "adds", "externalId": "TC-1", "source": "test" } ] } } });
    let reply =
        Reply::of(app.request(Method::POST, "/v1/local/projects/DEMO/data").bearer_auth(&key).json(&payload))
            .await;
    assert_eq!(
        reply.refusal(),
        (403, json!({ "message": "the API key lacks the permission `entities:edit`" }))
    );
}

#[tokio::test]
async fn another_handle_is_404() {
    let app = TestApp::empty().await;
    assert_eq!(app.get("/v1/acme/projects").await.status, 404);
}

#[tokio::test]
async fn use_is_noted() {
    let app = TestApp::empty().await;
    app.get("/v1/local/projects").await.ok();
    assert!(keys::list(&app.store).unwrap()[0].last_used.is_some());
}

#[tokio::test]
async fn the_database_holds_no_secret() {
    let app = TestApp::empty().await;
    let secret = app.key.split_once('.').unwrap().1.as_bytes();
    for entry in std::fs::read_dir(app.store.directory()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}
