//! What is sent again, and what is not.

use std::time::Duration;

use serde_json::json;
use testfiesta_client::Error;
use testfiesta_client::Options;
use testfiesta_client::testfiesta::{CreateRun, DataImport, Deleted, Uid, UpdateRun};

use crate::service::{Reply, Service, client, quick};

/// As many as `Options::default().retries` allows, and the first.
const ATTEMPTS: usize = 5;

fn run() -> Reply {
    Reply::json(json!({"uid": 7}))
}

#[tokio::test]
async fn reading_is_repeated_until_it_succeeds() {
    for status in [408, 425, 429, 500, 502, 503, 504] {
        let service = Service::answering([Reply::new(status, ""), Reply::new(status, ""), run()]).await;
        assert!(service.project().run(Uid::new(7)).await.is_ok(), "{status}");
        assert_eq!(service.count(), 3, "{status}");
    }
}

#[tokio::test]
async fn repetition_ends_when_the_retries_are_used_up() {
    let service = Service::answering([Reply::new(500, "")]).await;
    let error = service.project().run(Uid::new(7)).await.unwrap_err();
    assert_eq!((error.status(), service.count()), (Some(500), ATTEMPTS));
}

#[tokio::test]
async fn a_client_without_retries_tries_once() {
    let service = Service::answering([Reply::new(500, "")]).await;
    let address = service.url()["http://".len()..].parse().unwrap();
    let client = client(address, Options { retries: 0, ..quick() });
    assert!(client.project("WEB").run(Uid::new(7)).await.is_err());
    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn what_was_refused_is_not_sent_again() {
    for status in [400, 401, 403, 404, 405, 409, 413, 422] {
        let service = Service::answering([Reply::new(status, ""), run()]).await;
        let error = service.project().run(Uid::new(7)).await.unwrap_err();
        assert_eq!((error.status(), error.is_retryable(), service.count()), (Some(status), false, 1));
    }
}

#[tokio::test]
async fn an_unreadable_answer_is_not_asked_for_again() {
    let service = Service::answering([Reply::new(200, "{"), run()]).await;
    let error = service.project().run(Uid::new(7)).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn an_import_is_repeated_unchanged() {
    let service = Service::answering([Reply::new(500, ""), Reply::new(204, "")]).await;
    let data = DataImport { run_id: Some(Uid::new(7)), ..DataImport::default() };
    assert_eq!(service.project().import(&data).await, Ok(()));
    let received = service.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].body, received[1].body);
}

#[tokio::test]
async fn a_change_is_repeated() {
    let service = Service::answering([Reply::new(503, ""), run()]).await;
    assert!(service.project().update_run(Uid::new(7), &UpdateRun::default()).await.is_ok());
    assert_eq!(service.count(), 2);
}

#[tokio::test]
async fn a_creation_of_unknown_fate_is_not_repeated() {
    for status in [408, 500, 502, 503, 504] {
        let service = Service::answering([Reply::new(status, ""), run()]).await;
        let error = service.project().create_run(&CreateRun::default()).await.unwrap_err();
        assert!(error.is_retryable() && !error.nothing_was_done(), "{error:?}");
        assert_eq!(service.count(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_creation_that_the_service_put_off_is_repeated() {
    for reply in [Reply::new(425, ""), Reply::new(429, ""), Reply::new(503, "").with("retry-after", "0")] {
        let service = Service::answering([reply, run()]).await;
        assert!(service.project().create_run(&CreateRun::default()).await.is_ok());
        assert_eq!(service.count(), 2);
    }
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_not_repeated() {
    let address = Service::writing("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n").await;
    let error = client(address, quick()).project("WEB").create_run(&CreateRun::default()).await.unwrap_err();
    assert!(error.is_retryable() && !error.nothing_was_done(), "{error:?}");
}

#[tokio::test]
async fn what_a_repeated_deletion_does_not_find_has_been_deleted() {
    let service = Service::answering([Reply::new(502, ""), Reply::new(404, "")]).await;
    assert_eq!(service.project().delete_run(Uid::new(7)).await, Ok(Deleted::default()));
}

#[tokio::test]
async fn a_first_deletion_that_finds_nothing_says_so() {
    let service = Service::answering([Reply::new(404, "")]).await;
    let error = service.project().delete_run(Uid::new(7)).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn a_service_that_asks_for_an_hour_is_not_asked_again() {
    let service = Service::answering([Reply::new(429, "").with("retry-after", "3600"), run()]).await;
    let error = service.project().run(Uid::new(7)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the service failed at GET /v1/acme/projects/WEB/runs/7 (429), and asks to wait 60 min"
    );
    let Error::Failing { retry_after, .. } = error else { panic!("{error:?}") };
    assert_eq!((retry_after, service.count()), (Some(Duration::from_secs(3600)), 1));
}
