//! What is refused, and who is to blame: a result, or the run and the settings that all results share.

use serde_json::{Value, json};
use testfiesta_client::{
    Error,
    provider::{Closing, Prepared, Provider, Receipt, Run, TestsigmaOptions, Writing},
};
use testfiesta_server::testsigma::seed;

use super::{Desk, created, is_confirmed, new_run, passed};
use crate::testsigma::{Tms, at};

/// A UUID of nothing.
const NOTHING: &str = "00000000-0000-4000-8000-000000000000";

const IDS: [&str; 3] = ["TC-1", "TC-2", "TC-3"];

/// A provider that writes these passed results, and what it answers.
async fn submitted(
    desk: &Desk,
    options: TestsigmaOptions,
    run: &Run,
    ids: &[&str],
) -> Result<Vec<Receipt>, Error> {
    let results: Vec<_> = ids.iter().map(|id| passed(id)).collect();
    desk.with(options).submit(Some(run), &results, Prepared::default()).await
}

/// Whether everything stays queued, and the reason holds this text.
#[track_caller]
fn assert_queued(answer: &Result<Vec<Receipt>, Error>, reason: &str) {
    let is_due_to_it = |error: &Error| matches!(error, Error::Setting { reason: it } if it.contains(reason));
    let is_queued = match answer {
        Ok(receipts) => {
            receipts.iter().all(|it| matches!(it, Receipt::Undelivered(why) if is_due_to_it(why)))
        }
        Err(error) => is_due_to_it(error),
    };
    assert!(is_queued, "{answer:?}");
}

async fn seeded(desk: &Desk, rows: Value) {
    seed(&desk.tms.app.store, &serde_json::from_value(rows).unwrap()).unwrap();
}

#[tokio::test]
async fn a_run_that_was_closed_keeps_its_results_queued() {
    for writing in [Writing::Direct, Writing::JUnit] {
        for count in [1, 3, 20] {
            let desk = Desk::of(Tms::with_cases(count).await);
            let ids: Vec<String> = (1..=count).map(|n| format!("TC-{n}")).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let run = created(&desk.provider(), &ids).await;
            desk.provider().close_run(&run, Closing { failed: false, is_final: true }).await.unwrap();
            let answer = submitted(&desk, TestsigmaOptions { writing, ..desk.options() }, &run, &ids).await;
            assert_queued(&answer, &format!("run {} is closed", run.id));
        }
    }
}

#[tokio::test]
async fn a_closed_run_does_not_take_a_case_of_another_binary() {
    let desk = Desk::start().await;
    let run = created(&desk.provider(), &["TC-1"]).await;
    desk.provider().close_run(&run, Closing { failed: false, is_final: true }).await.unwrap();
    assert_queued(&submitted(&desk, desk.options(), &run, &["TC-2"]).await, "is closed");
}

#[tokio::test]
async fn a_run_that_was_deleted_keeps_its_results_queued() {
    let mut desk = Desk::start().await;
    desk.tms.app.key = desk.tms.app.key_with(&testfiesta_server::keys::Permission::ALL);
    let run = created(&desk.provider(), &IDS).await;
    let path = at(&format!("/test_runs/{}", run.id));
    assert!(desk.tms.call(reqwest::Method::DELETE, &path, None).await.status < 300);
    let receipts = submitted(&desk, desk.options(), &run, &IDS).await.unwrap();
    let reason = format!("run {} is not there any more", run.id);
    let is_queued = |it: &Receipt| matches!(it, Receipt::Undelivered(why @ Error::NotFound { .. }) if why.to_string().contains(&reason));
    assert!(receipts.iter().all(is_queued), "{receipts:?}");
}

#[tokio::test]
async fn a_closed_run_is_told_to_whoever_asks() {
    let desk = Desk::start().await;
    let provider = desk.provider();
    let run = created(&provider, &IDS).await;
    assert_eq!(provider.check_run(&run).await, Ok(()));
    provider.close_run(&run, Closing { failed: false, is_final: true }).await.unwrap();
    let error = provider.check_run(&run).await.unwrap_err();
    assert!(error.to_string().contains("is closed"), "{error}");
}

#[tokio::test]
async fn a_status_that_there_is_not_is_named_before_anything_is_written() {
    let desk = Desk::start().await;
    let run = created(&desk.provider(), &IDS).await;
    // From another machine, which knows nothing of the run.
    let elsewhere = tempfile::tempdir().unwrap();
    let options = TestsigmaOptions {
        statuses: Box::new(|_| Some(NOTHING.into())),
        directory: Some(elsewhere.path().to_owned()),
        ..desk.options()
    };
    let reason = format!("no status has the id `{NOTHING}`: set TESTSIGMA_STATUSES");
    assert_queued(&submitted(&desk, options, &run, &IDS).await, &reason);
    assert!(desk.attempts().await.is_empty());
}

#[tokio::test]
async fn a_status_that_is_gone_is_looked_up_anew() {
    let desk = Desk::start().await;
    let run = created(&desk.provider(), &IDS).await;
    let status = |name: &str| json!({ "kind": "result", "name": name, "means": name.to_lowercase() });
    let names = ["Active", "Passed", "Failed", "Skipped"];
    // Each with another id than before.
    seeded(&desk, json!({ "lookups": names.map(status) })).await;
    assert_queued(&submitted(&desk, desk.options(), &run, &IDS).await, "statuses");
    assert!(is_confirmed(&submitted(&desk, desk.options(), &run, &IDS).await));
}

#[tokio::test]
async fn a_user_that_there_is_not_is_named_and_the_setting_may_be_mended() {
    let desk = Desk::start().await;
    let made = desk.tms.run_of(&IDS).await;
    let by_nobody =
        || TestsigmaOptions { project: Some("TC".into()), user: Some(NOTHING.into()), ..desk.options() };
    let run = desk.with(by_nobody()).join_run(made["id"].as_str().unwrap()).await.unwrap();
    let answer = submitted(&desk, by_nobody(), &run, &IDS).await;
    assert_queued(&answer, &format!("TESTSIGMA_USER is `{NOTHING}`, and no user has this id"));
    assert!(is_confirmed(&submitted(&desk, desk.options(), &run, &IDS).await));
}

#[tokio::test]
async fn a_refused_result_costs_no_other_and_stays_refused() {
    let desk = Desk::start().await;
    let run = created(&desk.provider(), &IDS).await;
    fail(&desk, 422, &["TC-2"]).await;
    let receipts = submitted(&desk, desk.options(), &run, &IDS).await.unwrap();
    for (id, receipt) in IDS.iter().zip(receipts) {
        assert_eq!(matches!(receipt, Receipt::Rejected(_)), *id == "TC-2", "{id}: {receipt:?}");
    }
}

#[tokio::test]
async fn a_few_that_are_refused_are_doubted_until_the_run_holds_a_result() {
    for status in [400, 409, 422] {
        let desk = Desk::start().await;
        let run = created(&desk.provider(), &IDS).await;
        fail(&desk, status, &IDS).await;
        let receipts = submitted(&desk, desk.options(), &run, &IDS).await.unwrap();
        let is_doubted = |it: &Receipt| matches!(it, Receipt::Doubtful(why) if why.is_about_the_content());
        assert!(receipts.iter().all(is_doubted), "{receipts:?}");

        fail(&desk, status, &IDS[..2]).await;
        assert!(is_confirmed(&submitted(&desk, desk.options(), &run, &IDS[2..]).await));
        let receipts = submitted(&desk, desk.options(), &run, &IDS[..2]).await.unwrap();
        assert!(receipts.iter().all(|it| matches!(it, Receipt::Rejected(_))), "{receipts:?}");
    }
}

#[tokio::test]
async fn what_is_written_to_a_run_that_goes_by_the_id_of_a_deleted_one_is_written_anew() {
    let mut desk = Desk::start().await;
    desk.tms.app.key = desk.tms.app.key_with(&testfiesta_server::keys::Permission::ALL);
    let written = async || {
        let run = created(&desk.provider(), &IDS).await;
        assert!(is_confirmed(&submitted(&desk, desk.options(), &run, &IDS).await));
        assert_eq!(desk.attempts().await.len(), 3);
        run
    };
    let deleted = written().await;
    let path = at(&format!("/test_runs/{}", deleted.id));
    assert!(desk.tms.call(reqwest::Method::DELETE, &path, None).await.status < 300);
    assert_eq!(written().await.id, deleted.id);
}

/// A desk with so many cases, their ids, and a run of them.
async fn with_run_of(count: usize) -> (Desk, Vec<String>, Run) {
    let desk = Desk::of(Tms::with_cases(count).await);
    let ids: Vec<String> = (1..=count).map(|n| format!("TC-{n}")).collect();
    let run = created(&desk.provider(), &texts(&ids)).await;
    (desk, ids, run)
}

fn texts(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}

/// From now on, each write of one of these cases fails so.
async fn fail(desk: &Desk, status: u16, ids: &[&str]) {
    let bodies = desk.tms.case_ids(ids).await;
    let fault = |id: &String| format!("{status},method=PUT,path=*/test_cases,body={id}").parse().unwrap();
    desk.tms.app.faults.set(bodies.iter().map(fault));
}

#[tokio::test]
async fn what_stands_behind_many_refused_results_is_written() {
    let (desk, ids, run) = with_run_of(60).await;
    let ids = texts(&ids);
    fail(&desk, 422, &ids[..40]).await;
    let receipts = submitted(&desk, desk.options(), &run, &ids).await.unwrap();
    assert!(receipts[..40].iter().all(|it| matches!(it, Receipt::Rejected(_))), "{receipts:?}");
    assert!(receipts[40..].iter().all(|it| *it == Receipt::Confirmed), "{receipts:?}");
    assert_eq!(desk.attempts().await.len(), 20);
}

#[tokio::test]
async fn where_everything_is_refused_nothing_is_held_against_any() {
    let (desk, ids, run) = with_run_of(60).await;
    let ids = texts(&ids);
    desk.tms.app.faults.set(["422,method=PUT,path=*/test_cases".parse().unwrap()]);
    let receipts = submitted(&desk, desk.options(), &run, &ids).await.unwrap();
    let is_queued = |it: &Receipt| matches!(it, Receipt::Undelivered(error) if error.is_about_the_content());
    assert!(receipts.iter().all(is_queued), "{receipts:?}");
    desk.tms.app.faults.set([]);
    assert!(is_confirmed(&submitted(&desk, desk.options(), &run, &ids).await));
}

#[tokio::test]
async fn a_result_that_the_service_breaks_over_costs_no_other() {
    for culprit in [0, 29] {
        let (desk, ids, run) = with_run_of(30).await;
        let ids = texts(&ids);
        fail(&desk, 500, &[ids[culprit]]).await;
        let receipts = submitted(&desk, desk.options(), &run, &ids).await.unwrap();
        for (at, receipt) in receipts.iter().enumerate() {
            let is_aside = matches!(receipt, Receipt::Doubtful(error) if error.is_internal());
            assert_eq!(
                (is_aside, *receipt == Receipt::Confirmed),
                (at == culprit, at != culprit),
                "{receipt:?}"
            );
        }
        desk.tms.app.faults.set([]);
        assert!(is_confirmed(&submitted(&desk, desk.options(), &run, &ids).await));
        assert_eq!(desk.attempts().await.len(), 30);
    }
}

#[tokio::test]
async fn where_the_service_breaks_over_everything_nothing_is_set_aside() {
    let (desk, ids, run) = with_run_of(30).await;
    desk.tms.app.faults.set(["500,method=PUT,path=*/test_cases".parse().unwrap()]);
    let receipts = submitted(&desk, desk.options(), &run, &texts(&ids)).await.unwrap();
    let is_queued = |it: &Receipt| matches!(it, Receipt::Undelivered(error) if error.is_internal());
    assert!(receipts.iter().all(is_queued), "{receipts:?}");
}

#[tokio::test]
async fn an_id_that_the_service_does_not_look_up_is_searched_for() {
    let desk = Desk::start().await;
    desk.tms.app.faults.set(["422,method=GET,path=*/test_cases/TC-3".parse().unwrap()]);
    let run = created(&desk.provider(), &IDS).await;
    assert!(is_confirmed(&submitted(&desk, desk.options(), &run, &IDS).await));
}

#[tokio::test]
async fn an_id_that_the_service_breaks_over_costs_no_other() {
    let desk = Desk::start().await;
    desk.tms.app.faults.set(["500,method=GET,path=*/test_cases/TC-3".parse().unwrap()]);
    let run = created(&desk.provider(), &IDS).await;
    let receipts = submitted(&desk, desk.options(), &run, &IDS).await.unwrap();
    assert_eq!(receipts[..2], [Receipt::Confirmed, Receipt::Confirmed]);
    assert!(matches!(&receipts[2], Receipt::Doubtful(error) if error.is_internal()), "{receipts:?}");
    desk.tms.app.faults.set([]);
    assert!(is_confirmed(&submitted(&desk, desk.options(), &run, &IDS).await));
    assert_eq!(desk.attempts().await.len(), 3);
}

#[tokio::test]
async fn a_service_that_looks_up_no_id_is_not_asked_for_all_and_knows_of_none_that_is_missing() {
    let desk = Desk::start().await;
    desk.tms.app.faults.set(["500,method=GET,path=*/test_cases/*".parse().unwrap()]);
    let error = desk.provider().create_run(&new_run(&IDS)).await.unwrap_err();
    assert!(error.is_internal(), "{error}");
    let many: Vec<String> = (1..=500).map(|n| format!("TC-{n}")).collect();
    let error = desk.provider().create_run(&new_run(&texts(&many))).await.unwrap_err();
    assert!(error.is_internal(), "{error}");
}
