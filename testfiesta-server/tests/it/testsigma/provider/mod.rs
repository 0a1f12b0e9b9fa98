//! What a reporter does with Testsigma's API, against the real server.

mod choosing;
mod faults;
mod flow;
mod junit;
mod pacing;
mod refused;

use std::time::Duration;

use tempfile::TempDir;
use testfiesta_client::{
    BaseUrl, Error, Options, Token,
    provider::{CaseKey, NewRun, Provider, Receipt, Run, TestResult, Testsigma, TestsigmaOptions, Verdict},
    testsigma::{Client, ClientOptions},
};
use testfiesta_server::keys;

use super::{Tms, at};
use crate::app::Reply;

/// A reporter and where it keeps what it knows.
struct Desk {
    tms: Tms,
    directory: TempDir,
    /// How long an answer is waited for: short only where one never comes.
    patience: Duration,
}

impl Desk {
    async fn start() -> Self {
        Self::of(Tms::start().await)
    }

    fn of(tms: Tms) -> Self {
        let patience = Options::default().request_timeout;
        Self { tms, directory: tempfile::tempdir().unwrap(), patience }
    }

    fn options(&self) -> TestsigmaOptions {
        TestsigmaOptions {
            directory: Some(self.directory.path().to_owned()),
            lag: Duration::from_millis(1),
            ..TestsigmaOptions::default()
        }
    }

    /// What another process would begin with.
    fn provider(&self) -> Testsigma {
        self.with(self.options())
    }

    fn with(&self, options: TestsigmaOptions) -> Testsigma {
        self.paced(options, 10_000.0)
    }

    fn paced(&self, options: TestsigmaOptions, rate: f64) -> Testsigma {
        let http = Options {
            retries: 2,
            repeat_after_timeout: false,
            first_pause: Duration::from_millis(1),
            request_timeout: self.patience,
            longest_retry_after: Duration::from_millis(1),
            ..Options::default()
        };
        let url = BaseUrl::parse(&self.tms.app.url).unwrap();
        let token = Token::new(&self.tms.app.key).unwrap();
        Testsigma::new(
            Client::new(url, token, ClientOptions { http, rate, ..ClientOptions::default() }),
            options,
        )
    }

    /// Deletes these cases, as somebody else would who may.
    async fn delete_cases(&self, ids: &[&str]) {
        let all = keys::NewKey { permissions: keys::Permission::ALL.to_vec(), ..keys::NewKey::named("all") };
        let (key, _) = keys::create(&self.tms.app.store, all).unwrap();
        for id in ids {
            let path = format!("/api/v1{}", at(&format!("/test_cases/{id}")));
            let request = self.tms.app.request(reqwest::Method::DELETE, &path).bearer_auth(key.reveal());
            Reply::of(request).await.ok();
        }
    }

    /// The title, the status and the human id of every run.
    async fn runs(&self) -> Vec<(String, String, String)> {
        let runs = self.tms.data(&at("/test_runs?page_size=100")).await;
        let text = |run: &serde_json::Value, name: &str| run[name].as_str().unwrap().to_owned();
        let runs = runs.as_array().unwrap().iter();
        runs.map(|run| (text(run, "title"), text(run, "status"), text(run, "human_id"))).collect()
    }

    /// How often results were written, and the descriptions.
    async fn attempts(&self) -> Vec<String> {
        let page = self.tms.app.get("/v1/local/projects/TC/executions?limit=1000").await.ok();
        let text =
            |it: &serde_json::Value| it["customFields"]["message"].as_str().unwrap_or_default().to_owned();
        page["items"].as_array().unwrap().iter().map(text).collect()
    }
}

fn new_run(ids: &[&str]) -> NewRun {
    NewRun {
        key: "run key".into(),
        name: "nightly".into(),
        case_ids: ids.iter().map(|&id| id.to_owned()).collect(),
        ..NewRun::default()
    }
}

async fn created(provider: &Testsigma, ids: &[&str]) -> Run {
    provider.create_run(&new_run(ids)).await.unwrap().expect("a run")
}

fn result(id: &str, test: &str, verdict: Verdict) -> TestResult {
    let external_id = format!("key/shop/cart/{test}#{id}");
    TestResult {
        verdict,
        duration: Duration::from_millis(1_250),
        message: (verdict != Verdict::Passed).then(|| "left != right".into()),
        package: "shop".into(),
        target: "cart".into(),
        location: "tests/cart.rs:3:4".into(),
        ..TestResult::passed(external_id, CaseKey::Id(id.into()), test.to_owned().into())
    }
}

fn passed(id: &str) -> TestResult {
    result(id, &format!("test of {id}"), Verdict::Passed)
}

fn failed(id: &str) -> TestResult {
    result(id, &format!("test of {id}"), Verdict::Failed)
}

fn is_confirmed(receipts: &Result<Vec<Receipt>, Error>) -> bool {
    receipts.as_ref().is_ok_and(|receipts| receipts.iter().all(|receipt| *receipt == Receipt::Confirmed))
}
