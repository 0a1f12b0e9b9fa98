//! What a store may begin with.

use serde_json::json;
use testfiesta_server::testsigma::{Seed, seed};

use super::{PROJECT, Tms, at};

fn read(seed: serde_json::Value) -> Seed {
    serde_json::from_value(seed).unwrap()
}

#[tokio::test]
async fn a_project_has_the_uuid_and_the_prefix_that_were_chosen() {
    let tms = Tms::start().await;
    let project = tms.data(&at("")).await;
    assert_eq!((&project["id"], &project["human_id_prefix"]), (&json!(PROJECT), &json!("TC")));
}

#[tokio::test]
async fn rows_have_the_names_that_were_chosen_and_results_keep_their_meaning() {
    let tms = Tms::start().await;
    let rows = json!({ "lookups": [
        { "kind": "result", "name": "Not run", "means": "active" },
        { "kind": "result", "name": "OK", "means": "passed", "id": PROJECT },
    ], "users": [{ "email": "qa@example.com", "identity_user_uuid": "u-7" }] });
    seed(&tms.app.store, &read(rows)).unwrap();
    assert_eq!(tms.status("OK").await, PROJECT);
    let run = tms.run_of(&["TC-1"]).await["id"].as_str().unwrap().to_owned();
    assert_eq!(tms.outcomes(&run).await[0].1, "Not run");
    assert_eq!(tms.get("/users").await.ok()["data"][0]["identity_user_uuid"], "u-7");
}

#[tokio::test]
async fn a_project_that_is_there_is_left_as_it_is() {
    let tms = Tms::start().await;
    let again =
        json!({ "projects": [{ "name": "Other", "prefix": "TC", "cases": [{ "human_id": "TC-9" }] }] });
    seed(&tms.app.store, &read(again)).unwrap();
    assert_eq!(tms.data(&at("")).await["name"], "Web shop");
}

#[tokio::test]
async fn what_cannot_be_is_refused_whole() {
    let tms = Tms::start().await;
    for bad in [
        json!({ "projects": [{ "name": "A", "prefix": "A", "id": "no uuid" }] }),
        json!({ "projects": [{ "name": "A", "prefix": "A", "cases": [{ "human_id": "B-1" }] }] }),
        json!({ "lookups": [{ "kind": "colour", "name": "red" }] }),
    ] {
        assert!(seed(&tms.app.store, &read(bad.clone())).is_err(), "{bad}");
    }
    assert_eq!(tms.get("/projects").await.ok()["page_info"]["total_count"], 1);
}
