//! Calls follow one another no faster than the service bears.

use serde_json::json;
use testfiesta_client::testsigma::ClientOptions;
use tokio::time::Instant;

use super::with;
use crate::service::{Reply, Service, quick};

#[tokio::test]
async fn ten_calls_take_as_long_as_their_rate_allows() {
    let service = Service::answering([Reply::json(json!({ "data": { "test_case": { "id": "c1" } } }))]).await;
    let client = with(&service, ClientOptions { http: quick(), rate: 100.0, ..ClientOptions::default() });
    let start = Instant::now();
    for _ in 0..10 {
        client.project("p1").case("TC-1").await.unwrap();
    }
    // One at once, and nine every 10 ms.
    assert!(start.elapsed().as_millis() >= 90);
}
