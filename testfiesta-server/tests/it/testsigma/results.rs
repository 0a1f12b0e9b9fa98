//! Writing results (contract, section 6.3).

use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use super::{Tms, at};
use crate::app::Reply;

/// A run of `TC-1` and `TC-2`, and results that passed and failed.
async fn run_and_results(tms: &Tms) -> (String, Value) {
    let run = tms.run_of(&["TC-1", "TC-2"]).await["id"].as_str().unwrap().to_owned();
    let ids = tms.case_ids(&["TC-1", "TC-2"]).await;
    let (passed, failed, user) = (tms.status("Passed").await, tms.status("Failed").await, tms.user().await);
    let results = json!({ "test_run_cases": [
        { "test_case_id": ids[0], "test_run_status_id": passed, "user_id": user, "description": "" },
        { "test_case_id": ids[1], "test_run_status_id": failed, "user_id": user, "description": "left != right" },
    ] });
    (run, results)
}

async fn put_form(tms: &Tms, run: &str, form: Form) -> Reply {
    let path = format!("/api/v1{}", at(&format!("/test_runs/{run}/test_cases")));
    Reply::of(tms.app.request(Method::PUT, &path).bearer_auth(&tms.app.key).multipart(form)).await
}

fn written() -> [(String, String); 2] {
    [("TC-1".into(), "Passed".into()), ("TC-2".into(), "Failed".into())]
}

#[tokio::test]
async fn several_results_are_written_by_one_form() {
    let tms = Tms::start().await;
    let (run, results) = run_and_results(&tms).await;
    put_form(&tms, &run, Form::new().text("data", results.to_string())).await.ok();
    assert_eq!(tms.outcomes(&run).await, written());
}

#[tokio::test]
async fn json_alone_is_taken_too() {
    let tms = Tms::start().await;
    let (run, results) = run_and_results(&tms).await;
    tms.put(&at(&format!("/test_runs/{run}/test_cases")), results).await.ok();
    assert_eq!(tms.outcomes(&run).await, written());
}

#[tokio::test]
async fn the_summary_of_the_run_follows() {
    let tms = Tms::start().await;
    let (run, results) = run_and_results(&tms).await;
    tms.put(&at(&format!("/test_runs/{run}/test_cases")), results).await.ok();
    let summary = tms.data(&at(&format!("/test_runs/{run}"))).await["test_run_status_summary"].clone();
    let counts: Vec<_> =
        summary.as_array().unwrap().iter().map(|it| (&it["status_name"], &it["count"])).collect();
    assert_eq!(counts, [(&json!("Passed"), &json!(1)), (&json!("Failed"), &json!(1))]);
}

#[tokio::test]
async fn one_bad_result_writes_none() {
    let tms = Tms::start().await;
    let (run, results) = run_and_results(&tms).await;
    let outside = tms.case_ids(&["TC-3"]).await.remove(0);
    let path = at(&format!("/test_runs/{run}/test_cases"));
    for (name, bad, status) in [
        ("test_case_id", json!(outside), 422),
        ("test_case_id", json!("TC-2"), 400),
        ("test_case_id", results["test_run_cases"][0]["test_case_id"].clone(), 422),
        ("test_run_status_id", json!(outside), 422),
        ("test_run_status_id", json!(""), 400),
        ("user_id", json!(outside), 422),
    ] {
        let mut results = results.clone();
        results["test_run_cases"][1][name] = bad;
        assert_eq!(tms.put(&path, results).await.status, status, "{name}");
    }
    assert!(tms.outcomes(&run).await.iter().all(|(_, status)| status == "UnTested"));
}

#[tokio::test]
async fn a_closed_run_takes_no_results() {
    let tms = Tms::start().await;
    let (run, results) = run_and_results(&tms).await;
    tms.put(&at(&format!("/test_runs/{run}")), json!({ "status": "CLOSED" })).await.ok();
    assert_eq!(tms.put(&at(&format!("/test_runs/{run}/test_cases")), results).await.status, 422);
}

#[tokio::test]
async fn writing_again_is_another_attempt_and_the_last_one_counts() {
    let tms = Tms::start().await;
    let (run, mut results) = run_and_results(&tms).await;
    let path = at(&format!("/test_runs/{run}/test_cases"));
    tms.put(&path, results.clone()).await.ok();
    results["test_run_cases"][1]["test_run_status_id"] = json!(tms.status("Passed").await);
    tms.put(&path, results).await.ok();
    assert_eq!(tms.outcomes(&run).await[1].1, "Passed");
    let executions = tms.app.get("/v1/local/projects/TC/executions").await.ok();
    assert_eq!(executions["count"], 4);
}

#[tokio::test]
async fn files_belong_to_the_result_that_they_name() {
    let tms = Tms::start().await;
    let (run, results) = run_and_results(&tms).await;
    let file = Part::bytes(b"log".to_vec()).file_name("log.txt").mime_str("text/plain").unwrap();
    let form = Form::new().text("data", results.to_string()).part("attachments_1_0", file);
    put_form(&tms, &run, form).await.ok();
    let executions = tms.app.get("/v1/local/projects/TC/executions").await.ok();
    let files: Vec<_> = executions["items"].as_array().unwrap().iter().map(|it| &it["attachments"]).collect();
    assert_eq!((files[0], &files[1][0]["fileName"]), (&json!([]), &json!("log.txt")));
}

#[tokio::test]
async fn a_file_of_no_result_is_422() {
    let tms = Tms::start().await;
    let (run, results) = run_and_results(&tms).await;
    let form = Form::new().text("data", results.to_string()).part("attachments_2_0", Part::text("log"));
    assert_eq!(put_form(&tms, &run, form).await.status, 422);
}
