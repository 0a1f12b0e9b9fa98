//! Nothing waits for ever, or for more than memory holds.

use std::time::Duration;

use testfiesta_client::testfiesta::{Client, CreateRun, DataImport, Uid};
use testfiesta_client::{Error, Options};
use tokio::net::TcpListener;

use crate::service::{Reply, Service, client, quick};

/// Longer than any test here may take, and shorter than any default.
const SOON: Duration = Duration::from_secs(8);

fn impatient(service: &Service, request_timeout: Duration) -> Client {
    let address = service.url()["http://".len()..].parse().unwrap();
    client(address, Options { request_timeout, ..quick() })
}

#[tokio::test]
async fn silence_ends_with_the_request_timeout() {
    let service = Service::answering([Reply::Silence]).await;
    let timeout = Duration::from_millis(50);
    let error =
        impatient(&service, timeout).project("WEB").create_run(&CreateRun::default()).await.unwrap_err();
    let Error::TimedOut { after, .. } = error else { panic!("{error:?}") };
    assert!(after >= timeout && after < SOON, "{after:?}");
}

#[tokio::test]
async fn silence_is_no_proof_that_nothing_was_created() {
    let service = Service::answering([Reply::Silence]).await;
    let client = impatient(&service, Duration::from_millis(50));
    assert!(!client.project("WEB").create_run(&CreateRun::default()).await.unwrap_err().nothing_was_done());
    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn silence_is_asked_again_when_that_is_safe() {
    let service = Service::answering([Reply::Silence, Reply::new(200, r#"{"uid": 7}"#)]).await;
    let client = impatient(&service, Duration::from_millis(500));
    assert!(client.project("WEB").run(Uid::new(7)).await.is_ok());
}

#[tokio::test]
async fn a_refused_connection_is_unreachable_and_proves_that_nothing_was_done() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = client(address, quick()).project("WEB").create_run(&CreateRun::default()).await.unwrap_err();
    let Error::Unreachable { address: named, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*named, format!("http://{address}"));
    assert!(error.nothing_was_done());
}

#[tokio::test]
async fn an_answer_that_does_not_end_is_unreadable() {
    let project = client(Service::pouring().await, quick()).project("WEB");
    let error = project.create_run(&CreateRun::default()).await.unwrap_err();
    let Error::Unreadable { call, reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!(
        (call.as_str(), reason.as_str()),
        ("POST /v1/acme/projects/WEB/runs", "it is longer than 32 MiB")
    );
}

#[tokio::test]
async fn an_answer_that_does_not_end_is_unreadable_even_to_a_call_whose_answer_says_nothing() {
    let project = client(Service::pouring().await, quick()).project("WEB");
    let error = project.import(&DataImport::default()).await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_as_long_as_the_limit_is_read() {
    let json = r#"{"uid": 7}"#;
    let body = format!("{}{json}", " ".repeat(32 * 1024 * 1024 - json.len()));
    let service = Service::answering([Reply::new(200, body)]).await;
    assert_eq!(service.project().run(Uid::new(7)).await.map(|run| run.uid), Ok(Uid::new(7)));
}
