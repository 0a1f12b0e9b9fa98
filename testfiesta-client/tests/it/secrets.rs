//! The token goes to the service, and nowhere else.

use testfiesta_client::testfiesta::{CreateRun, Uid};

use crate::service::{Reply, Service, TOKEN};

#[tokio::test]
async fn every_call_carries_the_token_and_who_we_are() {
    let service = Service::answering([Reply::new(200, r#"{"uid": 7}"#)]).await;
    service.project().create_run(&CreateRun::default()).await.unwrap();
    let received = service.only();
    assert_eq!(received.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(received.header("user-agent"), Some(concat!("testfiesta-rs/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert_eq!(received.header("accept"), Some("application/json"));
}

#[tokio::test]
async fn debug_of_a_client_hides_the_token() {
    let service = Service::answering([Reply::new(200, "")]).await;
    let shown = format!("{:?} {:?} {:?}", service.client(), service.project(), service.project().runs());
    assert!(shown.contains("Token(***)") && !shown.contains(TOKEN), "{shown}");
}

#[tokio::test]
async fn a_service_that_echoes_the_token_does_not_reach_an_error() {
    for status in [200, 400, 401, 403, 404, 409, 500] {
        for body in [
            format!(r#"{{"message": "bad key {TOKEN}", "uid": "{TOKEN}"}}"#),
            format!("<title>{TOKEN}</title>"),
            format!("Bearer {TOKEN}"),
        ] {
            let service = Service::answering([Reply::new(status, body)]).await;
            let error = service.project().run(Uid::new(7)).await.unwrap_err();
            assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_token_at_the_end_of_what_is_shown_is_struck_out_before_the_cut() {
    let body = format!("{}{TOKEN}", "x".repeat(290));
    let service = Service::answering([Reply::new(400, body)]).await;
    let error = service.project().run(Uid::new(7)).await.unwrap_err();
    assert!(!error.to_string().contains("testfiesta_0"), "{error}");
}
