//! Test runs (contract, sections 6.1 and 6.2).

use serde_json::json;

use super::{PROJECT, Tms, at, new_run, only};

#[tokio::test]
async fn a_run_has_a_human_id_and_the_cases_that_it_was_made_of() {
    let tms = Tms::start().await;
    let run = tms.run_of(&["TC-1", "TC-3"]).await;
    assert_eq!(
        (&run["status"], &run["test_cases_count"], &run["test_plan_id"]),
        (&json!("ACTIVE"), &json!(2), &json!(""))
    );
    let human_id = run["human_id"].as_str().unwrap();
    assert!(human_id.starts_with("TC-R-"));
    let untested = |id: &str| (id.to_owned(), "UnTested".to_owned());
    assert_eq!(tms.outcomes(human_id).await, [untested("TC-1"), untested("TC-3")]);
}

#[tokio::test]
async fn a_dynamic_run_takes_every_case_whatever_it_asks_for() {
    let tms = Tms::start().await;
    let filters = json!([{ "field": "priority", "operator": "EQUALS", "values": ["High"] }]);
    let new = json!({ "title": "all", "project_id": PROJECT, "status": "ACTIVE", "selection_type": "DYNAMIC",
        "dynamic_selection_filters": filters });
    assert_eq!(only(tms.post(&at("/test_runs"), new).await.ok())["test_cases_count"], 3);
}

#[tokio::test]
async fn a_selection_by_human_id_is_400_and_of_unknown_cases_422() {
    let tms = Tms::start().await;
    assert_eq!(tms.post(&at("/test_runs"), new_run("a", &["TC-1".into()])).await.status, 400);
    assert_eq!(tms.post(&at("/test_runs"), new_run("b", &[PROJECT.into()])).await.status, 422);
}

#[tokio::test]
async fn a_title_is_used_once() {
    let tms = Tms::start().await;
    tms.post(&at("/test_runs"), new_run("nightly", &[])).await.ok();
    let reply = tms.post(&at("/test_runs"), new_run("nightly", &[])).await;
    assert_eq!(
        (reply.status, &reply.json()["errors"]["details"]),
        (422, &json!("title: another run has this title"))
    );
}

#[tokio::test]
async fn closing_is_final_and_names_who_did_it() {
    let tms = Tms::start().await;
    let run = tms.run_of(&["TC-1"]).await;
    let path = at(&format!("/test_runs/{}", run["id"].as_str().unwrap()));
    let closed = only(tms.put(&path, json!({ "status": "CLOSED" })).await.ok());
    assert_eq!((&closed["status"], &closed["closed_by"]), (&json!("CLOSED"), &json!(tms.user().await)));
    assert_eq!(tms.put(&path, json!({ "status": "ACTIVE" })).await.status, 422);
}

#[tokio::test]
async fn a_run_that_is_put_back_with_its_null_is_refused() {
    let tms = Tms::start().await;
    let run = tms.run_of(&["TC-1"]).await;
    let path = at(&format!("/test_runs/{}", run["id"].as_str().unwrap()));
    assert_eq!(tms.put(&path, run).await.status, 422);
}

#[tokio::test]
async fn more_cases_are_selected_by_naming_all_of_them() {
    let tms = Tms::start().await;
    let run = tms.run_of(&["TC-1"]).await;
    let all = tms.case_ids(&["TC-1", "TC-2"]).await;
    let filters = new_run("", &all)["static_selection_filters"].clone();
    let path = at(&format!("/test_runs/{}", run["id"].as_str().unwrap()));
    let changed = only(tms.put(&path, json!({ "static_selection_filters": filters })).await.ok());
    assert_eq!(changed["static_selection_filters"][0]["values"], json!(all));
}

#[tokio::test]
async fn a_case_is_assigned_to_a_user() {
    let tms = Tms::start().await;
    let run = tms.run_of(&["TC-1"]).await["id"].as_str().unwrap().to_owned();
    let (case, user) = (tms.case_ids(&["TC-1"]).await.remove(0), tms.user().await);
    let body = json!({ "user_id": user, "test_case_id": case });
    let answer = tms.put(&at(&format!("/test_runs/{run}/assign_user")), body).await.ok();
    assert_eq!(answer["data"]["test_run_case"]["user_id"], user.as_str());
    let cases = tms.data(&at(&format!("/test_runs/{run}/test_cases"))).await;
    assert_eq!(cases[0]["assignee_id"], user.as_str());
}
