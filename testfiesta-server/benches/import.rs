//! How long 10,000 cases and 10,000 outcomes take in 20 imports, over real HTTP, into an empty store and then again.
//!
//! `cargo bench -p testfiesta-server --bench import`

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::Instant;

use serde_json::{Value, json};
use testfiesta_server::{App, Store, keys, serve};

const CASES: usize = 10_000;
const IMPORTS: usize = 20;

fn payload(import: usize, run: i64) -> Value {
    let range = import * CASES / IMPORTS..(import + 1) * CASES / IMPORTS;
    let cases = range.clone().map(|index| {
        json!({ "name": format!("module::tests::case_{index}"), "externalId": format!("case-{index}"),
            "source": "cargo-test", "folderExternalId": "root", "package": "bench", "target": "lib" })
    });
    let executions = range.map(|index| {
        json!({ "caseRef": format!("case-{index}"), "runRef": "run", "source": "cargo-test", "status": "passed",
            "externalId": format!("execution-{index}"), "time": 0.001, "package": "bench", "location": "src/lib.rs:7" })
    });
    json!({ "runId": run, "entities": {
        "folders": { "entries": [{ "name": "root", "externalId": "root", "source": "cargo-test" }] },
        "cases": { "entries": cases.collect::<Vec<_>>() },
        "executions": { "entries": executions.collect::<Vec<_>>() } } })
}

#[tokio::main]
async fn main() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let (key, _) = keys::create(&store, keys::NewKey::named("bench")).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let project = format!("http://{}/v1/local/projects", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, App::new(store), std::future::pending()));

    drop(rustls::crypto::ring::default_provider().install_default());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = async |path: &str, body: String| {
        let request = http.post(format!("{project}{path}")).bearer_auth(key.reveal());
        let response = request.header("content-type", "application/json").body(body).send().await.unwrap();
        response.error_for_status().unwrap().text().await.unwrap()
    };
    post("", json!({ "name": "Bench", "key": "B", "customFields": {} }).to_string()).await;
    let run: Value =
        serde_json::from_str(&post("/B/runs", json!({ "name": "run" }).to_string()).await).unwrap();
    let payloads: Vec<String> =
        (0..IMPORTS).map(|import| payload(import, run["uid"].as_i64().unwrap()).to_string()).collect();
    for round in ["new", "again"] {
        let start = Instant::now();
        for payload in &payloads {
            post("/B/data", payload.clone()).await;
        }
        println!(
            "{CASES} cases and executions in {IMPORTS} imports, {round}: {:.3} s",
            start.elapsed().as_secs_f64()
        );
    }
}
