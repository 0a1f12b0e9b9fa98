//! What a server may be sent, and what a client may be answered, beyond what this client sends.

use serde_json::{Value, json};
use testfiesta_client::testfiesta::*;

/// What the official client sends (contract, section 6), with names that it took for numbers.
fn official_import() -> Value {
    json!({
        "entities": {
            "folders": {"entries": [{
                "name": "mycrate::integration", "tests": 6, "time": 0.42, "timestamp": "2026-01-01T00:00:00Z",
                "externalId": "ts_ce49a701f9219065", "source": "junit-xml", "testcases": []
            }]},
            "cases": {"entries": [{
                "name": 7, "classname": "mycrate::integration", "time": 0.034, "source": "junit-xml",
                "externalId": "tc_47c6edf21bc1a038", "folderExternalId": "ts_ce49a701f9219065", "system-err": "...",
                "failure": {"message": "left != right", "type": "assertion", "_text": "..."}
            }]},
            "executions": {"entries": [{
                "source": "junit-xml", "externalId": "tc_47c6edf21bc1a038", "caseRef": "tc_47c6edf21bc1a038",
                "runRef": "0364d8f5-fd07-4574-a5b1-e6934f245619", "time": 0.034, "status": "failed"
            }]},
            "runs": {"entries": [{
                "name": "CI run 2", "externalId": "23f7160f", "customFields": {"externalId": "23f7160f"}
            }]}
        },
        "runId": 252
    })
}

#[test]
fn an_import_of_the_official_client_is_read() {
    let import: DataImport = serde_json::from_value(official_import()).unwrap();
    let case = &import.entities.cases.entries[0];
    assert_eq!((case.name.as_str(), &case.extra["failure"]["message"]), ("7", &json!("left != right")));
    assert_eq!(import.entities.folders.entries[0].extra["tests"], 6);
    assert_eq!(import.entities.executions.entries[0].time, Some(0.034.into()));
    assert_eq!(import.entities.runs.entries[0].source, "");
    assert_eq!(import.run_id, Some(Uid::new(252)));
}

#[test]
fn an_import_that_was_read_is_written_with_all_that_it_held() {
    let import: DataImport = serde_json::from_value(official_import()).unwrap();
    let mut expected = official_import();
    expected["entities"]["cases"]["entries"][0]["name"] = json!("7");
    expected["entities"]["runs"]["entries"][0]["source"] = json!("");
    assert_eq!(serde_json::to_value(import).unwrap(), expected);
}

#[test]
fn an_import_may_leave_out_kinds_or_null_them() {
    let import: DataImport =
        serde_json::from_value(json!({"entities": {"folders": null}, "runId": null})).unwrap();
    assert_eq!(import, DataImport::default());
}

#[test]
fn an_entry_without_its_external_id_is_refused_by_name() {
    let body = json!({"entities": {"cases": {"entries": [{"name": "adds", "source": "s"}]}}});
    let error = serde_json::from_value::<DataImport>(body).unwrap_err();
    assert_eq!(error.to_string(), "missing field `externalId`");
}

/// An execution with these custom fields.
fn execution(custom_fields: &str) -> serde_json::Result<ExecutionData> {
    let known = r#""caseRef": "TC-1", "runRef": "r", "status": "passed""#;
    serde_json::from_str(&format!(r#"{{{known}, "customFields": {custom_fields}}}"#))
}

#[test]
fn custom_fields_of_an_execution_are_passed_on_as_they_came() {
    let text = r#"{"b": 1.50, "a": ["\u00e9", {}]}"#;
    let execution = execution(text).unwrap();
    assert_eq!(execution.custom_fields.get(), text);
    assert_eq!(Value::from(execution.custom_fields.parsed()), json!({"b": 1.5, "a": ["é", {}]}));
}

#[test]
fn an_execution_may_null_its_custom_fields() {
    assert!(execution("null").unwrap().custom_fields.is_empty());
    assert!(execution("{ }").unwrap().custom_fields.is_empty());
}

#[test]
fn custom_fields_that_nobody_could_read_are_refused() {
    for unreadable in ["5", "[]", r#"{"a": 1e999}"#, r#"{"a": "\ud800"}"#] {
        assert!(execution(unreadable).is_err(), "{unreadable}");
    }
}

#[test]
fn a_case_of_the_official_client_names_its_project_in_text() {
    let case: CreateCase = serde_json::from_value(
        json!({"name": "adds", "parentId": 5, "projectId": "1", "customFields": null}),
    )
    .unwrap();
    assert_eq!(case.project_id, Uid::new(1));
}

#[test]
fn a_folder_of_the_official_client_names_its_parent_otherwise() {
    let folder: CreateFolder =
        serde_json::from_value(json!({"name": "cart", "parentUid": 5, "projectUid": 1})).unwrap();
    assert_eq!(folder.parent_id, Uid::new(5));
}

#[test]
fn a_wrong_type_in_a_request_is_an_error() {
    assert!(serde_json::from_value::<CreateRun>(json!({"name": "nightly", "caseUids": "all"})).is_err());
    assert!(serde_json::from_value::<CreateRun>(json!({"name": ["nightly"]})).is_err());
    assert!(serde_json::from_value::<UpdateRun>(json!({"archive": "yes"})).is_err());
}

#[test]
fn a_wrong_type_in_an_answer_costs_no_more_than_its_field() {
    let case: Case =
        serde_json::from_value(json!({"uid": 1, "name": "adds", "status": "active", "steps": {}})).unwrap();
    assert_eq!((case.name.as_str(), case.status, case.steps.len()), ("adds", None, 0));
}

#[test]
fn a_page_may_come_with_floats_and_without_next_offset() {
    let page: Page<Project> = serde_json::from_value(
        json!({"count": 1.0, "items": [{"uid": 1.0, "key": "WEB", "customFields": null}]}),
    )
    .unwrap();
    assert_eq!((page.count, page.items[0].uid, page.next_offset), (1, Uid::new(1), None));
}

#[test]
fn an_answer_spells_out_what_is_null() {
    let page = Page::<Project> { count: 0, items: Vec::new(), next_offset: None };
    assert_eq!(serde_json::to_value(page).unwrap(), json!({"count": 0, "items": [], "nextOffset": null}));
    let run = serde_json::to_value(Run { uid: Uid::new(252), ..Run::default() }).unwrap();
    assert_eq!((&run["archivedAt"], &run["customFields"]["frequency"]), (&Value::Null, &json!({})));
}
