//! Pages and filters (contract, section 5).

use serde_json::{Value, json};

use super::{Tms, at};

fn titles(answer: &Value) -> Vec<&str> {
    let items = answer["data"]["test_cases"].as_array().unwrap();
    items.iter().map(|it| it["human_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_page_has_20_rows_unless_it_is_asked_for_others() {
    let tms = Tms::with_cases(25).await;
    let page = tms.here("/test_cases").await;
    assert_eq!(titles(&page).len(), 20);
    let info = &page["page_info"];
    assert_eq!(
        (&info["page_size"], &info["total_count"], &info["prev"]),
        (&json!(20), &json!(25), &json!(null))
    );
    assert!(info["next"].is_string());
}

#[tokio::test]
async fn a_cursor_leads_on_under_either_name_and_back_again() {
    let tms = Tms::with_cases(5).await;
    for name in ["cursor", "next"] {
        let first = tms.here("/test_cases?page_size=2").await;
        let next = first["page_info"]["next"].as_str().unwrap();
        let second = tms.here(&format!("/test_cases?page_size=2&{name}={next}")).await;
        assert_eq!(titles(&second), ["TC-3", "TC-4"]);
        let next = second["page_info"]["next"].as_str().unwrap();
        let last = tms.here(&format!("/test_cases?page_size=2&{name}={next}")).await;
        assert_eq!((titles(&last), &last["page_info"]["next"]), (vec!["TC-5"], &json!(null)));
        let prev = last["page_info"]["prev"].as_str().unwrap();
        let back = tms.here(&format!("/test_cases?page_size=2&{name}={prev}")).await;
        assert_eq!(titles(&back), ["TC-3", "TC-4"]);
    }
}

#[tokio::test]
async fn page_size_2_with_name_neq_leaves_that_name_out() {
    let tms = Tms::start().await;
    for (name, prefix) in [("test", "T"), ("one", "A"), ("two", "B"), ("three", "C")] {
        tms.post("/projects", json!({ "name": name, "description": "", "human_id_prefix": prefix }))
            .await
            .ok();
    }
    let page = tms.get("/projects?page_size=2&name__NEQ=test").await.ok();
    let names: Vec<_> = page["data"]["projects"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(
        (names, &page["page_info"]["total_count"]),
        (vec![&json!("Web shop"), &json!("one")], &json!(4))
    );
}

#[tokio::test]
async fn filters_hold_on_every_list() {
    let tms = Tms::with_cases(12).await;
    let run = tms.run_of(&["TC-1", "TC-2"]).await["id"].as_str().unwrap().to_owned();
    let count = async |path: String| tms.here(&path).await["page_info"]["total_count"].clone();
    assert_eq!(count("/test_cases?title__CONTAINS=case%201".into()).await, 4);
    assert_eq!(count("/test_cases?human_id__IN=TC-1,TC-7".into()).await, 2);
    assert_eq!(count("/test_runs?title__CONTAINS=nothing".into()).await, 0);
    assert_eq!(count("/test_runs?status=ACTIVE".into()).await, 1);
    assert_eq!(count(format!("/test_runs/{run}/test_cases?status__NEQ=UnTested")).await, 0);
    assert_eq!(count("/folders?name__EQ=x".into()).await, 0);
}

#[tokio::test]
async fn a_search_finds_human_ids() {
    let tms = Tms::with_cases(12).await;
    assert_eq!(titles(&tms.here("/test_cases?search=tc-12").await), ["TC-12"]);
}

#[tokio::test]
async fn parameters_that_are_not_known_are_ignored() {
    let tms = Tms::start().await;
    let page = tms.here("/test_cases?q=nothing&filter=nothing&colour__EQ=red").await;
    assert_eq!(titles(&page).len(), 3);
}

#[tokio::test]
async fn lookups_lie_under_their_plurals_and_users_under_none() {
    let tms = Tms::start().await;
    for (path, plural) in [
        ("/test_runs/statuses", "statuses"),
        ("/test_cases/statuses", "statuses"),
        ("/test_cases/priorities", "priorities"),
        ("/test_cases/types", "types"),
        ("/test_cases/automation_types", "automation_types"),
        ("/labels", "labels"),
    ] {
        assert!(tms.get(path).await.ok()["data"][plural].is_array(), "{path}");
    }
    let users = tms.get("/users?page_size=200").await.ok();
    assert_eq!((&users["data"][0]["status"], users.get("page_info")), (&json!("ACTIVE"), None));
}

#[tokio::test]
async fn times_are_in_milliseconds() {
    let tms = Tms::start().await;
    let project = tms.data(&at("")).await;
    assert!(project["created_at"].as_i64().unwrap() > 1_500_000_000_000);
}
