//! Results as a JUnit report.

use testfiesta_client::provider::{Prepared, Provider, TestsigmaOptions, Verdict, Writing};

use super::{Desk, created, failed, is_confirmed, passed, result};

#[tokio::test]
async fn a_report_arrives_under_the_cases_that_it_names() {
    let desk = Desk::start().await;
    let provider = desk.with(TestsigmaOptions { writing: Writing::JUnit, ..desk.options() });
    let run = created(&provider, &["TC-1", "TC-2", "TC-3"]).await;
    let mut broken = failed("TC-2");
    broken.message = Some("left: \"<a>\" & right".into());
    let results = [passed("TC-1"), broken, result("TC-3", "skips", Verdict::Skipped)];
    let receipts = provider.submit(Some(&run), &results, Prepared::default()).await;
    assert!(is_confirmed(&receipts), "{receipts:?}");
    let statuses: Vec<_> = desk.tms.outcomes(&run.id).await.into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["Passed", "Failed", "Skipped"]);
    assert!(desk.attempts().await[1].contains("left: \"&lt;a>\" &amp; right"));
}

#[tokio::test]
async fn what_no_xml_document_may_hold_does_not_keep_a_report_from_arriving() {
    let desk = Desk::start().await;
    let provider = desk.with(TestsigmaOptions { writing: Writing::JUnit, ..desk.options() });
    let run = created(&provider, &["TC-1"]).await;
    let mut broken = failed("TC-1");
    broken.message = Some("a\u{fffe}\u{ffff}\u{b}b".into());
    let receipts = provider.submit(Some(&run), &[broken], Prepared::default()).await;
    assert!(is_confirmed(&receipts), "{receipts:?}");
}
