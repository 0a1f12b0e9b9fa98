//! Every fault against every request: nothing is lost, nothing is there twice, no case is written twice.

use std::time::Duration;

use testfiesta_client::provider::{Closing, Prepared, Provider, Run};

use super::{Desk, failed, is_confirmed, new_run, passed};

/// The requests of a report. The cases of the run are read where a write was not answered, so one is not.
const REQUESTS: [&str; 9] = [
    "method=GET,path=*/projects",
    "method=GET,path=*/test_runs/statuses",
    "method=GET,path=*/users",
    "method=GET,path=*/test_cases/TC-2",
    "method=GET,path=*/test_runs",
    "method=POST,path=*/test_runs",
    "method=PUT,path=*/test_cases",
    "method=GET,path=*/test_runs/*/test_cases",
    "method=PUT,path=*/test_runs/0*",
];

/// How often somebody tries until it has worked: the courier does while tests run, `resend` afterwards.
const TRIES: usize = 6;

/// A whole report, each step as often as it takes, and by another process every time.
async fn report(desk: &Desk) -> Option<Run> {
    let ids = ["TC-1", "TC-2", "TC-3"];
    let results = [passed("TC-1"), failed("TC-2"), passed("TC-3")];
    let mut run = None;
    for _ in 0..TRIES {
        run = desk.provider().create_run(&new_run(&ids)).await.ok().flatten();
        if run.is_some() {
            break;
        }
    }
    let run = run?;
    for _ in 0..TRIES {
        if is_confirmed(&desk.provider().submit(Some(&run), &results, Prepared::default()).await) {
            break;
        }
    }
    for _ in 0..TRIES {
        if desk.provider().close_run(&run, Closing { failed: true, is_final: true }).await.is_ok() {
            return Some(run);
        }
    }
    None
}

/// A server that fails so for this request.
async fn failing(fault: &str, request: &str) -> Desk {
    let mut desk = Desk::start().await;
    if fault.starts_with("hang") {
        desk.patience = Duration::from_millis(400);
    }
    let mut faults = vec![format!("{fault},{request}")];
    if request.contains("GET,path=*/test_runs/*/") {
        faults.push("reset=after,method=PUT,path=*/test_cases,times=1".to_owned());
    }
    desk.tms.app.faults.set(faults.iter().map(|fault| fault.parse().unwrap()));
    desk
}

async fn survives(fault: &str) {
    // Once is survived within a call, more often by another. A hang takes its time, and so does a limit.
    let times: &[u32] = if fault.starts_with("hang") || fault == "429" { &[1] } else { &[1, 4] };
    for (request, times) in
        REQUESTS.iter().flat_map(|request| times.iter().map(move |times| (request, times)))
    {
        let spec = format!("{fault},times={times}");
        let desk = failing(&spec, request).await;
        let run = report(&desk).await.unwrap_or_else(|| panic!("{spec}: {request} never succeeded"));
        desk.tms.app.faults.set([]);
        let outcome = |id: &str, status: &str| (id.to_owned(), status.to_owned());
        let expected = [outcome("TC-1", "Passed"), outcome("TC-2", "Failed"), outcome("TC-3", "Passed")];
        assert_eq!(desk.tms.outcomes(&run.id).await, expected, "{spec}: {request}");
        let runs = desk.runs().await;
        assert_eq!((runs.len(), runs[0].1.as_str()), (1, "CLOSED"), "{spec}: {request}: {runs:?}");
        assert_eq!(desk.attempts().await.len(), 3, "{spec}: {request}");
    }
}

#[tokio::test]
async fn every_request_is_one_that_a_report_needs() {
    for request in REQUESTS {
        let desk = failing("503", request).await;
        let run = report(&desk).await;
        desk.tms.app.faults.set([]);
        let arrived = match &run {
            None => false,
            Some(run) => desk.tms.outcomes(&run.id).await.iter().all(|(_, status)| status != "UnTested"),
        };
        // What a lost answer was about arrived nevertheless.
        assert!(!arrived || request.contains("GET,path=*/test_runs/*/"), "{request}");
    }
}

macro_rules! faults {
    ($($name:ident: $fault:literal,)*) => { $(
        #[tokio::test]
        async fn $name() {
            survives($fault).await;
        }
    )* };
}

faults! {
    a_500: "500",
    a_503: "503",
    a_503_that_asks_to_wait: "503,retry-after=1s",
    a_429: "429",
    a_page_instead_of_json: "html",
    a_reset_before: "reset=before",
    a_reset_after: "reset=after",
    a_reset_within: "reset=within",
    a_hang_before: "hang",
    a_hang_after: "hang=after",
    a_truncated_answer: "truncated",
}
