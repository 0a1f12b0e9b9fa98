//! The service's limit is not reached.

use testfiesta_client::provider::{Prepared, Provider, TestResult};

use super::{Desk, created, is_confirmed, passed};
use crate::testsigma::limit::limited;

#[tokio::test]
async fn a_reporter_at_its_pace_is_not_refused() {
    let desk = Desk::of(limited(10).await);
    let provider = desk.paced(desk.options(), 9.0);
    let run = created(&provider, &["TC-1", "TC-2", "TC-3"]).await;
    let results: Vec<TestResult> = ["TC-1", "TC-2", "TC-3"].map(passed).into();
    assert!(is_confirmed(&provider.submit(Some(&run), &results, Prepared::default()).await));
}

#[tokio::test]
async fn a_limit_that_others_use_up_is_waited_out() {
    let desk = Desk::of(limited(2).await);
    let provider = desk.paced(desk.options(), 5.0);
    let run = created(&provider, &["TC-1"]).await;
    assert!(is_confirmed(&provider.submit(Some(&run), &[passed("TC-1")], Prepared::default()).await));
}
