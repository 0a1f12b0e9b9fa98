//! Machines that share a key, and nothing else, agree on one run.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use testfiesta_client::provider::{CaseMatch, NewRun, Provider, RunClose, TestFiesta, TestFiestaOptions};

use crate::service::{Reply, Service};

fn provider(service: &Service) -> TestFiesta {
    let options = TestFiestaOptions {
        attachments: true,
        source: "cargo-test".into(),
        case_match: CaseMatch::ExternalId,
        statuses: Box::new(|_| None),
        run_statuses: Box::new(|_| None),
        run_close: RunClose::Never,
        dashboard: None,
    };
    TestFiesta::new(service.client(), "WEB", options)
}

fn shared() -> NewRun {
    NewRun { key: "ci-1".into(), name: "nightly".into(), may_exist: true, ..NewRun::default() }
}

/// The number of the run that is settled on.
async fn joined(service: &Service, new: &NewRun) -> String {
    provider(service).create_run(new).await.expect("an answer").expect("a run").id
}

fn page(runs: &[(i64, &str)]) -> Reply {
    let run = |(uid, key): &(i64, &str)| json!({ "uid": uid, "name": "r", "externalId": key, "source": "cargo-test" });
    let items: Vec<Value> = runs.iter().map(run).collect();
    Reply::json(json!({ "count": items.len(), "items": items, "nextOffset": null }))
}

/// A hundred runs of a list of thousands, from this number downwards. One of them is `ours`.
fn hundred(from: i64, ours: i64, age: Duration) -> Reply {
    let created_at = humantime::format_rfc3339_millis(SystemTime::now() - age).to_string();
    let run = |uid: i64| {
        let key = if uid == ours { "ci-1".to_owned() } else { format!("another {uid}") };
        json!({ "uid": uid, "externalId": key, "source": "cargo-test", "createdAt": created_at })
    };
    let items: Vec<Value> = (from - 99..=from).rev().map(run).collect();
    Reply::json(json!({ "count": 10_000, "items": items, "nextOffset": 10_000 - from }))
}

/// Finds the run under `ci-1` among runs of which the last hundreds are of this age.
async fn found_among(older: impl IntoIterator<Item = Reply>) -> (Option<String>, Service) {
    let newest = (0..5).map(|page| hundred(10_000 - 100 * page, 0, Duration::ZERO));
    let service = Service::answering(newest.chain(older)).await;
    let found = provider(&service).find_run("ci-1").await.expect("an answer");
    (found.map(|run| run.id), service)
}

fn created(uid: i64) -> Reply {
    Reply::json(json!({ "uid": uid }))
}

#[tokio::test]
async fn a_run_that_is_there_is_joined() {
    let service = Service::answering([page(&[(9, "ci-2"), (7, "ci-1")]), page(&[])]).await;
    assert_eq!(joined(&service, &shared()).await, "7");
    assert!(!service.methods().contains(&"POST".to_owned()));
}

#[tokio::test]
async fn of_two_that_are_created_at_once_the_lowest_number_wins_and_the_other_is_deleted() {
    let replies = [page(&[]), created(9), page(&[(9, "ci-1"), (8, "ci-1")]), Reply::json(json!({}))];
    let service = Service::answering(replies).await;
    assert_eq!(joined(&service, &shared()).await, "8");
    assert_eq!(service.methods(), ["GET", "POST", "GET", "DELETE"]);
    assert!(service.received()[3].line.ends_with("/runs/9"), "{}", service.received()[3].line);
}

#[tokio::test]
async fn who_has_the_lowest_number_keeps_its_run() {
    let service = Service::answering([page(&[]), created(8), page(&[(9, "ci-1"), (8, "ci-1")])]).await;
    assert_eq!(joined(&service, &shared()).await, "8");
    assert_eq!(service.methods(), ["GET", "POST", "GET"]);
}

fn conflict(uid: i64) -> Reply {
    Reply::new(409, json!({ "message": "project is locked", "uid": uid }).to_string())
}

fn entity(uid: i64, key: &str, source: &str) -> Reply {
    Reply::json(json!({ "uid": uid, "name": "r", "externalId": key, "source": source }))
}

#[tokio::test]
async fn a_run_that_a_conflict_names_is_joined_if_it_is_under_this_key() {
    let service = Service::answering([page(&[]), conflict(5), entity(5, "ci-1", "cargo-test")]).await;
    assert_eq!(joined(&service, &shared()).await, "5");
}

#[tokio::test]
async fn a_run_that_a_conflict_names_is_not_joined_if_it_is_somebody_else_s() {
    for other in [entity(5, "release", "cargo-test"), entity(5, "ci-1", "junit"), Reply::new(404, "")] {
        let service = Service::answering([page(&[]), conflict(5), other]).await;
        let error = provider(&service).create_run(&shared()).await.expect_err("a conflict");
        assert!(error.to_string().contains("project is locked"), "{error}");
    }
}

#[tokio::test]
async fn a_service_that_cannot_list_runs_creates_one() {
    let service = Service::answering([Reply::new(403, ""), created(8), Reply::new(403, "")]).await;
    assert_eq!(joined(&service, &shared()).await, "8");
}

#[tokio::test]
async fn a_list_that_cannot_be_had_now_hides_no_run_behind_a_second_one() {
    let busy = Reply::new(429, "").with("retry-after", "60");
    for (status, reply) in [(503, Reply::new(503, "")), (500, Reply::new(500, "")), (429, busy)] {
        // As often as it is asked for before it is given up.
        let attempts = if status == 429 { 1 } else { 5 };
        let service = Service::answering(vec![reply; attempts].into_iter().chain([created(8)])).await;
        let error = provider(&service).create_run(&shared()).await.expect_err("a list that cannot be had");
        assert_eq!(error.status(), Some(status));
        assert!(!service.methods().contains(&"POST".to_owned()));
    }
}

#[tokio::test]
async fn a_run_whose_rivals_cannot_be_looked_for_now_is_looked_for_again() {
    let busy = Reply::new(429, "").with("retry-after", "60");
    let service = Service::answering([page(&[]), created(9), busy]).await;
    let error = provider(&service).create_run(&shared()).await.expect_err("a list that cannot be had");
    assert_eq!(error.status(), Some(429));
}

#[tokio::test]
async fn a_list_that_cannot_be_read_hides_no_run_behind_a_second_one() {
    let service = Service::answering([Reply::json(json!({ "runs": [] })), created(8)]).await;
    let error = provider(&service).create_run(&shared()).await.expect_err("a list that cannot be read");
    assert!(error.to_string().contains("GET /v1/acme/projects/WEB/runs"), "{error}");
    assert_eq!(service.methods(), ["GET"]);
}

#[tokio::test]
async fn a_run_is_found_beside_what_cannot_be_read() {
    let ours = json!({ "uid": 7, "externalId": "ci-1", "source": "cargo-test" });
    for list in [json!([null, ours]), json!({ "count": 2, "items": ["odd", ours] })] {
        let service = Service::answering([Reply::json(list)]).await;
        assert_eq!(
            provider(&service).find_run("ci-1").await.expect("an answer").map(|run| run.id),
            Some("7".into())
        );
    }
}

#[tokio::test]
async fn a_key_of_this_machine_alone_is_not_looked_for() {
    let service = Service::answering([created(8)]).await;
    let own = NewRun { may_exist: false, ..shared() };
    assert_eq!(joined(&service, &own).await, "8");
}

#[tokio::test]
async fn a_run_whose_creation_was_not_answered_is_found() {
    let service = Service::answering([Reply::new(502, ""), page(&[(8, "ci-1")])]).await;
    let own = NewRun { may_exist: false, ..shared() };
    assert_eq!(joined(&service, &own).await, "8");
}

#[tokio::test]
async fn an_answer_that_tells_of_another_run_is_not_believed() {
    let other = entity(5, "ci-2", "cargo-test");
    let service = Service::answering([page(&[]), other.clone(), page(&[(8, "ci-1"), (5, "ci-2")])]).await;
    assert_eq!(joined(&service, &shared()).await, "8");
    let service = Service::answering([page(&[]), other, page(&[(5, "ci-2")])]).await;
    let error = provider(&service).create_run(&shared()).await.expect_err("no run");
    assert!(error.to_string().contains("it tells of another run"), "{error}");
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn a_run_with_hundreds_of_newer_ones_is_searched_for() {
    let (found, service) = found_among([page(&[(7, "ci-1")])]).await;
    assert_eq!(found.as_deref(), Some("7"));
    assert!(service.received()[5].line.contains("q=ci-1"), "{}", service.received()[5].line);
}

#[tokio::test]
async fn where_no_key_is_searched_for_all_runs_of_these_days_are_looked_at() {
    let older = [page(&[]), hundred(9_500, 0, DAY), hundred(9_400, 9_333, DAY)];
    assert_eq!(found_among(older).await.0.as_deref(), Some("9333"));
}

#[tokio::test]
async fn no_further_than_these_days() {
    let older =
        [page(&[]), hundred(9_500, 0, DAY), hundred(9_400, 0, 9 * DAY), hundred(9_300, 9_290, 9 * DAY)];
    let (found, service) = found_among(older).await;
    assert_eq!((found, service.received().len()), (None, 8));
}

/// A service with this many runs that answers the oldest first, whatever is asked for, and searches for nothing; one of them
/// is under `ci-1`. Where the run is found, and by how many requests.
async fn found_behind_older_ones(
    runs: i64,
    ours: i64,
    age: impl Fn(i64) -> Duration,
) -> (Option<String>, usize) {
    let run = |uid: i64| {
        let key = if uid == ours { "ci-1".to_owned() } else { format!("another {uid}") };
        let created_at = humantime::format_rfc3339_millis(SystemTime::now() - age(uid)).to_string();
        json!({ "uid": uid, "externalId": key, "source": "cargo-test", "createdAt": created_at })
    };
    let service = Service::listing((1..=runs).map(run).collect()).await;
    let found = provider(&service).find_run("ci-1").await.expect("an answer");
    (found.map(|run| run.id), service.count())
}

#[tokio::test]
async fn a_run_is_found_behind_hundreds_of_older_ones() {
    let (found, requests) = found_behind_older_ones(701, 701, |_| 9 * DAY).await;
    assert_eq!((found.as_deref(), requests), (Some("701"), 10));
}

#[tokio::test]
async fn behind_older_ones_all_of_these_days_are_looked_at_and_no_others() {
    let age = |uid| if uid > 8_000 { DAY } else { 9 * DAY };
    assert_eq!(found_behind_older_ones(10_000, 8_100, age).await.0.as_deref(), Some("8100"));
    let (found, requests) = found_behind_older_ones(10_000, 5_000, age).await;
    assert_eq!(found, None);
    assert!(requests <= 40, "{requests} requests");
}
