//! What statuses and bodies become.

use serde_json::json;
use testfiesta_client::Error;
use testfiesta_client::testfiesta::{CreateExecution, CreateRun, DataImport, Deleted, Uid, UpdateRun};

use crate::service::{Reply, Service, client, quick};

async fn reading_a_run(reply: Reply) -> Error {
    let service = Service::answering([reply]).await;
    service.project().run(Uid::new(7)).await.unwrap_err()
}

fn call() -> String {
    "GET /v1/acme/projects/WEB/runs/7".into()
}

#[tokio::test]
async fn status_401_is_unauthorized_in_the_services_words() {
    let error = reading_a_run(Reply::new(401, r#"{"message": "key has expired"}"#)).await;
    assert_eq!(error, Error::Unauthorized { call: call(), message: "key has expired".into() });
}

#[tokio::test]
async fn status_403_is_forbidden_in_the_services_words() {
    let error = reading_a_run(Reply::new(403, r#"["entities:view is missing"]"#)).await;
    assert_eq!(error, Error::Forbidden { call: call(), message: "entities:view is missing".into() });
}

#[tokio::test]
async fn status_404_is_not_found() {
    let error = reading_a_run(Reply::new(404, "")).await;
    assert_eq!(error, Error::NotFound { call: call(), message: String::new() });
}

#[tokio::test]
async fn status_413_is_too_large() {
    let error = reading_a_run(Reply::new(413, "<html><title>413 Request Entity Too Large</title>")).await;
    assert_eq!(error, Error::TooLarge { call: call(), message: "413 Request Entity Too Large".into() });
}

#[tokio::test]
async fn another_4xx_is_refused_with_its_status() {
    let body = json!({"message": "invalid", "errors": [{"field": "name", "message": "must not be empty"}]});
    let error = reading_a_run(Reply::new(422, body.to_string())).await;
    let message = "invalid: name: must not be empty".into();
    assert_eq!(error, Error::Refused { call: call(), status: 422, message, existing: None });
}

#[tokio::test]
async fn a_conflict_names_what_exists() {
    let service = Service::answering([Reply::new(409, r#"{"message": "run exists", "uid": 252}"#)]).await;
    let error = service.project().create_run(&CreateRun::default()).await.unwrap_err();
    assert!(matches!(error, Error::Refused { status: 409, existing: Some(252), .. }), "{error:?}");
}

#[tokio::test]
async fn a_name_that_was_cut_within_a_character_can_be_read() {
    for (written, read) in [
        (r#"\ud83d"#, "\u{fffd}"),
        (r#"\ude00 \ud83d\ud83d\uDE00\ud83dx"#, "\u{fffd} \u{fffd}\u{1f600}\u{fffd}x"),
        (r#"\\ud83d \ud83d\n"#, "\\ud83d \u{fffd}\n"),
        (r#"\\\ud83d\""#, "\\\u{fffd}\""),
    ] {
        let service =
            Service::answering([Reply::new(200, format!(r#"{{"uid": 7, "name": "{written}"}}"#))]).await;
        assert_eq!(service.project().run(Uid::new(7)).await.unwrap().name, read);
    }
}

#[tokio::test]
async fn a_conflict_names_what_exists_though_a_name_in_it_was_cut_within_a_character() {
    let body = r#"{"message": "run nightly \ud83d exists", "uid": 252}"#;
    let service = Service::answering([Reply::new(409, body)]).await;
    let error = service.project().create_run(&CreateRun::default()).await.unwrap_err();
    assert!(matches!(error, Error::Refused { existing: Some(252), .. }), "{error:?}");
    assert_eq!(error.message(), Some("run nightly \u{fffd} exists"));
}

#[tokio::test]
async fn half_an_escape_is_no_json() {
    for body in [
        r#"{"uid": 7, "name": "\ud83"}"#,
        r#"{"uid": 7, "name": "\ud83d\u"}"#,
        r#"{"name": "\ud8"#,
        r#"{"name": "\"#,
    ] {
        let error = reading_a_run(Reply::new(200, body)).await;
        assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn status_5xx_is_failing_with_its_status() {
    let error =
        reading_a_run(Reply::new(502, "<html><head><title>502 Bad Gateway</title></head></html>")).await;
    let message = "502 Bad Gateway".into();
    assert_eq!(error, Error::Failing { call: call(), status: 502, message, retry_after: None });
}

#[tokio::test]
async fn a_page_instead_of_json_is_unreadable_and_named_by_its_title() {
    let error = reading_a_run(Reply::new(200, "<!doctype html><title>Sign in</title>")).await;
    let Error::Unreadable { status: 200, excerpt, .. } = error else { panic!("{error:?}") };
    assert_eq!(excerpt, "an HTML page titled Sign in");
}

#[tokio::test]
async fn json_that_breaks_off_is_unreadable_with_its_beginning() {
    let error = reading_a_run(Reply::new(200, r#"{"uid": 7, "name": "#)).await;
    let Error::Unreadable { excerpt, .. } = error else { panic!("{error:?}") };
    assert_eq!(excerpt, r#"{"uid": 7, "name":"#);
}

#[tokio::test]
async fn an_empty_answer_to_a_creation_is_unreadable() {
    let service = Service::answering([Reply::new(200, "")]).await;
    let error = service.project().create_run(&CreateRun::default()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer to POST /v1/acme/projects/WEB/runs (200) could not be read: expected JSON, and it is empty"
    );
}

#[tokio::test]
async fn a_created_run_without_uid_is_unreadable() {
    let service = Service::answering([Reply::json(json!({"data": {"uid": 252}}))]).await;
    let error = service.project().create_run(&CreateRun::default()).await.unwrap_err();
    assert!(error.to_string().contains("missing field `uid`"), "{error}");
}

#[tokio::test]
async fn an_answer_shorter_than_announced_is_interrupted() {
    let address = Service::writing("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"uid\": 7").await;
    let error = client(address, quick()).project("WEB").run(Uid::new(7)).await.unwrap_err();
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
}

#[tokio::test]
async fn a_run_is_read_whatever_else_the_service_says_of_it() {
    let service = Service::answering([Reply::new(
        201,
        json!({
            "uid": 252.0, "name": "nightly", "projectUid": "5", "archivedAt": null, "position": {"unforeseen": 1},
            "customFields": {"status": 12, "progress": 57, "caseCount": 88, "frequency": {"1": 17, "2": 24}, "mine": 1},
            "never heard of": [1, 2]
        })
        .to_string(),
    )])
    .await;
    let run = service.project().create_run(&CreateRun::default()).await.unwrap();
    assert_eq!((run.uid, run.name.as_str(), run.project_uid), (Uid::new(252), "nightly", Some(Uid::new(5))));
    assert_eq!((run.custom_fields.case_count, run.custom_fields.frequency["2"]), (Some(88), 24));
    assert_eq!(run.custom_fields.extra["mine"], 1);
    assert_eq!(run.position, None);
}

#[tokio::test]
async fn a_deletion_may_be_answered_without_a_body() {
    let service = Service::answering([Reply::new(204, "")]).await;
    assert_eq!(service.project().delete_run(Uid::new(7)).await, Ok(Deleted::default()));
}

#[tokio::test]
async fn a_change_may_be_answered_with_anything() {
    for reply in [Reply::new(204, ""), Reply::new(200, "done"), Reply::json(json!({"message": "updated"}))] {
        let service = Service::answering([reply]).await;
        assert_eq!(service.project().update_run(Uid::new(7), &UpdateRun::default()).await, Ok(None));
    }
}

#[tokio::test]
async fn an_execution_is_created_whatever_the_answer_looks_like() {
    let service = Service::answering([Reply::new(201, "")]).await;
    assert_eq!(service.project().create_execution(&CreateExecution::default()).await, Ok(()));
}

#[tokio::test]
async fn an_import_that_is_denied_in_a_success_is_not_done() {
    let denied = json!({"success": false, "error": "no room"});
    let service = Service::answering([Reply::json(denied)]).await;
    let error = service.project().import(&DataImport::default()).await.unwrap_err();
    assert!(error.to_string().contains("it says that the call did not succeed"), "{error}");
    assert!(error.to_string().contains("no room"), "{error}");
}

#[tokio::test]
async fn an_import_may_be_answered_with_any_body() {
    let service = Service::answering([Reply::new(201, "imported")]).await;
    assert_eq!(service.project().import(&Default::default()).await, Ok(()));
}

#[tokio::test]
async fn a_page_is_no_answer_even_to_a_call_whose_answer_says_nothing() {
    let page = Reply::new(200, "<html><title>Please log in</title></html>")
        .with("content-type", "text/html; charset=utf-8");
    let service = Service::answering([page]).await;
    let error = service.project().import(&DataImport::default()).await.unwrap_err();
    let Error::Unreadable { status, excerpt, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*status, excerpt.as_str()), (200, "an HTML page titled Please log in"));
}

#[tokio::test]
async fn a_page_is_known_by_how_it_begins_whatever_it_is_said_to_be() {
    for page in ["<html>", " \n<!DOCTYPE html>", "\u{feff}<html>", "<?xml version=\"1.0\"?><html>"] {
        for content_type in ["text/plain", "application/json", "application/octet-stream"] {
            let service =
                Service::answering([Reply::new(200, page).with("content-type", content_type)]).await;
            let error = service.project().import(&DataImport::default()).await.unwrap_err();
            assert!(matches!(error, Error::Unreadable { .. }), "{page:?} as {content_type}: {error:?}");
        }
    }
}

#[tokio::test]
async fn what_is_said_to_be_a_page_is_one_however_it_begins() {
    let page = Reply::new(200, "please log in").with("content-type", "application/xhtml+xml");
    let service = Service::answering([page]).await;
    let error = service.project().create_execution(&CreateExecution::default()).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_change_that_is_denied_in_a_success_is_not_done() {
    let service = Service::answering([Reply::json(json!({"success": false}))]).await;
    let error = service.project().update_run(Uid::new(7), &UpdateRun::default()).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
}
