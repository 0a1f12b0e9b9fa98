//! Projects, folders and cases.

use reqwest::Method;
use serde_json::{Value, json};

use super::{PROJECT, Tms, at, only};

async fn lookup(tms: &Tms, path: &str) -> Value {
    tms.data(path).await[0]["id"].clone()
}

async fn folder(tms: &Tms, name: &str) -> String {
    let folder = only(tms.post(&at("/folders"), json!({ "name": name, "order": 1 })).await.ok());
    folder["id"].as_str().unwrap().to_owned()
}

async fn new_case(tms: &Tms) -> Value {
    json!({
        "title": "Pays", "template_type": "TCD", "project_id": PROJECT, "folder_id": folder(tms, "Cart").await,
        "status_id": lookup(tms, "/test_cases/statuses").await,
        "priority_id": lookup(tms, "/test_cases/priorities").await,
        "type_id": lookup(tms, "/test_cases/types").await,
        "automation_type_id": lookup(tms, "/test_cases/automation_types").await,
        "owner_id": tms.user().await, "steps": "click"
    })
}

#[tokio::test]
async fn a_case_goes_by_uuid_and_by_human_id() {
    let tms = Tms::start().await;
    let by_human_id = tms.data(&at("/test_cases/TC-2")).await;
    let uuid = by_human_id["id"].as_str().unwrap();
    assert_eq!(tms.data(&at(&format!("/test_cases/{uuid}"))).await, by_human_id);
}

#[tokio::test]
async fn a_new_case_gets_the_next_human_id() {
    let tms = Tms::start().await;
    let case = only(tms.post(&at("/test_cases"), new_case(&tms).await).await.ok());
    assert_eq!(
        (&case["human_id"], &case["title"], &case["steps"]),
        (&json!("TC-4"), &json!("Pays"), &json!("click"))
    );
}

#[tokio::test]
async fn a_case_may_be_told_in_steps() {
    let tms = Tms::start().await;
    let steps = json!([{ "step_description": "pay", "expected_results": "paid", "order": 1.0, "step_type": "DEFAULT" }]);
    let mut new = new_case(&tms).await;
    new["template_type"] = json!("STEPS");
    new["individual_steps"] = steps;
    let case = only(tms.post(&at("/test_cases"), new).await.ok());
    assert_eq!(
        (&case["template_type"], &case["individual_steps"][0]["step_description"]),
        (&json!("STEPS"), &json!("pay"))
    );
}

#[tokio::test]
async fn a_case_without_any_of_its_ids_is_400() {
    let tms = Tms::start().await;
    for name in
        ["status_id", "priority_id", "type_id", "automation_type_id", "owner_id", "folder_id", "project_id"]
    {
        let mut new = new_case(&tms).await;
        new.as_object_mut().unwrap().remove(name);
        assert_eq!(tms.post(&at("/test_cases"), new).await.status, 400, "{name}");
    }
}

#[tokio::test]
async fn a_change_leaves_the_rest_as_it_is() {
    let tms = Tms::start().await;
    let case = only(tms.post(&at("/test_cases"), new_case(&tms).await).await.ok());
    let changed = only(tms.put(&at("/test_cases/TC-4"), json!({ "title": "Pays twice" })).await.ok());
    assert_eq!(
        (&changed["title"], &changed["steps"], &changed["owner_id"]),
        (&json!("Pays twice"), &json!("click"), &case["owner_id"])
    );
}

#[tokio::test]
async fn a_folder_moves_below_another_and_back_to_the_top() {
    let tms = Tms::start().await;
    let (cart, pay) = (folder(&tms, "Cart").await, folder(&tms, "Pay").await);
    let relocate = async |parent: Value| {
        let path = at(&format!("/folders/{pay}/move"));
        only(tms.post(&path, json!({ "parent_folder_id": parent })).await.ok())["parent_folder_id"].clone()
    };
    assert_eq!(relocate(json!(cart)).await, cart.as_str());
    assert_eq!(relocate(json!(null)).await, json!(null));
}

#[tokio::test]
async fn cases_are_listed_by_their_folder() {
    let tms = Tms::start().await;
    let case = only(tms.post(&at("/test_cases"), new_case(&tms).await).await.ok());
    let path = format!("/test_cases?folder_id={}", case["folder_id"].as_str().unwrap());
    assert_eq!(tms.here(&path).await["page_info"]["total_count"], 1);
}

#[tokio::test]
async fn a_project_is_made_changed_and_deleted() {
    let tms = Tms::start().await;
    let new = json!({ "name": "App", "description": "d", "human_id_prefix": "APP" });
    let project = only(tms.post("/projects", new).await.ok());
    let path = format!("/projects/{}", project["id"].as_str().unwrap());
    let changed = only(tms.put(&path, json!({ "name": "Apps" })).await.ok());
    assert_eq!((&changed["name"], &changed["description"]), (&json!("Apps"), &json!("d")));
    // The key that tests report with must not delete anything.
    assert_eq!(tms.call(Method::DELETE, &path, None).await.status, 403);
}

#[tokio::test]
async fn two_projects_have_no_prefix_in_common() {
    let tms = Tms::start().await;
    let again = json!({ "name": "Again", "description": "", "human_id_prefix": "tc" });
    assert_eq!(tms.post("/projects", again).await.status, 422);
}

#[tokio::test]
async fn a_label_has_its_times_in_camel_case() {
    let tms = Tms::start().await;
    tms.app.post("/v1/local/tags", json!({ "name": "smoke", "entityTypes": ["cases"] })).await.ok();
    let label = tms.data("/labels").await[0].clone();
    assert!(label["createdAt"].is_i64() && label.get("created_at").is_none());
    let changed = tms.put(&at("/test_cases/TC-1"), json!({ "label_ids": [label["id"]] })).await.ok();
    assert_eq!(only(changed)["labels"][0]["name"], "smoke");
}
