//! The project, the statuses and the user.

use serde_json::json;
use testfiesta_client::provider::{NewRun, Prepared, Provider, TestsigmaOptions, Verdict};
use testfiesta_server::testsigma::seed;

use super::{Desk, created, is_confirmed, new_run, passed, result};
use crate::testsigma::PROJECT;

#[tokio::test]
async fn the_project_goes_by_uuid_prefix_or_name() {
    let desk = Desk::start().await;
    for (at, project) in [PROJECT, "tc", "Web shop"].into_iter().enumerate() {
        let provider = desk.with(TestsigmaOptions { project: Some(project.into()), ..desk.options() });
        let new = NewRun { key: at.to_string(), ..new_run(&["TC-1"]) };
        assert!(provider.create_run(&new).await.unwrap().is_some(), "{project}");
    }
}

#[tokio::test]
async fn a_prefix_comes_before_a_name_on_whatever_page_it_is() {
    let desk = Desk::start().await;
    let project = |n: usize| json!({ "name": format!("N{n}"), "prefix": format!("P{n}") });
    let mut projects = vec![json!({ "name": "LAST", "prefix": "FIRST" })];
    projects.extend((0..100).map(project));
    projects.push(json!({ "name": "x", "prefix": "LAST", "cases": [{ "human_id": "LAST-1" }] }));
    seed(&desk.tms.app.store, &serde_json::from_value(json!({ "projects": projects })).unwrap()).unwrap();
    let provider = desk.with(TestsigmaOptions { project: Some("LAST".into()), ..desk.options() });
    assert!(created(&provider, &["LAST-1"]).await.id.starts_with("LAST-R-"));
}

#[tokio::test]
async fn a_project_that_is_not_there_is_named_with_those_that_are() {
    let desk = Desk::start().await;
    let provider = desk.with(TestsigmaOptions { project: Some("WEB".into()), ..desk.options() });
    let error = provider.create_run(&new_run(&["TC-1"])).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no project has the prefix or the name `WEB`: set TESTSIGMA_PROJECT to one of TC (Web shop)"
    );
}

#[tokio::test]
async fn ids_of_several_projects_need_the_setting() {
    let desk = Desk::start().await;
    let error = desk.provider().create_run(&new_run(&["TC-1", "WEB-1"])).await.unwrap_err();
    assert!(error.to_string().contains("set TESTSIGMA_PROJECT"), "{error}");
}

#[tokio::test]
async fn a_run_without_cases_needs_the_setting() {
    let desk = Desk::start().await;
    let new = NewRun { may_be_empty: true, ..new_run(&[]) };
    let error = desk.provider().create_run(&new).await.unwrap_err();
    let expected = "a run without cases does not say which project it is of: set TESTSIGMA_PROJECT";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn statuses_go_by_the_names_that_are_set() {
    let desk = Desk::start().await;
    let rows = json!({ "lookups": [
        { "kind": "result", "name": "Not run", "means": "active" },
        { "kind": "result", "name": "O-K", "means": "passed" },
        { "kind": "result", "name": "Not OK", "means": "failed" },
        { "kind": "result", "name": "Stopped", "means": "blocked" },
    ] });
    seed(&desk.tms.app.store, &serde_json::from_value(rows).unwrap()).unwrap();
    let error = desk.provider().create_run(&new_run(&["TC-1"])).await.unwrap_err();
    assert!(error.to_string().starts_with("no status is called `Passed`: set TESTSIGMA_STATUSES"), "{error}");

    let stopped = desk.tms.status("Stopped").await;
    let options = TestsigmaOptions {
        statuses: Box::new(move |kind| {
            Some(match kind {
                "passed" | "flaky" => "OK".into(),
                "timed_out" => stopped.clone(),
                _ => "not_ok".into(),
            })
        }),
        ..desk.options()
    };
    let provider = desk.with(options);
    let run = created(&provider, &["TC-1", "TC-2"]).await;
    let results = [passed("TC-1"), result("TC-2", "hangs", Verdict::TimedOut)];
    assert!(is_confirmed(&provider.submit(Some(&run), &results, Prepared::default()).await));
    let statuses: Vec<_> = desk.tms.outcomes(&run.id).await.into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["O-K", "Stopped"]);
}

#[tokio::test]
async fn the_user_goes_by_e_mail() {
    let desk = Desk::start().await;
    let rows =
        json!({ "users": [{ "email": "a@example.com" }, { "email": "b@example.com", "id": PROJECT }] });
    seed(&desk.tms.app.store, &serde_json::from_value(rows).unwrap()).unwrap();
    let provider = desk.with(TestsigmaOptions { user: Some("B@example.com".into()), ..desk.options() });
    let run = created(&provider, &["TC-1"]).await;
    let made = desk.tms.data(&super::at(&format!("/test_runs/{}", run.id))).await;
    assert_eq!(made["assignee_id"], PROJECT);
}

#[tokio::test]
async fn who_was_chosen_for_want_of_a_setting_is_told_to_whoever_chose() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    assert_eq!(provider.note(), None);
    let run = created(&provider, &["TC-1"]).await;
    let note = provider.note().expect("a note");
    assert!(note.starts_with("results are written in the name of "), "{note}");
    assert!(note.contains('@') && note.ends_with(", since `testsigma-user` names nobody"), "{note}");
    // The next process goes by what the first one chose.
    let another = desk.provider();
    assert!(is_confirmed(&another.submit(Some(&run), &[passed("TC-1")], Prepared::default()).await));
    assert_eq!(another.note(), None);
}

#[tokio::test]
async fn who_is_set_is_not_told() {
    let desk = Desk::start().await;
    let users = desk.tms.get("/users").await.ok();
    let email = users["data"][0]["email"].as_str().map(str::to_owned);
    let provider = desk.with(TestsigmaOptions { user: email, ..desk.options() });
    created(&provider, &["TC-1"]).await;
    assert_eq!(provider.note(), None);
}
