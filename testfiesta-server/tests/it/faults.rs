//! Every fault over real HTTP: what the caller sees of it, and whether the request was done.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::app::{Reply, TestApp};

const RUNS: &str = "/v1/local/projects/DEMO/runs";

/// With the project `DEMO`, and from now on these faults.
async fn failing(specs: &[&str]) -> TestApp {
    let app = TestApp::start().await;
    app.faults.set(specs.iter().map(|spec| spec.parse().unwrap()));
    app
}

/// Asks for a new run.
async fn create_run(app: &TestApp) -> Reply {
    app.post(RUNS, json!({ "name": "a run", "caseUids": [] })).await
}

/// Everything that comes back for a new run, byte by byte, until the server ends the connection.
async fn raw_answer(app: &TestApp) -> String {
    let address = app.url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let body = r#"{"name":"a run","caseUids":[]}"#;
    let request = format!(
        "POST {RUNS} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        app.key,
        body.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset counts as an end here.
    let _ = connection.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// How the answer begins that comes to a head which promises so many bytes, of which none comes.
async fn answer_to_a_head(app: &TestApp, length: usize) -> String {
    let address = app.url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = format!("POST {RUNS} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\n\r\n");
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let read = timeout(Duration::from_secs(10), connection.read_exact(&mut answer)).await;
    read.expect("an answer in time").unwrap();
    String::from_utf8(answer.into()).unwrap()
}

/// How many runs there are, when everything works again.
async fn runs(app: &TestApp) -> usize {
    app.faults.set([]);
    app.items("runs").await.len()
}

#[tokio::test]
async fn a_status_is_answered_and_nothing_is_done() {
    for status in [429, 500, 502, 503] {
        let app = failing(&[&status.to_string()]).await;
        let reply = create_run(&app).await;
        assert_eq!((reply.status, reply.headers.get("retry-after")), (status, None));
        assert!(reply.json()["message"].is_string(), "{}", reply.text);
        assert_eq!(runs(&app).await, 0);
    }
}

#[tokio::test]
async fn retry_after_counts_in_seconds() {
    for (asked, header) in [("2s", "2"), ("1500ms", "2"), ("0s", "0")] {
        let app = failing(&[&format!("429,retry-after={asked}")]).await;
        assert_eq!(create_run(&app).await.headers["retry-after"], header);
    }
}

#[tokio::test]
async fn a_page_is_answered_in_place_of_json() {
    let app = failing(&["html"]).await;
    let reply = create_run(&app).await;
    assert_eq!(reply.status, 502);
    assert!(reply.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(reply.text.starts_with("<!DOCTYPE html>"), "{}", reply.text);
    assert_eq!(runs(&app).await, 0);
}

#[tokio::test]
async fn only_a_body_beyond_the_size_is_413() {
    let app = failing(&["too-large=100"]).await;
    assert_eq!(create_run(&app).await.status, 200);
    let reply = app.post(RUNS, json!({ "name": "a".repeat(100) })).await;
    assert_eq!(reply.status, 413);
    assert_eq!(runs(&app).await, 1);
}

#[tokio::test]
async fn a_connection_that_breaks_before_leaves_nothing_done() {
    let app = failing(&["reset=before"]).await;
    assert_eq!(raw_answer(&app).await, "");
    assert_eq!(runs(&app).await, 0);
}

#[tokio::test]
async fn a_connection_that_breaks_after_leaves_it_done_and_says_nothing() {
    let app = failing(&["reset=after"]).await;
    assert_eq!(raw_answer(&app).await, "");
    assert_eq!(runs(&app).await, 1);
}

#[tokio::test]
async fn a_connection_that_breaks_within_leaves_a_part_of_the_answer() {
    let app = failing(&["reset=within"]).await;
    let answer = raw_answer(&app).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let length: usize =
        head.lines().find_map(|it| it.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && !body.is_empty() && body.len() < length, "{answer}");
    assert_eq!(runs(&app).await, 1);
}

#[tokio::test]
async fn an_answer_without_a_body_breaks_off_before_its_head() {
    let app = failing(&["reset=within"]).await;
    let body = json!({ "entities": {} });
    let request = app.request(Method::POST, "/v1/local/projects/DEMO/data").bearer_auth(&app.key);
    let error = request.json(&body).send().await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_is_cut_is_no_json_any_more() {
    let app = failing(&["truncated"]).await;
    let reply = create_run(&app).await;
    assert_eq!(reply.status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&reply.text).unwrap_err().is_eof(), "{}", reply.text);
    assert_eq!(runs(&app).await, 1);
}

#[tokio::test]
async fn a_slow_body_comes_whole() {
    let app = failing(&["slow=50ms"]).await;
    assert_eq!(create_run(&app).await.ok()["name"], "a run");
}

#[tokio::test]
async fn a_request_that_is_delayed_is_done() {
    let app = failing(&["latency=20ms"]).await;
    assert_eq!(create_run(&app).await.ok()["name"], "a run");
}

#[tokio::test]
async fn a_request_that_hangs_is_not_done() {
    let app = failing(&["hang"]).await;
    assert!(timeout(Duration::from_millis(100), create_run(&app)).await.is_err());
    assert_eq!(runs(&app).await, 0);
}

#[tokio::test]
async fn a_request_may_hang_when_it_is_done() {
    let app = failing(&["hang=after,method=POST"]).await;
    let done = async { while app.items("runs").await.is_empty() {} };
    tokio::select! {
        reply = create_run(&app) => panic!("{reply:?}"),
        () = done => {}
    }
}

#[tokio::test]
async fn a_fault_of_one_path_leaves_the_others_alone() {
    let app = failing(&["503,path=*/data"]).await;
    assert_eq!(create_run(&app).await.status, 200);
    assert_eq!(app.import(json!({ "entities": {} })).await.status, 503);
}

#[tokio::test]
async fn a_fault_of_one_text_leaves_other_bodies_alone() {
    let app = failing(&["422,body=a run"]).await;
    assert_eq!(create_run(&app).await.status, 422);
    assert_eq!(app.post(RUNS, json!({ "name": "another" })).await.status, 200);
}

#[tokio::test]
async fn a_fault_strikes_before_the_key_is_looked_at() {
    let app = failing(&["503"]).await;
    assert_eq!(Reply::of(app.request(Method::GET, RUNS)).await.status, 503);
}

#[tokio::test]
async fn without_a_fault_no_body_is_read_before_the_key() {
    let app = TestApp::start().await;
    assert_eq!(answer_to_a_head(&app, 250_000_000).await, "HTTP/1.1 401");
}

#[tokio::test]
async fn with_a_fault_no_more_of_a_body_is_read_than_a_route_takes() {
    let app = failing(&["503,method=PATCH"]).await;
    let without_key = app.request(Method::POST, RUNS).body(vec![b'a'; 64 * 1024 * 1024 + 1]);
    let reply = Reply::of(without_key).await;
    assert_eq!(reply.refusal(), (413, json!({ "message": "the body is larger than 64 MiB" })));
}

#[tokio::test]
async fn pages_are_spared() {
    let app = failing(&["503"]).await;
    assert_eq!(Reply::of(app.request(Method::GET, "/")).await.status, 200);
}
