//! Against a service that takes what it is told to take.

use std::sync::Mutex;

use testfiesta_client::provider::{Closing, File, NewRun, ResultKey};

use super::*;
use crate::{
    event::CaseFinished,
    reporter::{
        courier::Courier,
        results::{Labels, test_results},
    },
    run_file::RunFile,
};

/// A service that refuses the results that it is told to, and any batch that holds one.
struct Picky {
    /// The status for a result that it does not take.
    minds: fn(&str) -> Option<u16>,
    /// Whether it answers for each result of a batch.
    is_thorough: bool,
    /// Whether its run can be looked at.
    is_there: bool,
    steps: Mutex<Vec<Step>>,
}

/// Of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Prepared,
    Sent,
    Answered,
}

impl Picky {
    fn did(&self, step: Step) {
        self.steps.lock().expect("steps").push(step);
    }
}

impl Provider for Picky {
    fn service(&self) -> &'static str {
        "picky"
    }
    fn destination(&self) -> String {
        "picky".to_owned()
    }
    fn batch_limit(&self) -> usize {
        100
    }
    fn create_run<'a>(&'a self, _: &'a NewRun) -> BoxFuture<'a, Option<Run>> {
        Box::pin(async { Ok(Some(run())) })
    }
    fn join_run<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Run> {
        unimplemented()
    }
    fn close_run<'a>(&'a self, _: &'a Run, _: Closing) -> BoxFuture<'a, ()> {
        unimplemented()
    }
    fn takes_attachments(&self) -> bool {
        true
    }
    fn attach<'a>(&'a self, _: &'a Run, _: &'a ResultKey, files: &'a [File]) -> BoxFuture<'a, Vec<Receipt>> {
        Box::pin(async { Ok(vec![Receipt::Confirmed; files.len()]) })
    }
    fn check_run<'a>(&'a self, _: &'a Run) -> BoxFuture<'a, ()> {
        let answer = if self.is_there { Ok(()) } else { Err(error(500, "run")) };
        Box::pin(async { answer })
    }
    fn prepare(&self, _: Option<&Run>, _: &[TestResult]) -> Prepared {
        self.did(Step::Prepared);
        Prepared::default()
    }
    fn submit<'a>(
        &'a self,
        _: Option<&'a Run>,
        results: &'a [TestResult],
        _: Prepared,
    ) -> BoxFuture<'a, Vec<Receipt>> {
        let error = |result: &TestResult| Some(error((self.minds)(&result.test)?, &result.test));
        let one = |result| error(result).map_or(Receipt::Confirmed, Receipt::Doubtful);
        let answer = match results.iter().find_map(error) {
            Some(error) if !self.is_thorough => Err(error),
            _ => Ok(results.iter().map(one).collect()),
        };
        Box::pin(async {
            self.did(Step::Sent);
            tokio::task::yield_now().await;
            self.did(Step::Answered);
            answer
        })
    }
}

fn error(status: u16, test: &str) -> Error {
    let (call, message) = ("POST /data".into(), format!("{test} is not welcome"));
    match status {
        500.. => Error::Failing { call, status, message, retry_after: None },
        _ => Error::Refused { call, status, message, existing: None },
    }
}

fn run() -> Run {
    Run { id: "1".into(), key: "key".into(), name: "run".into(), url: None }
}

/// As in `t7`.
fn number(test: &str) -> usize {
    test[1..].parse().expect("a number")
}

fn unimplemented<T>() -> T {
    panic!("not part of a delivery")
}

fn load(count: usize, message: &str) -> Load {
    let case =
        |n: usize| CaseFinished { test: format!("t{n}").into(), ..CaseFinished::example(n as u64, &[]) };
    let mut load = Load::default();
    for n in 0..count {
        for result in test_results("picky", &Labels::example(), &case(n)) {
            let message = Some(message.to_owned());
            load.push(Origin { journal: n % 2, seq: n as u64 }, TestResult { message, ..result });
        }
    }
    load
}

/// By number, whatever journal it stands in.
#[derive(Default)]
struct Noted {
    confirmed: Vec<u64>,
    rejected: Vec<(u64, String)>,
}

impl Notes for Noted {
    fn acknowledge(&mut self, journal: usize, batch: BatchAcknowledged) {
        assert!(batch.confirmed.iter().all(|seq| *seq as usize % 2 == journal));
        self.confirmed.extend(batch.confirmed);
        self.rejected.extend(batch.rejected);
    }
}

struct Delivered {
    noted: Noted,
    outcome: Result<(), Error>,
    /// How many are still to be sent, with those that were set aside.
    left: usize,
    set_aside: Option<String>,
    steps: Vec<Step>,
}

impl Delivered {
    fn requests(&self) -> usize {
        self.steps.iter().filter(|step| **step == Step::Sent).count()
    }
}

fn delivered(load: Load, minds: fn(&str) -> Option<u16>) -> Delivered {
    Picky::minding(minds).delivered(load, &mut |_| {})
}

impl Picky {
    fn minding(minds: fn(&str) -> Option<u16>) -> Self {
        Self { minds, is_thorough: false, is_there: true, steps: Mutex::default() }
    }

    fn delivered(self, mut load: Load, supply: &mut Supply<'_>) -> Delivered {
        let run = run();
        let mut noted = Noted::default();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let outcome = runtime.block_on(async {
            let mut delivery = Delivery::new(&self, Some(&run), &mut noted, Standing::default());
            while load.has_results() {
                delivery.send_next(&mut load, supply).await?;
            }
            delivery.note(&mut load);
            Ok(())
        });
        let steps = self.steps.into_inner().expect("steps");
        let set_aside = load.set_aside();
        load.take_up_again();
        Delivered { noted, outcome, left: load.len(), set_aside, steps }
    }
}

#[test]
fn a_refused_result_is_named_and_costs_no_other() {
    let Delivered { noted, outcome, left, .. } =
        delivered(load(200, ""), |test| (test == "t77").then_some(422));
    assert_eq!((outcome, left, noted.confirmed.len()), (Ok(()), 0, 199));
    assert!(
        matches!(&*noted.rejected, [(77, reason)] if reason.contains("t77 is not welcome")),
        "{:?}",
        noted.rejected
    );
}

#[test]
fn batches_hold_as_many_results_as_the_service_takes() {
    assert_eq!(delivered(load(250, ""), |_| None).requests(), 3);
}

#[test]
fn batches_hold_as_many_bytes_as_the_service_takes() {
    let half_a_batch = "x".repeat(1 << 19);
    assert_eq!(delivered(load(4, &half_a_batch), |_| None).requests(), 4);
}

#[test]
fn a_service_that_refuses_everything_is_not_asked_about_everything() {
    let delivered = delivered(load(100, ""), |_| Some(422));
    assert!(delivered.outcome.is_err());
    assert!(delivered.requests() < 60, "{} requests", delivered.requests());
    assert_eq!((delivered.left, delivered.noted.rejected), (100, Vec::new()));
}

#[test]
fn a_batch_is_prepared_while_the_one_before_it_is_under_way() {
    use Step::{Answered, Prepared, Sent};
    let steps = delivered(load(300, ""), |_| None).steps;
    assert_eq!(steps, [Prepared, Sent, Prepared, Answered, Sent, Prepared, Answered, Sent, Answered]);
}

#[test]
fn what_arrives_while_a_batch_is_under_way_is_the_next_one() {
    use Step::{Answered, Prepared, Sent};
    let mut late = Some(load(50, ""));
    let mut supply = |load: &mut Load| {
        if let Some(late) = late.take() {
            late.origins.into_iter().zip(late.results).for_each(|(origin, it)| load.push(origin, it));
        }
    };
    let delivered = Picky::minding(|_| None).delivered(load(100, ""), &mut supply);
    assert_eq!(delivered.steps, [Prepared, Sent, Prepared, Answered, Sent, Answered]);
    assert_eq!(delivered.noted.confirmed.len(), 150);
}

#[test]
fn a_result_that_the_service_breaks_over_costs_no_other() {
    for culprit in ["t0", "t77", "t199"] {
        let minds: fn(&str) -> Option<u16> = match culprit {
            "t0" => |test| (test == "t0").then_some(500),
            "t77" => |test| (test == "t77").then_some(500),
            _ => |test| (test == "t199").then_some(500),
        };
        let Delivered { noted, outcome, left, set_aside, .. } = delivered(load(200, ""), minds);
        assert_eq!((outcome, left, noted.confirmed.len()), (Ok(()), 1, 199), "{culprit}");
        assert_eq!(noted.rejected, []);
        let reason = format!("{culprit}: the service failed at POST /data (500): {culprit} is not welcome");
        assert_eq!(set_aside, Some(reason));
    }
}

#[test]
fn a_service_that_breaks_over_everything_is_left_alone_soon() {
    for is_thorough in [false, true] {
        let service = Picky { is_thorough, ..Picky::minding(|_| Some(500)) };
        let delivered = service.delivered(load(100, ""), &mut |_| {});
        assert!(delivered.outcome.is_err());
        assert!(delivered.requests() <= FAILURES_IN_A_ROW + 1, "{} requests", delivered.requests());
        assert_eq!((delivered.noted.confirmed, delivered.noted.rejected), (Vec::new(), Vec::new()));
    }
}

#[test]
fn a_service_that_breaks_over_its_run_too_is_not_sent_parts() {
    let service = Picky { is_there: false, ..Picky::minding(|test| (test == "t7").then_some(500)) };
    let delivered = service.delivered(load(100, ""), &mut |_| {});
    assert_eq!((delivered.requests(), delivered.left), (1, 100));
}

#[test]
fn a_service_that_is_not_available_is_not_sent_parts() {
    let delivered = delivered(load(100, ""), |test| (test == "t7").then_some(503));
    assert_eq!((delivered.requests(), delivered.left), (1, 100));
}

#[test]
fn what_is_refused_by_itself_is_held_against_it_once_another_was_taken() {
    let minds = |test: &str| (test == "t7").then_some(422);
    let service = Picky { is_thorough: true, ..Picky::minding(minds) };
    let Delivered { noted, outcome, left, .. } = service.delivered(load(20, ""), &mut |_| {});
    assert_eq!((outcome, left, noted.confirmed.len()), (Ok(()), 0, 19));
    assert!(matches!(&*noted.rejected, [(7, _)]), "{:?}", noted.rejected);
}

#[test]
fn where_each_is_refused_by_itself_nothing_is_held_against_any() {
    let service = Picky { is_thorough: true, ..Picky::minding(|_| Some(422)) };
    let delivered = service.delivered(load(100, ""), &mut |_| {});
    assert!(delivered.outcome.is_err());
    assert_eq!((delivered.left, delivered.noted.rejected), (100, Vec::new()));
}

#[test]
fn a_run_that_refuses_many_is_looked_at_before_any_others_are_tried() {
    let service = Picky { is_there: false, ..Picky::minding(|_| Some(422)) };
    let delivered = service.delivered(load(100, ""), &mut |_| {});
    assert_eq!(delivered.outcome, Err(error(500, "run")));
    assert!(delivered.requests() < 40, "{} requests", delivered.requests());
    assert_eq!((delivered.left, delivered.noted.rejected), (100, Vec::new()));
}

#[test]
fn what_a_run_refuses_that_is_lost_midway_is_held_against_none() {
    let service = Picky { is_there: false, ..Picky::minding(|test| (number(test) >= 100).then_some(422)) };
    let Delivered { noted, outcome, left, .. } = service.delivered(load(200, ""), &mut |_| {});
    assert_eq!((outcome, left, noted.confirmed.len()), (Err(error(500, "run")), 100, 100));
    assert_eq!(noted.rejected, []);
}

#[test]
fn what_stands_behind_many_refused_results_is_delivered_and_they_are_to_blame() {
    let minds = |test: &str| (number(test) < 300).then_some(422);
    for is_thorough in [false, true] {
        let service = Picky { is_thorough, ..Picky::minding(minds) };
        let Delivered { noted, outcome, left, steps, .. } = service.delivered(load(600, ""), &mut |_| {});
        assert_eq!((outcome, left, noted.confirmed.len()), (Ok(()), 0, 300));
        let mut rejected: Vec<u64> = noted.rejected.iter().map(|(seq, _)| *seq).collect();
        rejected.sort_unstable();
        assert_eq!(rejected, Vec::from_iter(0..300));
        // Each of them alone, and what it takes to get there.
        assert!(steps.len() < 300 * 15, "{} steps", steps.len());
    }
}

#[test]
fn what_stands_between_refused_results_is_delivered() {
    let minds = |test: &str| (!(700..1000).contains(&number(test))).then_some(422);
    let Delivered { noted, outcome, left, set_aside, .. } = delivered(load(2000, ""), minds);
    assert!(outcome.is_err_and(|error| error.is_about_the_content()));
    assert_eq!((noted.confirmed.len(), noted.rejected.len() + left), (300, 1700));
    assert!(set_aside.is_some_and(|reason| reason.contains(" is not welcome (and ")));
}

#[test]
fn a_service_that_refuses_ten_thousand_is_asked_about_few() {
    let delivered = delivered(load(10_000, ""), |_| Some(422));
    assert!(delivered.outcome.is_err());
    assert!(delivered.requests() < 60, "{} requests", delivered.requests());
    assert_eq!((delivered.left, delivered.noted.rejected), (10_000, Vec::new()));
    assert_eq!(
        delivered.set_aside.as_deref(),
        Some("t0: POST /data was refused (422): t0 is not welcome (and 31 more)")
    );
}

#[test]
fn what_was_refused_too_often_is_out_of_the_way_until_another_is_taken() {
    let directory = tempfile::tempdir().expect("a directory");
    let service = Picky::minding(|test| (number(test) < 100).then_some(422));
    let run_file = RunFile::new(directory.path(), "key");
    let mut courier = Courier::new(Box::new(service), run_file, NewRun::default(), None);
    let (mut noted, mut load) = (Noted::default(), load(120, ""));
    let (good_origins, good_results) = (load.origins.split_off(100), load.results.split_off(100));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        courier.deliver(&mut load, &mut noted, &mut |_| {}).await;
        assert_eq!((load.len(), courier.failures.is_down()), (100 - 32, false), "{:?}", courier.trouble());
        assert!(load.set_aside().is_some_and(|it| it.starts_with("t0: ") && it.ends_with(" (and 31 more)")));
        good_origins.into_iter().zip(good_results).for_each(|(origin, it)| load.push(origin, it));
        courier.failures.paused();
        courier.deliver(&mut load, &mut noted, &mut |_| {}).await;
    });
    assert_eq!((courier.trouble(), load.len(), load.set_aside()), (None, 0, None));
    assert_eq!((noted.confirmed.len(), noted.rejected.len()), (20, 100));
}

#[test]
fn refusals_are_counted_over_all_loads() {
    let service = Picky::minding(|_| Some(422));
    let run = run();
    let (mut noted, mut standing) = (Noted::default(), Standing::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for count in 1..REFUSALS_IN_A_ROW * 2 {
        let mut delivery = Delivery::new(&service, Some(&run), &mut noted, standing);
        let sent = runtime.block_on(delivery.send_next(&mut load(1, ""), &mut |_| {}));
        standing = delivery.standing;
        assert_eq!(sent.is_err(), count > REFUSALS_IN_A_ROW, "{count}");
    }
    assert_eq!(noted.rejected, []);
}

#[test]
fn a_run_that_takes_none_of_a_few_holds_it_against_none() {
    for count in [1, 8] {
        let Delivered { noted, outcome, left, set_aside, .. } = delivered(load(count, ""), |_| Some(422));
        assert_eq!((outcome, left, noted.rejected), (Ok(()), count, Vec::new()));
        let reason = "t0: POST /data was refused (422): t0 is not welcome; it is not rejected before the run takes \
                      another result";
        assert!(set_aside.is_some_and(|it| it.starts_with(reason)));
    }
}

#[test]
fn what_a_run_refuses_is_rejected_once_it_took_a_result_of_another_process() {
    let directory = tempfile::tempdir().expect("a directory");
    let process = || {
        let service = Picky::minding(|test| (number(test) == 0).then_some(422));
        let run_file = RunFile::new(directory.path(), "key");
        Courier::new(Box::new(service), run_file, NewRun::default(), None)
    };
    let mut noted = Noted::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let rejected_of = |mut load: Load| {
        runtime.block_on(process().deliver(&mut load, &mut noted, &mut |_| {}));
        assert!(!load.recall());
        noted.rejected.len()
    };
    let mut good = load(2, "");
    good.take_one(0);
    assert_eq!([load(1, ""), good, load(1, "")].map(rejected_of), [0, 0, 1]);
}
