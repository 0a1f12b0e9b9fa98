//! One run under one key, where the service does not filter its list of runs.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{Query, State};
use axum::http::{Method, Uri};
use axum::{Json, Router};
use serde_json::{Value, json};
use testfiesta_client::provider::{NewRun, Provider, Testsigma, TestsigmaOptions};
use testfiesta_client::testsigma::{Client, ClientOptions};
use testfiesta_client::{BaseUrl, Token};
use tokio::net::TcpListener;

use crate::service::{TOKEN, quick};

/// A list that no parameter filters.
#[derive(Clone, Copy, PartialEq)]
enum List {
    OldestFirst,
    NewestFirst,
    /// Its cursor goes by a name that nobody knows.
    Endless,
    /// Whoever creates a run is told of another.
    Swapped,
    /// It keeps no more of a title than this.
    Short,
}

/// What a service holds, and how often its runs were listed.
type Runs = Arc<Mutex<(Vec<Value>, usize)>>;

async fn answer(
    State((list, runs)): State<(List, Runs)>,
    method: Method,
    uri: Uri,
    Query(query): Query<Vec<(String, String)>>,
    body: Option<Json<Value>>,
) -> Json<Value> {
    let mut held = runs.lock().unwrap();
    let path = uri.path();
    let data = if method == Method::POST {
        let number = held.0.len() + 1;
        let body = body.unwrap();
        let title = body["title"].as_str().unwrap();
        held.0.push(run(number, if list == List::Short { &title[..10] } else { title }, 0));
        json!({ "test_run": held.0[if list == List::Swapped { 0 } else { number - 1 }] })
    } else if path.ends_with("/test_runs") {
        held.1 += 1;
        let value = |name| query.iter().find(|(key, _)| key == name)?.1.parse::<usize>().ok();
        let start = value("cursor").filter(|_| list != List::Endless).unwrap_or(0);
        let mut all = held.0.clone();
        if list == List::NewestFirst {
            all.reverse();
        }
        let end = all.len().min(start + value("page_size").unwrap());
        let next = (end < all.len()).then(|| end.to_string());
        let info = json!({ "total_count": all.len(), "next": next });
        return Json(json!({ "data": { "test_runs": all[start..end] }, "page_info": info }));
    } else if path.ends_with("/projects") {
        json!({ "projects": [{ "id": "p1", "name": "Web", "human_id_prefix": "TC" }] })
    } else if path.ends_with("/statuses") {
        let status = |name: &str| json!({ "id": name, "name": name });
        json!({ "statuses": [status("Passed"), status("Failed"), status("Skipped")] })
    } else if path.ends_with("/users") {
        json!([{ "id": "u1", "email": "qa@example.com", "status": "ACTIVE", "identity_user_uuid": "" }])
    } else {
        json!({ "test_case": { "id": "c1", "human_id": "TC-1" } })
    };
    Json(json!({ "data": data }))
}

/// A run of so many days ago.
fn run(number: usize, title: &str, days: u64) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    json!({ "id": format!("r{number}"), "human_id": format!("TC-R-{number}"), "title": title, "status": "ACTIVE",
        "created_at": now - days * 24 * 60 * 60 * 1000 + number as u64 })
}

/// A service with so many runs, one a day.
async fn with(list: List, count: usize) -> (String, Runs) {
    let old = (1..=count).map(|number| run(number, "old", (count - number) as u64)).collect();
    let runs: Runs = Arc::new(Mutex::new((old, 0)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(answer).with_state((list, runs.clone()));
    tokio::spawn(async { axum::serve(listener, app).await });
    (url, runs)
}

/// What another machine settles on, and what it is to know beside.
async fn report(url: &str, may_exist: bool) -> (String, String) {
    let options = ClientOptions { http: quick(), rate: 1000.0, ..ClientOptions::default() };
    let client = Client::new(BaseUrl::parse(url).unwrap(), Token::new(TOKEN).unwrap(), options);
    let provider = Testsigma::new(client, TestsigmaOptions::default());
    let new = NewRun {
        key: "ci-1".into(),
        name: "nightly".into(),
        may_exist,
        case_ids: vec!["TC-1".into()],
        ..NewRun::default()
    };
    let run = provider.create_run(&new).await.unwrap().expect("a run");
    (run.id, provider.note().unwrap_or_default())
}

#[tokio::test]
async fn a_run_is_found_among_many_older_ones() {
    for list in [List::OldestFirst, List::NewestFirst] {
        let (url, runs) = with(list, 1200).await;
        for _ in 0..2 {
            let (run, note) = report(&url, true).await;
            assert_eq!((&*run, note.contains("there may be another")), ("TC-R-1201", false), "{note}");
        }
        let asked = runs.lock().unwrap().1;
        assert!(asked < 30, "{asked}");
    }
}

#[tokio::test]
async fn where_the_newest_runs_are_out_of_reach_it_is_told_that_there_may_be_another() {
    let (url, runs) = with(List::OldestFirst, 10_000).await;
    let (_, note) = report(&url, true).await;
    assert!(note.contains("there may be another run under this key"), "{note}");
    let asked = runs.lock().unwrap().1;
    assert!(asked < 10, "{asked}");
}

#[tokio::test]
async fn a_run_that_nobody_else_can_have_made_needs_no_list_that_can_be_read() {
    let (url, _) = with(List::Endless, 150).await;
    let (run, note) = report(&url, false).await;
    assert_eq!((&*run, note.contains("there may be another")), ("TC-R-151", false), "{note}");
}

#[tokio::test]
async fn an_answer_that_tells_of_another_run_is_not_believed() {
    let (url, _) = with(List::Swapped, 1).await;
    assert_eq!(report(&url, false).await.0, "TC-R-2");
}

#[tokio::test]
async fn an_answer_with_the_beginning_of_the_title_is_believed() {
    let (url, _) = with(List::Short, 1).await;
    assert_eq!(report(&url, false).await.0, "TC-R-2");
}
