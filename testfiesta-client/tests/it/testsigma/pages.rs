//! Lists end, whatever the service says about them.

use serde_json::{Value, json};
use testfiesta_client::Error;
use testfiesta_client::testsigma::Run;

use super::{client, project};
use crate::service::{Reply, Service};

fn page(ids: &[&str], next: Value) -> Reply {
    let items: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
    Reply::json(
        json!({ "message": "", "data": { "test_runs": items }, "page_info": { "total_count": 3, "next": next } }),
    )
}

/// The runs that were read, and the queries of the requests after the first.
async fn all(service: &Service) -> (Result<Vec<String>, Error>, Vec<String>) {
    let runs = project(service).runs().per_page(2).all().await;
    let query =
        |line: &str| line.split_once("page_size=2&").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    let queries = service.received().iter().skip(1).map(|received| query(&received.line)).collect();
    (runs.map(|runs| runs.into_iter().map(|run: Run| run.id).collect()), queries)
}

fn ids(ids: &[&str]) -> Result<Vec<String>, Error> {
    Ok(ids.iter().map(|&id| id.to_owned()).collect())
}

#[tokio::test]
async fn a_cursor_leads_to_the_next_page() {
    let service = Service::answering([page(&["a", "b"], json!("c=")), page(&["c"], json!(null))]).await;
    assert_eq!(all(&service).await, (ids(&["a", "b", "c"]), vec!["cursor=c%3D".to_owned()]));
}

#[tokio::test]
async fn an_empty_cursor_is_the_end() {
    let service = Service::answering([page(&["a", "b", "c"], json!(""))]).await;
    assert_eq!(all(&service).await, (ids(&["a", "b", "c"]), vec![]));
}

#[tokio::test]
async fn where_the_cursor_is_ignored_its_other_name_is_tried() {
    let first = || page(&["a", "b"], json!("x"));
    let service = Service::answering([first(), first(), page(&["c"], json!(null))]).await;
    assert_eq!(
        all(&service).await,
        (ids(&["a", "b", "c"]), vec!["cursor=x".to_owned(), "next=x".to_owned()])
    );
}

#[tokio::test]
async fn an_empty_page_that_leads_nowhere_is_the_end() {
    let page = |ids: &[&str], next: Value| {
        let items: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
        Reply::json(json!({ "data": { "test_runs": items }, "page_info": { "next": next } }))
    };
    let service = Service::answering([page(&["a", "b"], json!("c")), page(&[], json!(null))]).await;
    assert_eq!(all(&service).await, (ids(&["a", "b"]), vec!["cursor=c".to_owned()]));
}

#[tokio::test]
async fn where_both_names_are_ignored_the_list_is_an_error() {
    let service = Service::answering([page(&["a", "b"], json!("x"))]).await;
    let (runs, queries) = all(&service).await;
    assert!(runs.unwrap_err().to_string().contains("neither `cursor` nor `next` leads there"));
    assert_eq!(queries.len(), 2);
}

#[tokio::test]
async fn a_cursor_after_everything_was_seen_is_no_error() {
    let service = Service::answering([page(&["a", "b", "c"], json!("x")), page(&[], json!("y"))]).await;
    assert_eq!(all(&service).await.0, ids(&["a", "b", "c"]));
}

#[tokio::test]
async fn items_that_were_seen_are_not_told_again() {
    let service = Service::answering([page(&["a", "b"], json!("x")), page(&["b", "c"], json!(null))]).await;
    assert_eq!(all(&service).await.0, ids(&["a", "b", "c"]));
}

#[tokio::test]
async fn an_address_of_the_service_is_followed() {
    let last = Service::answering([page(&["c"], json!(null))]).await;
    let address = format!("{}/api/v1/projects/p1/test_runs?page=2", last.url());
    let runs = {
        let service = Service::answering([page(&["a", "b"], json!(address))]).await;
        project(&service).runs().all().await
    };
    let error = runs.unwrap_err().to_string();
    assert_eq!(error, "the service named an address that is not its own: set TESTSIGMA_URL");
    assert_eq!(last.count(), 0);
}

#[tokio::test]
async fn users_are_one_page() {
    let service =
        Service::answering([Reply::json(json!({ "data": [{ "id": "u1" }, { "id": "u2" }] }))]).await;
    assert_eq!(client(&service).users().await.unwrap().len(), 2);
    assert_eq!(service.only().line, "GET /api/v1/users?page_size=200");
}
