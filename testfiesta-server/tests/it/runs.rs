//! `/runs`.

use insta::assert_json_snapshot;
use reqwest::Method;
use serde_json::json;

use crate::app::{TestApp, with_times_hidden};

const RUNS: &str = "/v1/local/projects/DEMO/runs";

#[tokio::test]
async fn a_run_has_the_shape_that_the_contract_records() {
    let app = TestApp::start().await;
    let run = json!({ "name": "nightly", "link": "https://ci.example/7", "description": "main", "configs": ["os:linux"],
        "source": "cargo-test", "externalId": "key-1" });
    let run = app.post(RUNS, run).await.ok();
    assert_json_snapshot!(with_times_hidden(run), @r#"
    {
      "aggregates": {},
      "archivedAt": null,
      "createdAt": "[time]",
      "createdBy": null,
      "customFields": {
        "caseCount": 0,
        "configs": [
          "os:linux"
        ],
        "dueAt": null,
        "frequency": {},
        "priority": null,
        "progress": 0.0,
        "status": 11
      },
      "deletedAt": null,
      "description": "main",
      "entityTypes": null,
      "externalCreatedAt": null,
      "externalId": "key-1",
      "externalUpdatedAt": null,
      "integrationUid": null,
      "link": "https://ci.example/7",
      "name": "nightly",
      "parentUid": null,
      "path": null,
      "position": null,
      "projectUid": 1,
      "slug": null,
      "source": "cargo-test",
      "systemType": "run",
      "uid": 1,
      "updatedAt": "[time]"
    }
    "#);
}

#[tokio::test]
async fn what_was_created_reads_back_the_same() {
    let app = TestApp::start().await;
    let created = app.post(RUNS, json!({ "name": "nightly", "caseUids": [] })).await.ok();
    assert_eq!(app.get(&format!("{RUNS}/{}", created["uid"])).await.ok(), created);
}

#[tokio::test]
async fn a_second_run_with_the_same_source_and_external_id_is_409_with_the_uid_of_the_first() {
    let app = TestApp::start().await;
    let run = json!({ "name": "shard", "source": "cargo-test", "externalId": "ci-1" });
    let first = app.post(RUNS, run.clone()).await.ok();
    let reply = app.post(RUNS, run).await;
    assert_eq!((reply.status, &reply.json()["uid"]), (409, &first["uid"]));
}

#[tokio::test]
async fn runs_without_an_external_id_never_clash() {
    let app = TestApp::start().await;
    assert_ne!(app.run("same").await, app.run("same").await);
}

#[tokio::test]
async fn cases_that_the_run_was_created_for_count_as_active() {
    let app = TestApp::start().await;
    let payload = json!({ "entities": { "cases": { "entries": [
        { "name": "a", "externalId": "TC-1", "source": "test" },
        { "name": "b", "externalId": "TC-2", "source": "test" } ] } } });
    app.import(payload).await.ok();
    let uids: Vec<_> = app.items("cases").await.iter().map(|case| case["uid"].clone()).collect();
    let run = app.post(RUNS, json!({ "name": "planned", "caseUids": uids })).await.ok();
    assert_eq!(run["customFields"]["frequency"], json!({ "1": 2 }));
}

#[tokio::test]
async fn an_unknown_case_is_422_at_its_place() {
    let app = TestApp::start().await;
    let reply = app.post(RUNS, json!({ "name": "planned", "caseUids": [99] })).await;
    assert_eq!(reply.json()["message"], "caseUids[0]: no case 99 in this project");
    assert!(app.items("runs").await.is_empty(), "the refused run was kept");
}

#[tokio::test]
async fn patch_changes_what_it_names_and_nothing_else() {
    let app = TestApp::start().await;
    let before = app.post(RUNS, json!({ "name": "nightly", "description": "main" })).await.ok();
    let after = app.patch(&format!("{RUNS}/{}", before["uid"]), json!({ "status": 13 })).await.ok();
    assert_eq!(
        (&after["customFields"]["status"], &after["name"], &after["description"]),
        (&json!(13), &json!("nightly"), &json!("main"))
    );
}

#[tokio::test]
async fn put_does_what_patch_does() {
    let app = TestApp::start().await;
    let uid = app.run("nightly").await;
    let run = app.call(Method::PUT, &format!("{RUNS}/{uid}"), Some(json!({ "name": "weekly" }))).await.ok();
    assert_eq!(run["name"], "weekly");
}

#[tokio::test]
async fn an_unknown_status_is_422_and_the_known_ones_are_named() {
    let app = TestApp::start().await;
    let uid = app.run("nightly").await;
    let reply = app.patch(&format!("{RUNS}/{uid}"), json!({ "status": 99 })).await;
    let message = "status: no run status 99: expected one of 11 (active), 12 (in progress), 13 (passed), 14 (failed), \
                   15 (rerun)";
    assert_eq!((reply.status, reply.json()["message"].as_str()), (422, Some(message)));
}

#[tokio::test]
async fn an_archived_run_cannot_be_edited_until_it_is_taken_back() {
    let app = TestApp::start().await;
    let path = format!("{RUNS}/{}", app.run("nightly").await);
    app.patch(&path, json!({ "archive": true })).await.ok();
    assert_eq!(app.patch(&path, json!({ "name": "other" })).await.status, 422);
    let run = app.patch(&path, json!({ "archive": false, "name": "other" })).await.ok();
    assert_eq!((&run["archivedAt"], &run["name"]), (&json!(null), &json!("other")));
}

#[tokio::test]
async fn delete_needs_its_permission_and_takes_the_run_away() {
    let app = TestApp::start().await;
    let path = format!("{RUNS}/{}", app.run("nightly").await);
    assert_eq!(app.delete(&path).await.status, 403);
    let key = app.key_with(&testfiesta_server::keys::Permission::ALL);
    let reply = crate::app::Reply::of(app.request(Method::DELETE, &path).bearer_auth(key)).await;
    assert_eq!(reply.refusal(), (200, json!({ "message": "run 1 was deleted" })));
    assert_eq!(app.get(&path).await.status, 404);
}

#[tokio::test]
async fn of_shards_that_create_the_same_run_at_once_one_does_and_the_others_learn_its_uid() {
    let app = TestApp::start().await;
    let create = || app.post(RUNS, json!({ "name": "shard", "source": "cargo-test", "externalId": "ci-1" }));
    let (a, b, c, d) = tokio::join!(create(), create(), create(), create());
    let mut statuses = [&a, &b, &c, &d].map(|reply| reply.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409]);
    assert!([a, b, c, d].iter().all(|reply| reply.json()["uid"] == 1));
}

#[tokio::test]
async fn a_due_date_that_is_none_is_422() {
    let app = TestApp::start().await;
    let path = format!("{RUNS}/{}", app.run("nightly").await);
    for reply in [
        app.post(RUNS, json!({ "name": "weekly", "dueAt": "garbage" })).await,
        app.patch(&path, json!({ "dueAt": "2026-01-31" })).await,
    ] {
        assert_eq!((reply.status, &reply.json()["errors"][0]["field"]), (422, &json!("dueAt")));
    }
}

#[tokio::test]
async fn a_due_date_reads_back_as_it_was_given() {
    let app = TestApp::start().await;
    let run = app.post(RUNS, json!({ "name": "weekly", "dueAt": "2026-01-31T12:00:00+02:00" })).await.ok();
    assert_eq!(run["customFields"]["dueAt"], "2026-01-31T12:00:00+02:00");
}
