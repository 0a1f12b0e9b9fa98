//! `POST /data`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::app::{TestApp, with_times_hidden};

/// The submission that the contract records in section 6, with the run's uid in it.
fn recorded_submission(run: Option<i64>) -> Value {
    let mut payload = json!({ "entities": {
        "folders": { "entries": [{ "name": "mycrate::integration", "tests": 6, "errors": 1, "failures": 1,
            "skipped": 2, "time": 0.42, "timestamp": "2026-01-01T00:00:00Z", "externalId": "ts_ce49a701f9219065",
            "source": "junit-xml", "testcases": [] }] },
        "cases": { "entries": [{ "name": "subtracts", "classname": "mycrate::integration", "time": 0.034,
            "source": "junit-xml", "externalId": "tc_47c6edf21bc1a038", "folderExternalId": "ts_ce49a701f9219065",
            "system-err": "...",
            "failure": { "message": "left != right", "type": "assertion", "_text": "..." } }] },
        "executions": { "entries": [{ "source": "junit-xml", "externalId": "tc_47c6edf21bc1a038",
            "caseRef": "tc_47c6edf21bc1a038", "runRef": "0364d8f5-fd07-4574-a5b1-e6934f245619", "time": 0.034,
            "status": "failed" }] },
        "runs": { "entries": [{ "name": "CI run 2", "source": "rust",
            "externalId": "0364d8f5-fd07-4574-a5b1-e6934f245619",
            "customFields": { "externalId": "0364d8f5-fd07-4574-a5b1-e6934f245619" } }] } } });
    if let Some(run) = run {
        payload["runId"] = run.into();
    }
    payload
}

/// Cases `TC-0`… and one execution of each, in the run `run-1`.
fn outcomes(statuses: &[&str]) -> Value {
    let cases: Vec<_> = (0..statuses.len())
        .map(|index| json!({ "name": format!("case {index}"), "externalId": format!("TC-{index}"), "source": "test" }))
        .collect();
    let executions: Vec<_> = statuses
        .iter()
        .enumerate()
        .map(|(index, status)| {
            json!({ "caseRef": format!("TC-{index}"), "runRef": "run-1", "source": "test", "status": status,
                "externalId": format!("e-{index}") })
        })
        .collect();
    json!({ "entities": {
        "cases": { "entries": cases },
        "executions": { "entries": executions },
        "runs": { "entries": [{ "name": "run", "externalId": "run-1", "source": "test" }] } } })
}

#[tokio::test]
async fn the_answer_is_204_without_a_body() {
    let app = TestApp::start().await;
    let reply = app.import(recorded_submission(None)).await;
    assert_eq!((reply.status, &*reply.text), (204, ""));
}

#[tokio::test]
async fn executions_have_the_shape_that_readers_expect() {
    let app = TestApp::start().await;
    app.import(recorded_submission(None)).await.ok();
    assert_json_snapshot!(with_times_hidden(app.items("executions").await.remove(0)), @r#"
    {
      "assignedTo": null,
      "attachments": [],
      "createdAt": "[time]",
      "customFields": {
        "failure": {
          "_text": "...",
          "message": "left != right",
          "type": "assertion"
        },
        "system-err": "...",
        "time": 0.034
      },
      "dueAt": null,
      "externalId": "tc_47c6edf21bc1a038",
      "name": "subtracts",
      "priority": null,
      "source": "junit-xml",
      "status": 4,
      "statusText": "failed",
      "testCaseRef": 1,
      "testCaseUid": 1,
      "testRunUid": 1,
      "uid": 1,
      "updatedAt": "[time]"
    }
    "#);
}

#[tokio::test]
async fn a_time_of_another_form_is_kept_as_it_came() {
    let app = TestApp::start().await;
    for (time, kept) in [
        (json!("1,234.5"), json!("1,234.5")),
        (json!(" 1.5"), json!(1.5)),
        (json!(true), json!(true)),
        (json!("NaN"), json!("NaN")),
        (json!(null), json!(null)),
    ] {
        let mut payload = recorded_submission(None);
        payload["entities"]["executions"]["entries"][0]["time"] = time;
        app.import(payload).await.ok();
        assert_eq!(
            app.items("executions").await[0]["customFields"].get("time").unwrap_or(&Value::Null),
            &kept
        );
    }
}

#[tokio::test]
async fn cases_keep_unknown_properties_as_custom_fields() {
    let app = TestApp::start().await;
    app.import(recorded_submission(None)).await.ok();
    assert_json_snapshot!(with_times_hidden(app.items("cases").await.remove(0)), @r#"
    {
      "active": true,
      "createdAt": "[time]",
      "createdBy": null,
      "customFields": {
        "classname": "mycrate::integration",
        "failure": {
          "_text": "...",
          "message": "left != right",
          "type": "assertion"
        },
        "system-err": "...",
        "time": 0.034
      },
      "deletedAt": null,
      "externalCreatedAt": null,
      "externalId": "tc_47c6edf21bc1a038",
      "externalUpdatedAt": null,
      "link": null,
      "name": "subtracts",
      "parentUid": 1,
      "priority": null,
      "projectUid": 1,
      "repoUid": null,
      "source": "junit-xml",
      "status": null,
      "steps": [],
      "syncedAt": null,
      "tags": [],
      "testCaseRef": 1,
      "testCaseTemplateUid": null,
      "testResultTemplateUid": null,
      "uid": 1,
      "updatedAt": "[time]",
      "version": 1
    }
    "#);
}

#[tokio::test]
async fn folders_have_the_shape_that_the_contract_records() {
    let app = TestApp::start().await;
    app.import(recorded_submission(None)).await.ok();
    assert_json_snapshot!(with_times_hidden(app.items("folders").await.remove(0)), @r#"
    {
      "aggregates": {},
      "archivedAt": null,
      "createdAt": "[time]",
      "createdBy": null,
      "customFields": {
        "errors": 1,
        "failures": 1,
        "skipped": 2,
        "testcases": [],
        "tests": 6,
        "time": 0.42,
        "timestamp": "2026-01-01T00:00:00Z"
      },
      "deletedAt": null,
      "description": null,
      "entityTypes": null,
      "externalCreatedAt": null,
      "externalId": "ts_ce49a701f9219065",
      "externalUpdatedAt": null,
      "integrationUid": null,
      "name": "mycrate::integration",
      "parentUid": null,
      "path": "1",
      "position": null,
      "projectUid": 1,
      "slug": null,
      "source": "junit-xml",
      "systemType": "folder",
      "uid": 1,
      "updatedAt": "[time]"
    }
    "#);
}

#[tokio::test]
async fn with_a_run_id_executions_join_that_run_and_no_other_is_made() {
    let app = TestApp::start().await;
    let run = app.run("CI run 2").await;
    app.import(recorded_submission(Some(run))).await.ok();
    assert_eq!(app.items("runs").await.len(), 1);
    assert_eq!(app.items("executions").await[0]["testRunUid"], run);
}

#[tokio::test]
async fn without_a_run_id_the_run_is_made_from_its_entry() {
    let app = TestApp::start().await;
    app.import(recorded_submission(None)).await.ok();
    let runs = app.items("runs").await;
    assert_eq!((runs.len(), &runs[0]["name"]), (1, &json!("CI run 2")));
    assert_eq!(app.items("executions").await[0]["testRunUid"], runs[0]["uid"]);
}

#[tokio::test]
async fn sending_it_twice_changes_nothing() {
    let app = TestApp::start().await;
    for _ in 0..2 {
        app.import(outcomes(&["passed", "failed", "skipped"])).await.ok();
    }
    for (resource, expected) in [("runs", 1), ("cases", 3), ("executions", 3)] {
        assert_eq!(app.items(resource).await.len(), expected, "{resource}");
    }
}

#[tokio::test]
async fn a_later_outcome_replaces_the_earlier() {
    let app = TestApp::start().await;
    app.import(outcomes(&["failed"])).await.ok();
    app.import(outcomes(&["passed"])).await.ok();
    assert_eq!(app.items("executions").await[0]["statusText"], "passed");
}

#[tokio::test]
async fn one_outcome_under_two_cases_is_two_executions() {
    let app = TestApp::start().await;
    let mut payload = outcomes(&["passed", "passed"]);
    for execution in payload["entities"]["executions"]["entries"].as_array_mut().unwrap() {
        execution["externalId"] = "same".into();
    }
    app.import(payload).await.ok();
    assert_eq!(app.items("executions").await.len(), 2);
}

#[tokio::test]
async fn the_run_counts_its_outcomes_by_status() {
    let app = TestApp::start().await;
    app.import(outcomes(&["passed", "passed", "failed", "timed_out"])).await.ok();
    let fields = &app.items("runs").await[0]["customFields"];
    assert_eq!(fields["frequency"], json!({ "2": 2, "4": 1, "8": 1 }));
    assert_eq!((&fields["caseCount"], &fields["progress"]), (&json!(4), &json!(100.0)));
}

#[tokio::test]
async fn an_unknown_status_becomes_one_of_the_workspace() {
    let app = TestApp::start().await;
    app.import(outcomes(&["quarantined", "Quarantined"])).await.ok();
    let executions = app.items("executions").await;
    assert_eq!(executions[1]["statusText"], "Quarantined");
    assert_eq!(executions[0]["status"], executions[1]["status"]);
}

#[tokio::test]
async fn folders_form_the_tree_that_they_describe_in_any_order() {
    let app = TestApp::start().await;
    let payload = json!({ "entities": {
        "folders": { "entries": [
            { "name": "child", "externalId": "f2", "source": "test", "parentExternalId": "f1" },
            { "name": "root", "externalId": "f1", "source": "test" } ] },
        "cases": { "entries": [
            { "name": "a", "externalId": "TC-1", "source": "test", "folderExternalId": "f2" } ] } } });
    app.import(payload).await.ok();
    let folders = app.items("folders").await;
    assert_eq!((&folders[0]["parentUid"], &folders[0]["path"]), (&json!(2), &json!("2.1")));
    assert_eq!(app.items("cases").await[0]["parentUid"], 1);
}

#[tokio::test]
async fn folders_in_a_circle_are_422() {
    let app = TestApp::start().await;
    let payload = json!({ "entities": { "folders": { "entries": [
        { "name": "a", "externalId": "f1", "source": "test", "parentExternalId": "f2" },
        { "name": "b", "externalId": "f2", "source": "test", "parentExternalId": "f1" } ] } } });
    let reply = app.import(payload).await;
    let message = "entities.folders.entries[1].parentExternalId: a folder cannot lie in itself";
    assert_eq!((reply.status, reply.json()["message"].as_str()), (422, Some(message)));
}

#[tokio::test]
async fn references_reach_what_is_already_stored() {
    let app = TestApp::start().await;
    app.import(outcomes(&["passed"])).await.ok();
    let more = json!({ "entities": { "executions": { "entries": [
        { "caseRef": "TC-0", "runRef": "run-1", "source": "test", "status": "failed", "externalId": "again" } ] } } });
    app.import(more).await.ok();
    assert_eq!(app.items("executions").await.len(), 2);
}

#[tokio::test]
async fn an_entry_without_custom_fields_leaves_those_of_the_case() {
    let app = TestApp::start().await;
    app.import(recorded_submission(None)).await.ok();
    let renamed = json!({ "entities": { "cases": { "entries": [
        { "name": "renamed", "externalId": "tc_47c6edf21bc1a038", "source": "junit-xml" } ] } } });
    app.import(renamed).await.ok();
    let case = app.items("cases").await.remove(0);
    assert_eq!((&case["name"], &case["parentUid"]), (&json!("renamed"), &json!(1)));
    assert_eq!(case["customFields"]["classname"], "mycrate::integration");
}

#[tokio::test]
async fn names_that_came_as_numbers_are_text() {
    let app = TestApp::start().await;
    let payload = json!({ "entities": { "cases": { "entries": [{ "name": 7, "externalId": "TC-7", "source": "junit-xml" }] } } });
    app.import(payload).await.ok();
    assert_eq!(app.items("cases").await[0]["name"], "7");
}

#[tokio::test]
async fn the_wrong_field_is_named() {
    let app = TestApp::start().await;
    for (entry, expected) in [
        (
            json!({ "caseRef": "TC-9" }),
            "entities.executions.entries[1].caseRef: no case with the externalId `TC-9`, here or in the project",
        ),
        (
            json!({ "caseRef": null }),
            "entities.executions.entries[1].caseRef: invalid type: null, expected a string",
        ),
        (
            json!({ "runRef": "run-9" }),
            "entities.executions.entries[1].runRef: no run with the externalId `run-9`, here or in the project",
        ),
        (json!({ "source": "" }), "entities.executions.entries[1].source: missing or empty"),
        (json!({ "status": "" }), "entities.executions.entries[1].status: missing or empty"),
        (
            json!({ "status": {} }),
            "entities.executions.entries[1].status: invalid type: map, expected a string",
        ),
    ] {
        let mut payload = outcomes(&["passed", "passed"]);
        let execution = payload["entities"]["executions"]["entries"][1].as_object_mut().unwrap();
        execution.extend(entry.as_object().unwrap().clone());
        let (status, problem) = app.import(payload).await.refusal();
        assert_eq!(status, 422);
        assert!(
            problem["message"].as_str().unwrap().starts_with(expected),
            "{problem} instead of {expected}"
        );
        assert_eq!(problem["errors"][0]["field"].as_str(), expected.split_once(": ").map(|it| it.0));
    }
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let app = TestApp::start().await;
    let mut payload = outcomes(&["passed"]);
    payload["entities"]["executions"]["entries"][0].as_object_mut().unwrap().remove("caseRef");
    let reply = app.import(payload).await;
    assert_eq!(reply.json()["message"], "entities.executions.entries[0].caseRef: missing");
}

#[tokio::test]
async fn a_refused_import_leaves_nothing_behind() {
    let app = TestApp::start().await;
    let mut payload = outcomes(&["passed", "passed"]);
    payload["entities"]["executions"]["entries"][1]["caseRef"] = "TC-9".into();
    assert_eq!(app.import(payload).await.status, 422);
    for resource in ["runs", "cases", "executions"] {
        assert!(app.items(resource).await.is_empty(), "{resource}");
    }
}

#[tokio::test]
async fn an_archived_run_takes_no_more_executions() {
    let app = TestApp::start().await;
    app.import(outcomes(&["passed"])).await.ok();
    let path = "/v1/local/projects/DEMO/runs/1";
    app.patch(path, json!({ "archive": true })).await.ok();
    let reply = app.import(outcomes(&["failed"])).await;
    assert_eq!(
        (reply.status, &reply.json()["errors"][0]["field"]),
        (422, &json!("entities.executions.entries[0].runRef"))
    );
    app.patch(path, json!({ "archive": false })).await.ok();
    assert_eq!(app.import(outcomes(&["failed"])).await.status, 204);
}

#[tokio::test]
async fn an_unknown_run_id_is_422() {
    let app = TestApp::start().await;
    let reply = app.import(recorded_submission(Some(99))).await;
    assert_eq!(
        (reply.status, reply.json()["message"].as_str()),
        (422, Some("runId: no run 99 in this project"))
    );
}

#[tokio::test]
async fn imports_at_the_same_time_are_all_kept() {
    let app = TestApp::start().await;
    let run = app.run("shards").await;
    let payload = |shard: usize| {
        let mut payload = outcomes(&["passed"; 20]);
        payload["runId"] = run.into();
        for execution in payload["entities"]["executions"]["entries"].as_array_mut().unwrap() {
            execution["externalId"] = format!("{shard}-{}", execution["externalId"]).into();
        }
        payload
    };
    let (a, b, c) = tokio::join!(app.import(payload(1)), app.import(payload(2)), app.import(payload(3)));
    assert_eq!([a.status, b.status, c.status], [204; 3]);
    assert_eq!(app.items("executions").await.len(), 60);
}
