//! The store in Testsigma's dialect.

mod both;
mod cases;
mod imports;
mod limit;
mod lists;
mod plans;
mod provider;
mod refusals;
mod results;
mod runs;
mod seeds;

use reqwest::Method;
use serde_json::{Value, json};
use testfiesta_server::testsigma::{Seed, SeedCase, SeedProject, seed};

use crate::app::{Reply, TestApp};

const PROJECT: &str = "0d2f4f4e-6f1c-4c0e-9a3c-0a1b2c3d4e5f";

/// A server with the project `TC`, which has the cases `TC-1` to `TC-3`.
struct Tms {
    app: TestApp,
}

impl Tms {
    async fn start() -> Self {
        Self::with_cases(3).await
    }

    async fn with_cases(count: usize) -> Self {
        let app = TestApp::empty().await;
        let case = |n| SeedCase { human_id: format!("TC-{n}"), title: Some(format!("Case {n}")) };
        let project = SeedProject {
            id: Some(PROJECT.into()),
            name: "Web shop".into(),
            prefix: "TC".into(),
            cases: (1..=count).map(case).collect(),
        };
        seed(&app.store, &Seed { projects: vec![project], ..Seed::default() }).unwrap();
        Self { app }
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.app.call(method, &format!("/api/v1{path}"), body).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, Some(body)).await
    }

    async fn put(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// In the project.
    async fn here(&self, path: &str) -> Value {
        self.get(&at(path)).await.ok()
    }

    /// The only thing in the answer to a GET.
    async fn data(&self, path: &str) -> Value {
        only(self.get(path).await.ok())
    }

    /// The UUIDs of these cases.
    async fn case_ids(&self, human_ids: &[&str]) -> Vec<String> {
        let mut ids = Vec::new();
        for id in human_ids {
            let case = self.data(&at(&format!("/test_cases/{id}"))).await;
            ids.push(case["id"].as_str().unwrap().to_owned());
        }
        ids
    }

    /// A run of these cases.
    async fn run_of(&self, human_ids: &[&str]) -> Value {
        let ids = self.case_ids(human_ids).await;
        only(self.post(&at("/test_runs"), new_run(&format!("run of {human_ids:?}"), &ids)).await.ok())
    }

    /// The UUID of a result's status.
    async fn status(&self, name: &str) -> String {
        let statuses = self.data("/test_runs/statuses").await;
        let status = statuses.as_array().unwrap().iter().find(|it| it["name"] == name).unwrap();
        status["id"].as_str().unwrap().to_owned()
    }

    async fn user(&self) -> String {
        let users = self.get("/users").await.ok();
        users["data"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The status of each case of a run, by human id.
    async fn outcomes(&self, run: &str) -> Vec<(String, String)> {
        let cases = self.data(&at(&format!("/test_runs/{run}/test_cases?page_size=100"))).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let outcome = |case: &Value| (text(&case["test_case"]["human_id"]), text(&case["status"]));
        cases.as_array().unwrap().iter().map(outcome).collect()
    }
}

fn at(path: &str) -> String {
    format!("/projects/{PROJECT}{path}")
}

fn only(answer: Value) -> Value {
    let data = answer["data"].as_object().unwrap();
    assert_eq!(data.len(), 1, "{data:?}");
    data.values().next().unwrap().clone()
}

fn new_run(title: &str, cases: &[String]) -> Value {
    json!({
        "title": title, "project_id": PROJECT, "status": "ACTIVE", "selection_type": "STATIC",
        "static_selection_filters": [{ "field": "id", "operator": "IN", "values": cases }],
        "dynamic_selection_filters": []
    })
}
