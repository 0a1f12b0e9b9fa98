//! What comes in through one API is there through the other.

use serde_json::{Value, json};

use super::{Tms, at, new_run};

#[tokio::test]
async fn a_run_of_testsigma_is_there_in_testfiesta() {
    let tms = Tms::start().await;
    let cases = tms.case_ids(&["TC-1"]).await;
    let run = tms.post(&at("/test_runs"), new_run("nightly", &cases)).await.ok();
    let run = run["data"]["test_run"]["id"].as_str().unwrap().to_owned();
    let results = json!({ "test_run_cases": [{ "test_case_id": cases[0], "user_id": tms.user().await,
        "test_run_status_id": tms.status("Failed").await, "description": "left != right" }] });
    tms.put(&at(&format!("/test_runs/{run}/test_cases")), results).await.ok();

    let runs = tms.app.get("/v1/local/projects/TC/runs").await.ok();
    assert_eq!(runs["items"][0]["name"], "nightly");
    let executions = tms.app.get("/v1/local/projects/TC/executions").await.ok();
    let execution = &executions["items"][0];
    // 4 is TestFiesta's number of a failure.
    assert_eq!(
        (&execution["status"], &execution["customFields"]["message"]),
        (&json!(4), &json!("left != right"))
    );
}

#[tokio::test]
async fn a_run_of_testfiesta_is_there_in_testsigma() {
    let tms = Tms::start().await;
    let entry = |id: &str, status: &str, external_id: &str| json!({ "caseRef": id, "runRef": "run", "source": "cargo-test", "status": status, "externalId": external_id });
    let case = |id: &str| json!({ "name": id, "externalId": id, "source": "cargo-test" });
    let payload = json!({ "entities": {
        "runs": { "entries": [{ "name": "nightly", "externalId": "run", "source": "cargo-test" }] },
        "cases": { "entries": [case("TC-7"), case("TC-8"), case("web-shop::cart::adds")] },
        "executions": { "entries": [
            entry("TC-7", "passed", "a"), entry("TC-7", "crashed", "b"), entry("TC-8", "skipped", "c"),
            entry("web-shop::cart::adds", "passed", "d"),
        ] },
    } });
    tms.app.post("/v1/local/projects/TC/data", payload).await.ok();

    let runs = tms.data(&at("/test_runs")).await;
    let human_id = runs[0]["human_id"].as_str().unwrap();
    let outcomes = tms.outcomes(human_id).await;
    let of = |id: &str| outcomes.iter().find(|(case, _)| case == id).map(|(_, status)| status.as_str());
    // The worst of several tests of a case counts, and a crash is a failure there.
    assert_eq!((of("TC-7"), of("TC-8"), outcomes.len()), (Some("Failed"), Some("Skipped"), 3));
}

#[tokio::test]
async fn a_case_without_a_number_of_the_project_is_numbered_apart() {
    let tms = Tms::start().await;
    let own = json!({ "entities": { "cases": { "entries": [
        { "name": "adds", "externalId": "web-shop::cart::adds", "source": "cargo-test" }] } } });
    tms.app.post("/v1/local/projects/TC/data", own).await.ok();
    let cases = tms.data(&at("/test_cases?title=adds")).await;
    let human_id = cases[0]["human_id"].as_str().unwrap();
    assert!(human_id.len() > "TC-100000".len(), "{human_id}");
    let found: Value = tms.data(&at(&format!("/test_cases/{human_id}"))).await;
    assert_eq!(found["title"], "adds");
}
