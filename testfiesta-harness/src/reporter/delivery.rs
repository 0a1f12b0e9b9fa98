//! Getting results to a service, so that one that it refuses does not cost the others.

use testfiesta_client::{
    Error,
    provider::{CaseKey, Provider, Receipt, Run, TestResult},
};

use crate::event::{BatchAcknowledged, now};

/// What the journal keeps of receipts: each with the number of its result and what the result is.
pub fn acknowledgement<'a>(
    provider: &dyn Provider,
    run: &Run,
    receipts: impl IntoIterator<Item = (u64, &'a TestResult, Receipt)>,
) -> BatchAcknowledged {
    let mut batch = BatchAcknowledged {
        at: now(),
        destination: provider.destination(),
        run: run.id.clone(),
        confirmed: Vec::new(),
        unmapped: Vec::new(),
        rejected: Vec::new(),
    };
    for (seq, result, receipt) in receipts {
        match receipt {
            Receipt::Confirmed => batch.confirmed.push(seq),
            Receipt::Unmapped(reason) => batch.unmapped.push((seq, named(result, &reason))),
            Receipt::Rejected(reason) => batch.rejected.push((seq, named(result, &reason))),
            Receipt::Undelivered(_) => {}
        }
    }
    batch
}

fn named(result: &TestResult, reason: &str) -> String {
    match &result.case {
        CaseKey::Id(id) => format!("{} ({id}): {reason}", result.test),
        CaseKey::Own { .. } => format!("{}: {reason}", result.test),
    }
}

/// How many results in a row may be refused one by one before the service, not the results, is taken to be the reason.
const REFUSALS_IN_A_ROW: usize = 16;

/// The receipts for a part of the results, and where it begins.
#[derive(Debug)]
pub struct Handled {
    /// The first of these results.
    pub first: usize,
    /// What became of each.
    pub receipts: Vec<Receipt>,
}

/// Sends `results` in batches. A batch that the service refuses is halved until the refused result stands alone.
///
/// `handled` hears of each part as soon as it is known.
///
/// # Errors
///
/// Why the rest could not be delivered now.
pub async fn deliver(
    provider: &dyn Provider,
    run: &Run,
    results: &[TestResult],
    mut handled: impl FnMut(Handled),
) -> Result<(), Error> {
    let limit = provider.batch_limit().max(1);
    let starts = (0..results.len()).step_by(limit);
    let mut parts: Vec<_> = starts.map(|start| start..results.len().min(start + limit)).rev().collect();
    let mut refusals = 0;
    while let Some(part) = parts.pop() {
        match provider.submit(run, &results[part.clone()]).await {
            Ok(receipts) => {
                refusals = 0;
                let failure = receipts.iter().find_map(|receipt| match receipt {
                    Receipt::Undelivered(error) => Some(error.clone()),
                    _ => None,
                });
                handled(Handled { first: part.start, receipts });
                if let Some(error) = failure {
                    return Err(error);
                }
            }
            Err(error) if error.is_about_the_content() && part.len() > 1 => {
                let middle = part.start + part.len() / 2;
                parts.push(middle..part.end);
                parts.push(part.start..middle);
            }
            Err(error) if error.is_about_the_content() && refusals < REFUSALS_IN_A_ROW => {
                refusals += 1;
                handled(Handled { first: part.start, receipts: vec![Receipt::Rejected(error.to_string())] });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use testfiesta_client::provider::{Answer, NewRun};

    use super::*;
    use crate::{event::CaseFinished, outcome::Outcome, reporter::test_results};

    /// A service that refuses the results that it is told to, and any batch that holds one.
    struct Picky {
        refuses: fn(&str) -> bool,
        requests: Mutex<usize>,
    }

    impl Provider for Picky {
        fn destination(&self) -> String {
            "picky".to_owned()
        }
        fn batch_limit(&self) -> usize {
            100
        }
        fn create_run<'a>(&'a self, _: &'a NewRun) -> Answer<'a, Run> {
            unimplemented()
        }
        fn join_run<'a>(&'a self, _: &'a str) -> Answer<'a, Run> {
            unimplemented()
        }
        fn close_run<'a>(&'a self, _: &'a Run, _: bool, _: bool) -> Answer<'a, ()> {
            unimplemented()
        }
        fn submit<'a>(&'a self, _: &'a Run, results: &'a [TestResult]) -> Answer<'a, Vec<Receipt>> {
            *self.requests.lock().expect("a count") += 1;
            let refused = results.iter().find(|result| (self.refuses)(&result.test));
            let answer = match refused {
                Some(result) => Err(Error::Refused {
                    call: "POST /data".into(),
                    status: 422,
                    message: format!("{} is not welcome", result.test),
                    existing: None,
                }),
                None => Ok(vec![Receipt::Confirmed; results.len()]),
            };
            Box::pin(async { answer })
        }
    }

    fn unimplemented<T>() -> T {
        panic!("not part of a delivery")
    }

    fn results(count: usize) -> Vec<TestResult> {
        let case = |n: usize| CaseFinished {
            seq: n as u64,
            at: 0,
            micros: 0,
            test: format!("t{n}").into(),
            package: "p".into(),
            module_path: "m".into(),
            location: "f:1:1".into(),
            ids: Vec::new(),
            title: None,
            tags: Vec::new(),
            description: "".into(),
            outcome: Outcome::Passed,
            output: None,
            earlier: Vec::new(),
        };
        (0..count).flat_map(|n| test_results("key", "t", &case(n))).collect()
    }

    fn run_delivery(
        count: usize,
        refuses: fn(&str) -> bool,
    ) -> (Vec<Option<Receipt>>, Result<(), Error>, usize) {
        let service = Picky { refuses, requests: Mutex::new(0) };
        let run = Run { id: "1".into(), key: "key".into(), name: "run".into(), url: None };
        let mut receipts = vec![None; count];
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let outcome = runtime.block_on(deliver(&service, &run, &results(count), |handled| {
            for (offset, receipt) in handled.receipts.into_iter().enumerate() {
                receipts[handled.first + offset] = Some(receipt);
            }
        }));
        let requests = *service.requests.lock().expect("a count");
        (receipts, outcome, requests)
    }

    #[test]
    fn a_refused_result_is_named_and_costs_no_other() {
        let (receipts, outcome, _) = run_delivery(200, |test| test == "t77");
        assert!(outcome.is_ok());
        assert!(
            matches!(&receipts[77], Some(Receipt::Rejected(reason)) if reason.contains("t77 is not welcome"))
        );
        assert_eq!(receipts.iter().filter(|receipt| **receipt == Some(Receipt::Confirmed)).count(), 199);
    }

    #[test]
    fn batches_hold_as_many_results_as_the_service_takes() {
        let (_, _, requests) = run_delivery(250, |_| false);
        assert_eq!(requests, 3);
    }

    #[test]
    fn a_service_that_refuses_everything_is_not_asked_about_everything() {
        let (receipts, outcome, requests) = run_delivery(100, |_| true);
        assert!(outcome.is_err());
        assert!(receipts.iter().filter(|receipt| receipt.is_none()).count() > 80);
        assert!(requests < 60, "{requests} requests");
    }
}
