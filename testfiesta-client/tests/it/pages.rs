//! Lists end, whatever the service says about them.

use serde_json::{Value, json};
use testfiesta_client::Error;
use testfiesta_client::testfiesta::Run;

use crate::service::{Reply, Service};

fn page(uids: &[i64], count: u64, next: Value) -> Reply {
    let items: Vec<Value> = uids.iter().map(|uid| json!({"uid": uid})).collect();
    Reply::json(json!({"count": count, "items": items, "nextOffset": next}))
}

fn uids(runs: &[Run]) -> Vec<i64> {
    runs.iter().map(|run| run.uid.get()).collect()
}

/// The runs that were read, and where each page began.
async fn all(replies: impl IntoIterator<Item = Reply>) -> (Result<Vec<i64>, Error>, Vec<String>) {
    let service = Service::answering(replies).await;
    let runs = service.project().runs().per_page(2).all().await;
    let offset = |line: &str| line.split("offset=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    (runs.map(|runs| uids(&runs)), service.received().iter().map(|received| offset(&received.line)).collect())
}

#[tokio::test]
async fn next_offset_leads_to_the_next_page() {
    let (runs, offsets) = all([page(&[1, 2], 3, json!(2)), page(&[3], 3, json!(null))]).await;
    assert_eq!((runs, offsets), (Ok(vec![1, 2, 3]), vec!["0".into(), "2".into()]));
}

#[tokio::test]
async fn without_next_offset_the_count_leads_on() {
    let (runs, offsets) = all([page(&[1, 2], 3, json!(null)), page(&[3], 3, json!(null))]).await;
    assert_eq!((runs, offsets), (Ok(vec![1, 2, 3]), vec!["0".into(), "2".into()]));
}

#[tokio::test]
async fn an_empty_list_has_no_pages() {
    let service = Service::answering([page(&[], 0, json!(null))]).await;
    assert_eq!(service.project().runs().next().await, Ok(None));
}

#[tokio::test]
async fn after_the_last_page_nothing_more_is_asked() {
    let service = Service::answering([page(&[1], 1, json!(null))]).await;
    let mut runs = service.project().runs();
    assert_eq!(runs.next().await.unwrap().map(|runs| uids(&runs)), Some(vec![1]));
    assert_eq!(runs.next().await, Ok(None));
    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn a_count_that_is_too_high_ends_with_an_empty_page() {
    let (runs, offsets) = all([page(&[1, 2], 10, json!(null)), page(&[], 10, json!(null))]).await;
    assert_eq!((runs, offsets.len()), (Ok(vec![1, 2]), 2));
}

#[tokio::test]
async fn a_next_offset_that_leads_back_is_not_followed() {
    let (runs, offsets) = all([page(&[1, 2], 2, json!(0))]).await;
    assert_eq!((runs, offsets.len()), (Ok(vec![1, 2]), 1));
}

#[tokio::test]
async fn a_service_that_ignores_the_offset_is_found_out() {
    let (runs, offsets) = all([page(&[1, 2], 1_000_000, json!(2))]).await;
    assert_eq!(
        runs.unwrap_err().to_string(),
        "the answer to GET /v1/acme/projects/WEB/runs (200) could not be read: \
         the list does not end with page 1: it repeats its last page whatever the offset"
    );
    assert_eq!(offsets.len(), 2);
}

#[tokio::test]
async fn a_page_that_failed_can_be_asked_for_again() {
    let service =
        Service::answering([page(&[1, 2], 3, json!(2)), Reply::new(403, ""), page(&[3], 3, json!(null))])
            .await;
    let mut runs = service.project().runs();
    runs.next().await.unwrap();
    assert!(runs.next().await.is_err());
    assert_eq!(runs.next().await.unwrap().map(|runs| uids(&runs)), Some(vec![3]));
}

#[tokio::test]
async fn a_bare_list_is_read() {
    let (runs, offsets) = all([Reply::json(json!([{"uid": 1}]))]).await;
    assert_eq!((runs, offsets.len()), (Ok(vec![1]), 1));
}

#[tokio::test]
async fn a_bare_list_that_fills_a_page_may_go_on() {
    let (runs, offsets) = all([json!([{"uid": 1}, {"uid": 2}]), json!([{"uid": 3}])].map(Reply::json)).await;
    assert_eq!((runs, offsets), (Ok(vec![1, 2, 3]), vec!["0".into(), "2".into()]));
}

#[tokio::test]
async fn a_bare_list_that_is_all_there_is_ends_whatever_the_offset() {
    let (runs, offsets) = all([Reply::json(json!([{"uid": 1}, {"uid": 2}]))]).await;
    assert_eq!((runs, offsets.len()), (Ok(vec![1, 2]), 2));
}

#[tokio::test]
async fn an_item_that_cannot_be_read_costs_no_other() {
    let items = json!([null, {"uid": 1}, "two", {"name": "three"}]);
    let (runs, offsets) =
        all([Reply::json(json!({"count": 5, "items": items})), page(&[5], 5, json!(null))]).await;
    assert_eq!((runs, offsets), (Ok(vec![1, 5]), vec!["0".into(), "4".into()]));
}

#[tokio::test]
async fn a_page_of_which_nothing_can_be_read_is_an_error() {
    let (runs, _) = all([Reply::json(json!({"count": 2, "items": [{"id": 1}, {"id": 2}]}))]).await;
    assert!(runs.unwrap_err().to_string().contains("missing field `uid`"));
}

#[tokio::test]
async fn filters_and_search_are_part_of_the_query() {
    let service = Service::answering([page(&[], 0, json!(null))]).await;
    service.project().executions().search("a b&c").filter("runUid", 252).all().await.unwrap();
    insta::assert_snapshot!(
        service.only().line,
        @"GET /v1/acme/projects/WEB/executions?limit=100&offset=0&q=a+b%26c&queryType=list&runUid=252"
    );
}
