//! What is sent, letter by letter, against the contract.

use serde_json::{Value, json};
use testfiesta_client::testfiesta::*;

use crate::service::{Received, Reply, Service};

/// What a call sends.
macro_rules! sent {
    ($client:ident => $call:expr) => {{
        let service = Service::answering([Reply::json(answer())]).await;
        let $client = service.project();
        // The answer fits some calls and not others, and does not matter here.
        let _ = $call.await;
        service.only()
    }};
}

fn answer() -> Value {
    json!({"uid": 7, "message": "done"})
}

fn properties(value: Value) -> Properties {
    value.as_object().unwrap().clone()
}

fn text(received: Received) -> String {
    received.to_string()
}

#[tokio::test]
async fn projects() {
    let service = Service::answering([Reply::json(answer())]).await;
    let project = CreateProject { name: "Webshop".into(), key: "WEB".into(), ..CreateProject::default() };
    service.client().create_project(&project).await.unwrap();
    insta::assert_snapshot!(text(service.only()), @r#"
    POST /v1/acme/projects
    {"name":"Webshop","key":"WEB","customFields":{}}
    "#);
}

#[tokio::test]
async fn project_lists() {
    let service = Service::answering([Reply::json(json!({"count": 0, "items": []}))]).await;
    service.client().projects().all().await.unwrap();
    insta::assert_snapshot!(service.only().line, @"GET /v1/acme/projects?limit=100&offset=0&queryType=list");
}

#[tokio::test]
async fn a_run_of_a_name_alone() {
    let run = CreateRun { name: "nightly".into(), ..CreateRun::default() };
    insta::assert_snapshot!(text(sent!(web => web.create_run(&run))), @r#"
    POST /v1/acme/projects/WEB/runs
    {"name":"nightly"}
    "#);
}

#[tokio::test]
async fn a_run_with_everything() {
    let run = CreateRun {
        name: "nightly".into(),
        external_id: Some("key-1".into()),
        source: Some("cargo-test".into()),
        link: Some("https://ci.example.com/1".into()),
        description: Some("rustc 1.89".into()),
        priority: Some(Uid::new(9)),
        status: Some(Uid::new(12)),
        due_at: Some("2026-01-01T00:00:00.000Z".into()),
        tag_uids: vec![Uid::new(1)],
        case_uids: vec![Uid::new(2), Uid::new(3)],
        milestone_uids: vec![Uid::new(4)],
        configs: vec!["os:linux".into()],
    };
    insta::assert_snapshot!(text(sent!(web => web.create_run(&run))), @r#"
    POST /v1/acme/projects/WEB/runs
    {"name":"nightly","externalId":"key-1","source":"cargo-test","link":"https://ci.example.com/1","description":"rustc 1.89","priority":9,"status":12,"dueAt":"2026-01-01T00:00:00.000Z","tagUids":[1],"caseUids":[2,3],"milestoneUids":[4],"configs":["os:linux"]}
    "#);
}

#[tokio::test]
async fn closing_a_run() {
    let changes = UpdateRun { archive: Some(true), status: Some(Uid::new(3)), ..UpdateRun::default() };
    insta::assert_snapshot!(text(sent!(web => web.update_run(Uid::new(252), &changes))), @r#"
    PATCH /v1/acme/projects/WEB/runs/252
    {"status":3,"archive":true}
    "#);
}

#[tokio::test]
async fn an_execution() {
    let execution = CreateExecution {
        test_case_uid: Some(Uid::new(2)),
        test_run_uid: Some(Uid::new(252)),
        status: Some(Uid::new(4)),
        custom_fields: properties(json!({"message": "left != right"})),
        ..CreateExecution::default()
    };
    insta::assert_snapshot!(text(sent!(web => web.create_execution(&execution))), @r#"
    POST /v1/acme/projects/WEB/executions
    {"customFields":{"message":"left != right"},"testCaseUid":2,"testRunUid":252,"status":4}
    "#);
}

#[tokio::test]
async fn the_status_of_an_execution() {
    let changes = UpdateExecution { status: Some(Uid::new(2)), ..UpdateExecution::default() };
    insta::assert_snapshot!(text(sent!(web => web.update_execution(Uid::new(9), &changes))), @r#"
    PATCH /v1/acme/projects/WEB/executions/9
    {"steps":[],"status":2}
    "#);
}

#[tokio::test]
async fn cases_travel_as_an_array() {
    let case = CreateCase {
        name: "adds".into(),
        parent_id: Uid::new(5),
        project_id: Uid::new(1),
        repo_uid: Some("r".into()),
        tags: vec!["smoke".into()],
        ..CreateCase::default()
    };
    insta::assert_snapshot!(text(sent!(web => web.create_cases(&[case]))), @r#"
    POST /v1/acme/projects/WEB/cases
    [{"name":"adds","customFields":{},"parentId":5,"steps":[],"projectId":1,"repoUID":"r","tags":["smoke"]}]
    "#);
}

#[tokio::test]
async fn a_folder() {
    let folder = CreateFolder {
        name: "cart".into(),
        parent_id: Uid::new(5),
        project_uid: Uid::new(1),
        external_id: Some("ts_1".into()),
        source: Some("cargo-test".into()),
        ..CreateFolder::default()
    };
    insta::assert_snapshot!(text(sent!(web => web.create_folder(&folder))), @r#"
    POST /v1/acme/projects/WEB/folders
    {"name":"cart","parentId":5,"projectUid":1,"externalId":"ts_1","source":"cargo-test"}
    "#);
}

#[tokio::test]
async fn moving_a_folder() {
    let changes = UpdateFolder { parent_id: Some(Uid::new(6)), ..UpdateFolder::default() };
    insta::assert_snapshot!(text(sent!(web => web.update_folder(Uid::new(150), &changes))), @r#"
    PATCH /v1/acme/projects/WEB/folders/150
    {"parentId":6}
    "#);
}

#[tokio::test]
async fn an_import_of_every_kind() {
    let source = || "cargo-test".to_owned();
    let data = DataImport {
        entities: Entities {
            folders: vec![FolderData {
                name: "cart".into(),
                external_id: "ts_1".into(),
                source: source(),
                extra: properties(json!({"tests": 1})),
                ..FolderData::default()
            }]
            .into(),
            cases: vec![CaseData {
                name: "adds".into(),
                external_id: "TC-1".into(),
                source: source(),
                folder_external_id: Some("ts_1".into()),
                ..CaseData::default()
            }]
            .into(),
            executions: vec![ExecutionData {
                case_ref: "TC-1".into(),
                run_ref: "key-1".into(),
                source: source(),
                status: "failed".into(),
                external_id: Some("x-1".into()),
                time: Some(0.034.into()),
                extra: properties(json!({"message": "left != right"})),
                ..ExecutionData::default()
            }]
            .into(),
            runs: vec![RunData {
                name: "nightly".into(),
                external_id: "key-1".into(),
                source: source(),
                custom_fields: properties(json!({"externalId": "key-1"})),
                ..RunData::default()
            }]
            .into(),
        },
        run_id: Some(Uid::new(252)),
    };
    insta::assert_snapshot!(text(sent!(web => web.import(&data))), @r#"
    POST /v1/acme/projects/WEB/data
    {"entities":{"folders":{"entries":[{"name":"cart","externalId":"ts_1","source":"cargo-test","tests":1}]},"cases":{"entries":[{"name":"adds","externalId":"TC-1","source":"cargo-test","folderExternalId":"ts_1"}]},"executions":{"entries":[{"caseRef":"TC-1","runRef":"key-1","source":"cargo-test","status":"failed","externalId":"x-1","time":0.034,"message":"left != right"}]},"runs":{"entries":[{"name":"nightly","externalId":"key-1","source":"cargo-test","customFields":{"externalId":"key-1"}}]}},"runId":252}
    "#);
}

#[tokio::test]
async fn what_is_read_or_deleted_is_named_by_its_uid() {
    let uid = Uid::new(7);
    for (received, line) in [
        (sent!(web => web.run(uid)), "GET /v1/acme/projects/WEB/runs/7"),
        (sent!(web => web.delete_run(uid)), "DELETE /v1/acme/projects/WEB/runs/7"),
        (sent!(web => web.execution(uid)), "GET /v1/acme/projects/WEB/executions/7"),
        (sent!(web => web.case(uid)), "GET /v1/acme/projects/WEB/cases/7"),
        (sent!(web => web.delete_case(uid)), "DELETE /v1/acme/projects/WEB/cases/7"),
        (sent!(web => web.folder(uid)), "GET /v1/acme/projects/WEB/folders/7"),
        (sent!(web => web.delete_folder(uid)), "DELETE /v1/acme/projects/WEB/folders/7"),
    ] {
        assert_eq!(received.line, line);
        assert!(received.body.is_empty());
    }
}

#[tokio::test]
async fn a_project_key_cannot_lead_elsewhere() {
    let service = Service::answering([Reply::json(answer())]).await;
    service.client().project("a/../b?c").run(Uid::new(7)).await.unwrap();
    assert_eq!(service.only().line, "GET /v1/acme/projects/a%2F..%2Fb%3Fc/runs/7");
}
