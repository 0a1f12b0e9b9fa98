//! So many calls a second.

use testfiesta_server::{App, serve};
use tokio::net::TcpListener;

use super::Tms;

/// A server that answers so many calls a second.
pub(super) async fn limited(calls: usize) -> Tms {
    let mut tms = Tms::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    tms.app.url = format!("http://{}", listener.local_addr().unwrap());
    let app = App::new(tms.app.store.clone()).with_testsigma_limit(calls);
    tokio::spawn(serve(listener, app, std::future::pending()));
    tms
}

#[tokio::test]
async fn the_headers_count_down() {
    let tms = limited(3).await;
    let left = tms.get("/projects").await.headers["x-tms-api-remaining"].clone();
    assert_eq!(left, "2");
}

#[tokio::test]
async fn testfiestas_api_has_no_part_in_it() {
    let tms = limited(1).await;
    tms.get("/projects").await.ok();
    for _ in 0..3 {
        tms.app.get("/v1/local/projects").await.ok();
    }
}
