//! Signed uploads and what comes of them.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::app::{Reply, TestApp};

const DATA: &str = "/v1/local/projects/DEMO/data";

/// Agrees on the upload of five bytes for the execution `e-1` of a new run.
async fn announce(app: &TestApp, file_name: &str) -> Value {
    let run = app.run("with files").await;
    let file = json!({ "fileName": file_name, "fileType": "text/plain; charset=utf-8", "size": 5,
        "externalId": "e-1", "runId": run, "mediaType": "attachment" });
    app.post(&format!("{DATA}/url"), json!({ "files": [file] })).await.ok()["files"][0].take()
}

/// As the official client does: no key, only the signed address.
async fn put(app: &TestApp, signed_url: &str, bytes: &'static str) -> Reply {
    let path = signed_url.strip_prefix(&app.url).expect("the signed address leads to this server");
    Reply::of(app.request(Method::PUT, path).header("content-type", "text/plain").body(bytes)).await
}

/// What is answered to the beginning of an upload, of which no more comes.
async fn answer_to(app: &TestApp, path: &str, beginning: &str) -> String {
    let address = app.url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = format!("PUT {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{beginning}");
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let heard = timeout(Duration::from_secs(20), connection.read_to_string(&mut answer)).await;
    heard.expect("an answer before the end of the request").unwrap();
    answer
}

#[tokio::test]
async fn an_upload_reads_back_with_its_type() {
    let app = TestApp::start().await;
    let file = announce(&app, "out.txt").await;
    assert_eq!(put(&app, file["signedUrl"].as_str().unwrap(), "hello").await.status, 200);
    let object = file["objectUrl"].as_str().unwrap().strip_prefix(&app.url).unwrap();
    let reply = app.get(object).await;
    assert_eq!(
        (&*reply.text, &reply.headers["content-type"]),
        ("hello", &"text/plain; charset=utf-8".parse().unwrap())
    );
}

#[tokio::test]
async fn a_name_or_a_type_that_no_header_holds_is_422() {
    let app = TestApp::start().await;
    let run = app.run("with files").await;
    for (field, longest) in [("fileName", 1000), ("fileType", 255)] {
        for (length, status) in [(longest, 200), (longest + 1, 422)] {
            let mut file = json!({ "fileName": "a", "fileType": "text/plain", "size": 5, "externalId": "e-1",
                "runId": run, "mediaType": "attachment" });
            file[field] = "x".repeat(length).into();
            let reply = app.post(&format!("{DATA}/url"), json!({ "files": [file] })).await;
            assert_eq!(reply.status, status, "{}", reply.text);
            assert!(status == 200 || reply.text.contains(&format!("files[0].{field}")), "{}", reply.text);
        }
    }
}

#[tokio::test]
async fn a_download_is_saved_under_its_name_and_never_shown_by_a_browser() {
    let app = TestApp::start().await;
    let file = announce(&app, "out \"1\"\u{e9}.html").await;
    put(&app, file["signedUrl"].as_str().unwrap(), "hello").await;
    let reply = app.get(file["objectUrl"].as_str().unwrap().strip_prefix(&app.url).unwrap()).await;
    assert_eq!(reply.headers["content-disposition"], "attachment; filename*=UTF-8''out%20%221%22%C3%A9.html");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn the_external_id_is_echoed() {
    let app = TestApp::start().await;
    assert_eq!(announce(&app, "out.txt").await["externalId"], "e-1");
}

#[tokio::test]
async fn a_download_needs_a_key() {
    let app = TestApp::start().await;
    let file = announce(&app, "out.txt").await;
    put(&app, file["signedUrl"].as_str().unwrap(), "hello").await;
    let object = file["objectUrl"].as_str().unwrap().strip_prefix(&app.url).unwrap();
    assert_eq!(Reply::of(app.request(Method::GET, object)).await.status, 401);
}

#[tokio::test]
async fn a_wrong_signature_is_404() {
    let app = TestApp::start().await;
    let file = announce(&app, "out.txt").await;
    let (address, _) = file["signedUrl"].as_str().unwrap().split_once('?').unwrap();
    let forged = format!("{address}?signature={}", "0".repeat(32));
    assert_eq!(put(&app, &forged, "hello").await.status, 404);
}

#[tokio::test]
async fn another_length_than_announced_is_422() {
    let app = TestApp::start().await;
    let file = announce(&app, "out.txt").await;
    let reply = put(&app, file["signedUrl"].as_str().unwrap(), "hello, world").await;
    assert_eq!(
        (reply.status, reply.json()["message"].as_str()),
        (422, Some("size: expected the 5 bytes that were announced, not 12"))
    );
}

#[tokio::test]
async fn more_than_announced_is_422_where_its_length_is_not_told() {
    let app = TestApp::start().await;
    let file = announce(&app, "out.txt").await;
    let path = file["signedUrl"].as_str().unwrap().strip_prefix(&app.url).unwrap();
    let answer =
        answer_to(&app, path, "transfer-encoding: chunked\r\n\r\n6\r\nhello,\r\n6\r\n world\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    assert!(answer.contains("size: expected the 5 bytes that were announced, not more"), "{answer}");
}

#[tokio::test]
async fn who_has_no_signature_is_refused_before_the_bytes_come() {
    let app = TestApp::start().await;
    let answer = answer_to(&app, "/uploads/0?signature=0", "content-length: 60000000\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[tokio::test]
async fn what_was_never_uploaded_is_404() {
    let app = TestApp::start().await;
    let file = announce(&app, "out.txt").await;
    let object = file["objectUrl"].as_str().unwrap().strip_prefix(&app.url).unwrap();
    assert_eq!(app.get(object).await.status, 404);
}

#[tokio::test]
async fn a_file_name_does_not_decide_where_the_bytes_lie() {
    let app = TestApp::start().await;
    let file = announce(&app, "../../escaped.txt").await;
    put(&app, file["signedUrl"].as_str().unwrap(), "hello").await;
    let kept = app.store.directory().join("attachments").join(file["key"].as_str().unwrap());
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "hello");
}

#[tokio::test]
async fn an_execution_lists_the_files_of_its_external_id() {
    let app = TestApp::start().await;
    let file = announce(&app, "out.txt").await;
    put(&app, file["signedUrl"].as_str().unwrap(), "hello").await;
    let payload = json!({ "runId": 1, "entities": {
        "cases": { "entries": [{ "name": "a", "externalId": "TC-1", "source": "test" }] },
        "executions": { "entries": [
            { "caseRef": "TC-1", "runRef": "x", "source": "test", "status": "passed", "externalId": "e-1" },
            { "caseRef": "TC-1", "runRef": "x", "source": "test", "status": "passed", "externalId": "e-2" } ] } } });
    app.import(payload).await.ok();
    let executions = app.items("executions").await;
    let expected = json!([
        { "key": file["key"], "fileName": "out.txt", "fileType": "text/plain; charset=utf-8", "size": 5 } ]);
    assert_eq!((&executions[0]["attachments"], &executions[1]["attachments"]), (&expected, &json!([])));
}

#[tokio::test]
async fn what_is_uploaded_again_under_its_name_takes_the_place_of_the_first() {
    let app = TestApp::start().await;
    let first = announce(&app, "out.txt").await;
    let file = json!({ "fileName": "out.txt", "fileType": "text/plain", "size": 5, "externalId": "e-1", "runId": 1 });
    let second = app.post(&format!("{DATA}/url"), json!({ "files": [file] })).await.ok()["files"][0].take();
    for (file, bytes) in [(&first, "hello"), (&second, "again")] {
        assert_eq!(put(&app, file["signedUrl"].as_str().unwrap(), bytes).await.status, 200);
    }
    let kept: Vec<_> = std::fs::read_dir(app.store.directory().join("attachments")).unwrap().collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].as_ref().unwrap().file_name().to_str(), second["key"].as_str());
}

#[tokio::test]
async fn the_bytes_go_with_the_run() {
    let app = TestApp::start().await;
    let file = announce(&app, "out.txt").await;
    put(&app, file["signedUrl"].as_str().unwrap(), "hello").await;
    let key = app.key_with(&testfiesta_server::keys::Permission::ALL);
    let request = app.request(Method::DELETE, "/v1/local/projects/DEMO/runs/1").bearer_auth(key);
    assert_eq!(Reply::of(request).await.status, 200);
    assert_eq!(std::fs::read_dir(app.store.directory().join("attachments")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_file_that_could_never_be_uploaded_is_422_when_it_is_announced() {
    let app = TestApp::start().await;
    let run = app.run("with files").await;
    let file = json!({ "fileName": "core", "fileType": "application/octet-stream", "size": 1_000_000_000,
        "externalId": "e", "runId": run });
    let reply = app.post(&format!("{DATA}/url"), json!({ "files": [file] })).await;
    assert_eq!((reply.status, &reply.json()["errors"][0]["field"]), (422, &json!("files[0].size")));
}

#[tokio::test]
async fn an_unknown_run_is_422_at_its_file() {
    let app = TestApp::start().await;
    let file = json!({ "fileName": "a", "fileType": "text/plain", "size": 1, "externalId": "e", "runId": 9 });
    let reply = app.post(&format!("{DATA}/url"), json!({ "files": [file] })).await;
    assert_eq!(reply.json()["message"], "files[0].runId: no run 9 in this project");
}
