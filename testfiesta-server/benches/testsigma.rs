//! How a report of 1,000 cases to Testsigma fares with the service's limit on, and again with the ids on disk.
//!
//! `cargo bench -p testfiesta-server --bench testsigma -- 9` reports at 9 calls a second; the limit is 10.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{extract::Request, middleware::Next, middleware::from_fn};
use testfiesta_client::{
    BaseUrl, Token,
    provider::{
        CaseKey, Closing, NewRun, Prepared, Provider, Receipt, TestResult, Testsigma, TestsigmaOptions,
    },
    testsigma::{Client, ClientOptions},
};
use testfiesta_server::{
    App, Store, app, keys,
    testsigma::{Seed, SeedCase, SeedProject, seed},
};

const CASES: usize = 1_000;
const LIMIT: usize = 10;

/// How often each request came, and how often it was refused.
type Counts = Arc<Mutex<BTreeMap<String, (usize, usize)>>>;

fn result(n: usize) -> TestResult {
    TestResult {
        duration: Duration::from_millis(1),
        package: "bench".into(),
        target: "bench".into(),
        location: "tests/bench.rs:1:1".into(),
        ..TestResult::passed(
            format!("key/bench/t{n}"),
            CaseKey::Id(format!("TC-{n}")),
            format!("t{n}").into(),
        )
    }
}

async fn serve(store: Store) -> (String, Counts) {
    let counts = Counts::default();
    let counting = Arc::clone(&counts);
    let count = move |request: Request, next: Next| {
        let counts = Arc::clone(&counting);
        async move {
            let call = format!("{} {}", request.method(), request.uri().path());
            let response = next.run(request).await;
            let mut counts = counts.lock().unwrap();
            let entry = counts.entry(call).or_default();
            entry.0 += 1;
            entry.1 += usize::from(response.status().is_server_error());
            drop(counts);
            response
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = app(App::new(store).with_testsigma_limit(LIMIT)).layer(from_fn(count));
    tokio::spawn(async { axum::serve(listener, router).await });
    (url, counts)
}

#[tokio::main]
async fn main() {
    let rate = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(5.0);
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let (key, _) = keys::create(&store, keys::NewKey::named("bench")).unwrap();
    let case = |n| SeedCase { human_id: format!("TC-{n}"), title: None };
    let project = SeedProject {
        name: "Bench".into(),
        prefix: "TC".into(),
        cases: (1..=CASES).map(case).collect(),
        ..SeedProject::default()
    };
    seed(&store, &Seed { projects: vec![project], ..Seed::default() }).unwrap();
    let (url, counts) = serve(store).await;
    let results: Vec<TestResult> = (1..=CASES).map(result).collect();

    for round in ["without ids", "with ids on disk"] {
        counts.lock().unwrap().clear();
        let client = Client::new(
            BaseUrl::parse(&url).unwrap(),
            Token::new(key.reveal()).unwrap(),
            ClientOptions { rate, ..ClientOptions::default() },
        );
        let options = TestsigmaOptions {
            directory: Some(directory.path().join("known")),
            ..TestsigmaOptions::default()
        };
        let provider = Testsigma::new(client, options);
        let new = NewRun {
            key: round.into(),
            name: round.into(),
            case_ids: (1..=CASES).map(|n| format!("TC-{n}")).collect(),
            ..NewRun::default()
        };
        let start = Instant::now();
        let run = provider.create_run(&new).await.unwrap().unwrap();
        let receipts = provider.submit(Some(&run), &results, Prepared::default()).await.unwrap();
        provider.close_run(&run, Closing { failed: false, is_final: true }).await.unwrap();
        let took = start.elapsed().as_secs_f64();

        let counts = counts.lock().unwrap();
        let requests: usize = counts.values().map(|(came, _)| came).sum();
        let refused: usize = counts.values().map(|(_, refused)| refused).sum();
        let most = counts.values().map(|(_, refused)| *refused).max().unwrap_or_default();
        let confirmed = receipts.iter().filter(|receipt| **receipt == Receipt::Confirmed).count();
        println!(
            "{round}: {confirmed} of {CASES} cases confirmed in {requests} requests, {refused} refused, none more often \
             than {most}; {took:.1} s, {:.2} of what {LIMIT} calls a second allow",
            took / (requests as f64 / LIMIT as f64)
        );
    }
}
