//! From a run to its end: contract, section 9.

use std::time::Duration;

use testfiesta_client::provider::{
    CaseKey, Closing, NewRun, Prepared, Provider, Receipt, TestResult, TestsigmaOptions, Verdict,
};
use testfiesta_server::keys;

use super::{Desk, created, failed, is_confirmed, new_run, passed, result};
use crate::testsigma::Tms;

fn outcome(id: &str, status: &str) -> (String, String) {
    (id.into(), status.into())
}

#[tokio::test]
async fn outcomes_arrive_under_their_cases_and_the_run_is_closed() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    let run = created(&provider, &["TC-1", "TC-2", "TC-3"]).await;
    let skipped = result("TC-3", "skips", Verdict::Skipped);
    let receipts =
        provider.submit(Some(&run), &[passed("TC-1"), failed("TC-2"), skipped], Prepared::default()).await;
    assert!(is_confirmed(&receipts), "{receipts:?}");
    provider.close_run(&run, Closing { failed: true, is_final: true }).await.unwrap();
    let expected = [outcome("TC-1", "Passed"), outcome("TC-2", "Failed"), outcome("TC-3", "Skipped")];
    assert_eq!(desk.tms.outcomes(&run.id).await, expected);
    assert_eq!(desk.runs().await[0].1, "CLOSED");
}

#[tokio::test]
async fn a_run_goes_by_its_human_id_and_its_title_is_its_own() {
    let desk = Desk::start().await;
    let run = created(&desk.provider(), &["TC-1"]).await;
    assert!(run.id.starts_with("TC-R-"), "{}", run.id);
    assert!(run.name.starts_with("nightly [") && run.name.ends_with(']'), "{}", run.name);
}

/// Two machines create a run under one key at once, and call it so. Each writes a case.
async fn assert_agree(names: [&str; 2]) {
    let mut desk = Desk::start().await;
    let all = keys::NewKey { permissions: keys::Permission::ALL.to_vec(), ..keys::NewKey::named("all") };
    let (key, _) = keys::create(&desk.tms.app.store, all).unwrap();
    key.reveal().clone_into(&mut desk.tms.app.key);
    // Both look for a run before either has made one.
    desk.tms.app.faults.set(["latency=100ms,method=POST,path=*/test_runs".parse().unwrap()]);
    let directories = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let machines = directories.each_ref().map(|directory| {
        let directory = Some(directory.path().to_owned());
        desk.with(TestsigmaOptions { directory, ..desk.options() })
    });
    let new = names.map(|name| NewRun { name: name.into(), may_exist: true, ..new_run(&["TC-1", "TC-2"]) });
    let (one, other) = tokio::join!(machines[0].create_run(&new[0]), machines[1].create_run(&new[1]));
    let [one, other] = [one, other].map(|run| run.unwrap().expect("a run"));
    assert_eq!((desk.runs().await.len(), &one.id), (1, &other.id));
    assert!(is_confirmed(&machines[0].submit(Some(&one), &[passed("TC-1")], Prepared::default()).await));
    assert!(is_confirmed(&machines[1].submit(Some(&other), &[failed("TC-2")], Prepared::default()).await));
    assert_eq!(desk.tms.outcomes(&one.id).await, [outcome("TC-1", "Passed"), outcome("TC-2", "Failed")]);
}

#[tokio::test]
async fn machines_that_create_a_run_at_once_agree_on_the_first_title() {
    assert_agree(["nightly", "nightly"]).await;
}

#[tokio::test]
async fn machines_that_call_it_differently_agree_on_the_lowest_number() {
    assert_agree(["nightly of one", "nightly of another"]).await;
}

#[tokio::test]
async fn a_run_that_is_not_over_stays_open() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    let run = created(&provider, &["TC-1"]).await;
    provider.close_run(&run, Closing { failed: true, is_final: false }).await.unwrap();
    assert_eq!(desk.runs().await[0].1, "ACTIVE");
}

#[tokio::test]
async fn tests_of_one_case_are_one_result_the_worst_first() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    let run = created(&provider, &["TC-1"]).await;
    let results = [
        result("TC-1", "adds", Verdict::Passed),
        result("TC-1", "pays", Verdict::Crashed),
        result("TC-1", "ships", Verdict::Skipped),
    ];
    assert!(is_confirmed(&provider.submit(Some(&run), &results, Prepared::default()).await));
    assert_eq!(desk.tms.outcomes(&run.id).await, [outcome("TC-1", "Failed")]);
    let [description] = <[String; 1]>::try_from(desk.attempts().await).expect("one attempt");
    let at = |text: &str| description.find(text).unwrap_or_else(|| panic!("{text} in {description}"));
    assert!(at("Crashed after 1.250 s: pays\nleft != right") < at("Skipped") && at("Skipped") < at("Passed"));
}

#[tokio::test]
async fn what_is_submitted_again_is_not_written_again() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    let run = created(&provider, &["TC-1", "TC-2"]).await;
    let results = [passed("TC-1"), failed("TC-2")];
    provider.submit(Some(&run), &results, Prepared::default()).await.unwrap();
    // Also by another process.
    assert!(is_confirmed(&desk.provider().submit(Some(&run), &results, Prepared::default()).await));
    assert_eq!(desk.attempts().await.len(), 2);
}

#[tokio::test]
async fn a_case_that_comes_again_is_written_with_all_its_tests() {
    let desk = Desk::start().await;
    let run = created(&desk.provider(), &["TC-1"]).await;
    for (test, verdict) in [("adds", Verdict::Failed), ("pays", Verdict::Passed)] {
        // Each by a process of its own.
        let receipts =
            desk.provider().submit(Some(&run), &[result("TC-1", test, verdict)], Prepared::default()).await;
        assert!(is_confirmed(&receipts), "{receipts:?}");
    }
    assert_eq!(desk.tms.outcomes(&run.id).await, [outcome("TC-1", "Failed")]);
    let attempts = desk.attempts().await;
    assert!(attempts[1].contains("adds") && attempts[1].contains("pays"), "{attempts:?}");
}

#[tokio::test]
async fn a_case_of_another_binary_becomes_part_of_the_run() {
    let desk = Desk::start().await;
    let run = created(&desk.provider(), &["TC-1"]).await;
    let receipts = desk.provider().submit(Some(&run), &[passed("TC-3")], Prepared::default()).await;
    assert!(is_confirmed(&receipts), "{receipts:?}");
    let expected = [outcome("TC-1", "UnTested"), outcome("TC-3", "Passed")];
    assert_eq!(desk.tms.outcomes(&run.id).await, expected);
}

#[tokio::test]
async fn ids_that_the_project_does_not_have_cost_no_other() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    let run = created(&provider, &["TC-1", "TC-99"]).await;
    let own = TestResult {
        case: CaseKey::Own { external_id: "shop::cart::adds".into(), module_path: "cart".into() },
        ..passed("")
    };
    let receipts = provider
        .submit(Some(&run), &[passed("TC-99"), passed("TC-1"), own], Prepared::default())
        .await
        .unwrap();
    let expected = [
        Receipt::Unmapped("the project has no case TC-99".into()),
        Receipt::Confirmed,
        Receipt::Unmapped("the annotation names no case, and Testsigma takes no result without one".into()),
    ];
    assert_eq!(receipts, expected);
}

#[tokio::test]
async fn where_no_case_is_known_no_run_is_created() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    assert_eq!(provider.create_run(&new_run(&["TC-98", "TC-99"])).await, Ok(None));
    let receipts = provider.submit(None, &[passed("TC-99")], Prepared::default()).await.unwrap();
    assert_eq!(receipts, [Receipt::Unmapped("the project has no case TC-99".into())]);
    assert!(desk.runs().await.is_empty());
}

#[tokio::test]
async fn a_run_may_be_created_before_its_cases_are_known() {
    let desk = Desk::start().await;
    let options =
        testfiesta_client::provider::TestsigmaOptions { project: Some("TC".into()), ..desk.options() };
    let provider = desk.with(options);
    let new = testfiesta_client::provider::NewRun { may_be_empty: true, ..new_run(&[]) };
    let run = provider.create_run(&new).await.unwrap().expect("a run");
    assert_eq!(provider.find_run("run key").await.unwrap(), Some(run.clone()));
    assert!(is_confirmed(&desk.provider().submit(Some(&run), &[passed("TC-2")], Prepared::default()).await));
}

#[tokio::test]
async fn cases_that_another_machine_took_out_again_are_put_back() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    let run = created(&provider, &["TC-1", "TC-2"]).await;
    let others = desk.tms.case_ids(&["TC-3"]).await;
    let filters = crate::testsigma::new_run("", &others)["static_selection_filters"].clone();
    let path = super::at(&format!("/test_runs/{}", run.id));
    desk.tms.put(&path, serde_json::json!({ "static_selection_filters": filters })).await.ok();
    assert!(is_confirmed(
        &provider.submit(Some(&run), &[passed("TC-1"), passed("TC-2")], Prepared::default()).await
    ));
    assert_eq!(desk.tms.outcomes(&run.id).await.len(), 3);
}

#[tokio::test]
async fn the_same_key_leads_to_the_same_run() {
    let desk = Desk::start().await;
    let first = created(&desk.provider(), &["TC-1"]).await;
    // From another machine, which shares no files.
    let elsewhere = Desk { directory: tempfile::tempdir().unwrap(), ..desk };
    assert_eq!(created(&elsewhere.provider(), &["TC-1"]).await, first);
}

#[tokio::test]
async fn a_key_whose_run_is_closed_begins_another() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    let first = created(&provider, &["TC-1"]).await;
    provider.close_run(&first, Closing { failed: false, is_final: true }).await.unwrap();
    let second = created(&desk.provider(), &["TC-1"]).await;
    assert_ne!(second.id, first.id);
    assert!(is_confirmed(
        &desk.provider().submit(Some(&second), &[passed("TC-1")], Prepared::default()).await
    ));
}

#[tokio::test]
async fn an_existing_run_is_joined_by_either_id() {
    let desk = Desk::start().await;
    let made = desk.tms.run_of(&["TC-1"]).await;
    for id in [made["id"].as_str().unwrap(), made["human_id"].as_str().unwrap()] {
        let options =
            testfiesta_client::provider::TestsigmaOptions { project: Some("tc".into()), ..desk.options() };
        let provider = desk.with(options);
        let run = provider.join_run(id).await.unwrap();
        assert_eq!(run.id, made["human_id"].as_str().unwrap());
        assert!(is_confirmed(
            &provider.submit(Some(&run), &[passed("TC-1"), passed("TC-2")], Prepared::default()).await
        ));
    }
}

#[tokio::test]
async fn a_closed_run_is_not_joined() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    let run = created(&provider, &["TC-1"]).await;
    provider.close_run(&run, Closing { failed: false, is_final: true }).await.unwrap();
    assert_eq!(desk.provider().run_by_id(&run.id).await.map(|run| run.id), Ok(run.id.clone()));
    let error = desk.provider().join_run(&run.id).await.unwrap_err();
    let closed = format!("run {} is closed, and takes no results any more", run.id);
    assert_eq!(error.to_string(), format!("{closed}: TESTSIGMA_RUN_ID can name another"));
}

#[tokio::test]
async fn a_key_leads_to_the_open_run_and_else_to_the_last_one() {
    let desk = Desk::start().await;
    let provider = desk.with(TestsigmaOptions { project: Some("TC".into()), ..desk.options() });
    let first = created(&provider, &["TC-1"]).await;
    provider.close_run(&first, Closing { failed: false, is_final: true }).await.unwrap();
    let second = created(&provider, &["TC-1"]).await;
    for is_over in [false, true] {
        let found = provider.find_run("run key").await.unwrap().expect("a run");
        assert_eq!((&found, provider.is_over(&found).await), (&second, Ok(is_over)));
        provider.close_run(&found, Closing { failed: false, is_final: true }).await.unwrap();
    }
}

#[tokio::test]
async fn closing_what_is_closed_is_no_error() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    let run = created(&provider, &["TC-1"]).await;
    for _ in 0..2 {
        provider.close_run(&run, Closing { failed: false, is_final: true }).await.unwrap();
    }
}

#[tokio::test]
async fn a_case_that_was_deleted_since_is_unmapped_and_costs_no_other() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    let run = created(&provider, &["TC-1", "TC-2"]).await;
    desk.delete_cases(&["TC-2"]).await;
    let receipts =
        provider.submit(Some(&run), &[passed("TC-1"), passed("TC-2")], Prepared::default()).await.unwrap();
    assert_eq!(receipts, [Receipt::Confirmed, Receipt::Unmapped("the project has no case TC-2".into())]);
}

#[tokio::test]
async fn cases_that_were_deleted_before_the_run_is_to_have_them_are_unmapped_and_cost_no_other() {
    for is_named in [true, false] {
        let desk = Desk::of(Tms::with_cases(5).await);
        created(&desk.provider(), &["TC-1", "TC-2", "TC-3", "TC-4"]).await;
        let run = desk.tms.run_of(&["TC-5"]).await;
        let run = desk.provider().join_run(run["human_id"].as_str().unwrap()).await.unwrap();
        let gone = desk.tms.case_ids(&["TC-2", "TC-3"]).await;
        desk.delete_cases(&["TC-2", "TC-3"]).await;
        if !is_named {
            let fault = |id: &String| format!("422,method=PUT,body={id}").parse().unwrap();
            desk.tms.app.faults.set(gone.iter().map(fault));
        }
        // By a process that begins with what others learned.
        let results = ["TC-1", "TC-2", "TC-3", "TC-4"].map(passed);
        let receipts = desk.provider().submit(Some(&run), &results, Prepared::default()).await.unwrap();
        let unmapped = |id: &str| Receipt::Unmapped(format!("the project has no case {id}"));
        let expected = [Receipt::Confirmed, unmapped("TC-2"), unmapped("TC-3"), Receipt::Confirmed];
        assert_eq!(receipts, expected);
    }
}

#[tokio::test]
async fn a_deleted_case_that_a_run_was_made_of_does_not_keep_others_out() {
    let desk = Desk::start().await;
    let run = created(&desk.provider(), &["TC-1", "TC-2"]).await;
    desk.delete_cases(&["TC-2"]).await;
    for id in ["TC-3", "TC-1"] {
        let receipts = desk.provider().submit(Some(&run), &[passed(id)], Prepared::default()).await;
        assert!(is_confirmed(&receipts), "{receipts:?}");
    }
}

#[tokio::test]
async fn deleted_cases_of_a_new_run_are_waited_for_by_none() {
    let desk = Desk::of(Tms::with_cases(99).await);
    let ids: Vec<String> = (1..=99).map(|n| format!("TC-{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let provider = desk.with(TestsigmaOptions { lag: Duration::from_secs(3600), ..desk.options() });
    let run = created(&provider, &ids).await;
    desk.delete_cases(&["TC-17", "TC-50", "TC-51"]).await;
    let results: Vec<TestResult> = ids.iter().map(|id| passed(id)).collect();
    let submitted = provider.submit(Some(&run), &results, Prepared::default());
    let receipts = tokio::time::timeout(Duration::from_secs(60), submitted).await.expect("no pause").unwrap();
    let is_gone = |id: &str| ["TC-17", "TC-50", "TC-51"].contains(&id);
    for (id, receipt) in ids.iter().zip(receipts) {
        assert_eq!(matches!(receipt, Receipt::Unmapped(_)), is_gone(id), "{id}: {receipt:?}");
        assert_eq!(receipt == Receipt::Confirmed, !is_gone(id), "{id}: {receipt:?}");
    }
    assert_eq!(desk.attempts().await.len(), 96);
}

#[tokio::test]
async fn a_hundred_cases_travel_at_once() {
    let desk = Desk::of(Tms::with_cases(250).await);
    let ids: Vec<String> = (1..=250).map(|n| format!("TC-{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let provider = desk.provider();
    let run = created(&provider, &ids).await;
    let results: Vec<TestResult> = ids.iter().map(|id| passed(id)).collect();
    assert!(is_confirmed(&provider.submit(Some(&run), &results, Prepared::default()).await));
    assert_eq!(desk.attempts().await.len(), 250);
}

#[tokio::test]
async fn without_a_disk_everything_is_kept_in_memory() {
    let desk = Desk::start().await;
    let options = testfiesta_client::provider::TestsigmaOptions { directory: None, ..desk.options() };
    let provider = desk.with(options);
    let run = created(&provider, &["TC-1"]).await;
    for _ in 0..2 {
        assert!(is_confirmed(&provider.submit(Some(&run), &[passed("TC-1")], Prepared::default()).await));
    }
    assert_eq!(desk.attempts().await.len(), 1);
}
