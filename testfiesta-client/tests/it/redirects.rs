//! Nothing follows a redirect.

use testfiesta_client::Error;
use testfiesta_client::testfiesta::{CreateRun, Uid};

use crate::service::{Reply, Service};

#[tokio::test]
async fn another_host_is_named_with_the_setting_and_never_spoken_to() {
    let elsewhere = Service::answering([Reply::new(200, r#"{"uid": 7}"#)]).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/v1/acme?secret=1", elsewhere.url());
        let service = Service::answering([Reply::new(status, "").with("location", location)]).await;
        let error = service.project().create_run(&CreateRun::default()).await.unwrap_err();
        let Error::Redirected { to, setting, .. } = error else { panic!("{error:?}") };
        assert_eq!((to, setting), (elsewhere.url(), Some("TESTFIESTA_URL")));
        assert_eq!(service.count(), 1);
    }
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test]
async fn the_error_says_what_to_change() {
    let reply = Reply::new(308, "").with("location", "https://eu.example.com/v1/acme/projects/WEB/runs/7");
    let service = Service::answering([reply]).await;
    let error = service.project().run(Uid::new(7)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /v1/acme/projects/WEB/runs/7 was redirected to https://eu.example.com, which is not followed; \
         if that is the right address, set TESTFIESTA_URL to it"
    );
}

#[tokio::test]
async fn a_relative_target_lies_on_the_same_host() {
    let service = Service::answering([Reply::new(302, "").with("location", "/login")]).await;
    let error = service.project().run(Uid::new(7)).await.unwrap_err();
    let Error::Redirected { to, setting: None, .. } = error else { panic!("{error:?}") };
    assert_eq!(to, format!("another path of {}", service.url()));
}

#[tokio::test]
async fn a_service_that_moved_below_a_path_is_named_with_the_path_to_set() {
    for location in ["/api/v1/acme/projects/WEB/runs/7", "/api/v1/acme/projects/WEB/runs/7/?secret=1"] {
        let service = Service::answering([Reply::new(308, "").with("location", location)]).await;
        let error = service.project().run(Uid::new(7)).await.unwrap_err();
        let Error::Redirected { to, setting, .. } = error else { panic!("{error:?}") };
        assert_eq!((to, setting), (format!("{}/api", service.url()), Some("TESTFIESTA_URL")));
    }
}

#[tokio::test]
async fn a_redirect_without_a_target_is_no_reason_to_change_a_setting() {
    let service = Service::answering([Reply::new(304, "")]).await;
    let error = service.project().run(Uid::new(7)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the answer to GET /v1/acme/projects/WEB/runs/7 (304) could not be read: it names no other address, so a cache \
         or a proxy may have made it"
    );
}
