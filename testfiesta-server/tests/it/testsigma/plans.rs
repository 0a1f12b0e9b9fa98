//! Test plans and step groups.

use serde_json::json;

use super::{Tms, at, new_run, only};

#[tokio::test]
async fn a_plan_is_made_completed_and_lists_its_runs() {
    let tms = Tms::start().await;
    let plan = only(
        tms.post(&at("/test_plans"), json!({ "title": "Release 1", "start_date": 1_700_000_000 })).await.ok(),
    );
    assert_eq!((&plan["human_id"], &plan["start_date"]), (&json!("TC-P-1"), &json!(1_700_000_000_000_i64)));
    let mut run = new_run("part", &[]);
    run["test_plan_id"] = plan["id"].clone();
    tms.post(&at("/test_runs"), run).await.ok();
    tms.post(&at("/test_runs"), new_run("apart", &[])).await.ok();
    let runs = tms.data(&at("/test_plans/TC-P-1/test_runs")).await;
    assert_eq!((runs.as_array().unwrap().len(), &runs[0]["title"]), (1, &json!("part")));
    let filtered = tms.here(&format!("/test_runs?test_plan_id={}", plan["id"].as_str().unwrap())).await;
    assert_eq!(filtered["page_info"]["total_count"], 1);
    let completed = only(tms.post(&at("/test_plans/TC-P-1/complete"), json!({})).await.ok());
    assert_eq!(completed["status"], "COMPLETED");
}

#[tokio::test]
async fn a_step_group_keeps_its_steps() {
    let tms = Tms::start().await;
    let steps = json!([{ "step_description": "open", "expected_result": "opened", "order": 1 }]);
    let group = only(tms.post(&at("/step_groups"), json!({ "title": "Sign in", "steps": steps })).await.ok());
    let changed = only(tms.put(&at("/step_groups/TC-SG-1"), json!({ "description": "d" })).await.ok());
    assert_eq!((&group["steps"], &changed["steps"], &changed["description"]), (&steps, &steps, &json!("d")));
}
