//! What a reporter needs of a test-management service, whichever it is.
//!
//! What differs between services (how a case is found, how results are batched, what the statuses are called, how a
//! run is closed) is behind [`Provider`]. What is common (the journal, when to try again, who is told) is not here.

mod testfiesta;
mod testsigma;

use std::{
    borrow::Cow,
    future::Future,
    pin::Pin,
    time::{Duration, SystemTime},
};

pub use crate::services::{CaseMatch, RunClose, Writing};
pub use testfiesta::{StatusNumbers, TestFiesta, TestFiestaOptions};
pub use testsigma::{Author, StatusNames, Testsigma, TestsigmaOptions, human_id_prefix, shared_prefix};

use crate::Error;

/// What a call comes to, boxed: a provider is called without its type being known.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A test-management service that runs and results are sent to.
pub trait Provider: Send + Sync {
    /// The service's name, as settings and annotations have it.
    fn service(&self) -> &'static str;

    /// The service's name, its address, the organization if the service has several, and the project, in this order and with
    /// spaces between: the same text for the same destination, and no secret in it.
    fn destination(&self) -> String;

    /// Whether results should wait until the tests are over: a service that keeps each write of a case for ever wants
    /// all that belongs to a case at once.
    fn gathers(&self) -> bool {
        false
    }

    /// Whether a run is created with its cases: their ids are then wanted before there is one.
    fn needs_case_ids(&self) -> bool {
        true
    }

    /// What people should know of the choices that were made for want of a setting, as one short line. It is said once: to
    /// whoever made them.
    fn note(&self) -> Option<String> {
        None
    }

    /// How many results may travel in one request.
    fn batch_limit(&self) -> usize;

    /// How many bytes of results may travel in one request, roughly. No contract names a limit: this is what gateways
    /// let through by default.
    fn batch_bytes(&self) -> usize {
        1 << 20
    }

    /// Creates a run, or finds the one that was created under the same key. None where it would have no case, and may not
    /// be empty: results are then submitted without a run, to learn why.
    fn create_run<'a>(&'a self, run: &'a NewRun) -> BoxFuture<'a, Option<Run>>;

    /// Finds the run that was created under a key, where the service can tell: also one that is over.
    fn find_run<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<Run>> {
        let _ = key;
        Box::pin(async { Ok(None) })
    }

    /// Finds an existing run by the service's own id: also one that is over.
    fn run_by_id<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Run> {
        self.join_run(id)
    }

    /// Finds an existing run by the service's own id, to report to it.
    fn join_run<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Run>;

    /// Makes what is long to make of a submission, so that it can be done while others are under way.
    fn prepare(&self, run: Option<&Run>, results: &[TestResult]) -> Prepared {
        let _ = (run, results);
        Prepared::default()
    }

    /// Sends results, and answers what became of each, in order. Sending a result again under its external id does
    /// not double it. What was `prepared` for the same results need not be made again.
    ///
    /// An error means that nothing is known of any of them. Where [`Error::is_about_the_content`] or
    /// [`Error::is_internal`] holds, a part of the batch may still be welcome.
    fn submit<'a>(
        &'a self,
        run: Option<&'a Run>,
        results: &'a [TestResult],
        prepared: Prepared,
    ) -> BoxFuture<'a, Vec<Receipt>>;

    /// Whether a run still takes results. It is asked about a run that took none of those that it was told of: what is
    /// wrong with the run is not to be held against them.
    ///
    /// An error means that it does not, and says why.
    fn check_run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, ()> {
        let _ = run;
        Box::pin(async { Ok(()) })
    }

    /// Whether files may be attached to results here.
    fn takes_attachments(&self) -> bool;

    /// Attaches files to a result that the service holds, and answers what became of each, in order.
    ///
    /// An error means that nothing is known of any of them.
    fn attach<'a>(
        &'a self,
        run: &'a Run,
        result: &'a ResultKey,
        files: &'a [File],
    ) -> BoxFuture<'a, Vec<Receipt>>;

    /// Whether a run was closed for good, by whomever. One that is not there is an error.
    fn is_over<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, bool> {
        let _ = run;
        Box::pin(async { Ok(false) })
    }

    /// Whether a run that is closed so takes no more attachments.
    fn shuts_attachments_out(&self, closing: Closing) -> bool {
        closing.is_final
    }

    /// Does what the settings ask for when a run is over, as far as the service can.
    fn close_run<'a>(&'a self, run: &'a Run, closing: Closing) -> BoxFuture<'a, ()>;
}

/// A run to create.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewRun {
    /// What all who report to this run share; it becomes the run's external id.
    pub key: String,
    /// Whether somebody may have created it: another machine, or an attempt whose answer was lost.
    pub may_exist: bool,
    /// What people call it.
    pub name: String,
    /// The CI job's page.
    pub link: Option<String>,
    /// Commit, toolchain and the like.
    pub description: Option<String>,
    /// Whether it is wanted even where none of its cases is known yet.
    pub may_be_empty: bool,
    /// The ids of the cases that will be reported, as written in the annotations.
    pub case_ids: Vec<String>,
    /// Numbers of tags to put on it.
    pub tags: Vec<u64>,
    /// Number of a milestone that it counts for.
    pub milestone: Option<u64>,
    /// Configurations, as in `os:linux`.
    pub configurations: Vec<String>,
}

/// A run in a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// As the service names it.
    pub id: String,
    /// What it was created under.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Where people look at it.
    pub url: Option<String>,
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// Whether any test failed.
    pub failed: bool,
    /// Whether no further results will come.
    pub is_final: bool,
}

impl Closing {
    /// The same where a test may have `failed` elsewhere.
    #[must_use]
    pub fn or_failed(self, failed: bool) -> Self {
        Self { failed: self.failed || failed, ..self }
    }
}

/// The error for an answer about a run that was not asked for, as when a proxy mixes answers up. The run that was asked for
/// may exist.
fn of_another_run(call: String) -> Error {
    let reason = "it tells of another run than the one to create".to_owned();
    Error::Unreadable { call, status: 200, reason, excerpt: String::new() }
}

/// One outcome under one case: what a service stores as an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct TestResult {
    /// Stable within the run: sending the result again is recognised by it.
    pub external_id: String,
    /// The case that it belongs to.
    pub case: CaseKey,
    /// What the case is called.
    pub case_name: Cow<'static, str>,
    /// What the case is about.
    pub description: Cow<'static, str>,
    /// Tags of the case.
    pub tags: Vec<Cow<'static, str>>,
    /// How it ended.
    pub verdict: Verdict,
    /// When the test began.
    pub started_at: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// Why it did not pass, or was skipped.
    pub message: Option<String>,
    /// Where it failed, as `file:line:column`.
    pub failed_at: Option<String>,
    /// The stack, if it was asked for.
    pub backtrace: Option<String>,
    /// What else is known of why it failed, or of what went wrong beside it: a name and a text each.
    pub reasons: Vec<(&'static str, String)>,
    /// What the test printed to stdout, if it failed.
    pub stdout: Option<String>,
    /// What it printed to stderr, if it failed.
    pub stderr: Option<String>,
    /// The attempts before this one, first to last. A test that passed after them is flaky.
    pub earlier: Vec<FailedAttempt>,
    /// The test's name.
    pub test: Cow<'static, str>,
    /// Its package.
    pub package: Cow<'static, str>,
    /// Its test target.
    pub target: Cow<'static, str>,
    /// On what it ran, where the same test may report from elsewhere to the same run: system, toolchain and configurations.
    pub variant: Option<Cow<'static, str>>,
    /// Where the test stands, as `file:line:column`.
    pub location: Cow<'static, str>,
}

/// An attempt that failed, and that another followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAttempt {
    /// Why it failed.
    pub reason: String,
    /// What it printed, under the names of the streams.
    pub printed: String,
}

impl TestResult {
    /// A test that passed at once, and of which nothing else is known.
    #[must_use]
    pub fn passed(external_id: String, case: CaseKey, test: Cow<'static, str>) -> Self {
        Self {
            external_id,
            case,
            case_name: test.clone(),
            description: Cow::Borrowed(""),
            tags: Vec::new(),
            verdict: Verdict::Passed,
            started_at: SystemTime::UNIX_EPOCH,
            duration: Duration::ZERO,
            message: None,
            failed_at: None,
            backtrace: None,
            reasons: Vec::new(),
            stdout: None,
            stderr: None,
            earlier: Vec::new(),
            test,
            package: Cow::Borrowed(""),
            target: Cow::Borrowed(""),
            variant: None,
            location: Cow::Borrowed(""),
        }
    }
}

/// What [`Provider::prepare`] made; nothing by default.
#[derive(Debug, Default)]
pub struct Prepared {
    body: Option<String>,
}

/// Which result something belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultKey {
    /// As in [`TestResult`].
    pub external_id: String,
    /// As in [`TestResult`].
    pub case: CaseKey,
}

impl ResultKey {
    /// What this result goes by.
    #[must_use]
    pub fn of(result: &TestResult) -> Self {
        Self { external_id: result.external_id.clone(), case: result.case.clone() }
    }
}

/// A file that belongs to a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// What it holds.
    pub content: Vec<u8>,
}

/// Which case a result belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseKey {
    /// The id in the annotation.
    Id(String),
    /// No id: a case of the test's own, under a stable external id, in a folder for each of the package and the modules
    /// that the test stands in.
    Own {
        /// The case's external id.
        external_id: String,
        /// The module that the test stands in, crate first.
        module_path: Cow<'static, str>,
    },
}

/// How a test ended, in the words that every service has something for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The test passed.
    Passed,
    /// The test failed.
    Failed,
    /// The test did not run.
    Skipped,
    /// The test was stopped at its time limit.
    TimedOut,
    /// The test's process died.
    Crashed,
}

impl Verdict {
    /// The verdict's name, as settings and wire use it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::TimedOut => "timed_out",
            Self::Crashed => "crashed",
        }
    }
}

/// How many results in a row may be refused one by one before the service, not the results, may be the reason: a
/// [few others](samples) are tried before any more of them.
pub const REFUSALS_IN_A_ROW: usize = 16;
/// How many requests in a row a service may break over before it, not what is in them, is taken to be the reason. Of the
/// halves of one that holds a single culprit, one is taken.
pub const FAILURES_IN_A_ROW: usize = 4;

/// How many results are sampled at most.
const SAMPLES: usize = 16;

/// Which of `count` results to try by themselves, where a service refused many in a row: a few from all over, the last
/// first. They are others each time, so that sooner or later one is found that is welcome.
#[must_use]
pub fn samples(count: usize) -> Vec<usize> {
    let parts = count.min(SAMPLES);
    let mut samples = Vec::with_capacity(parts);
    for part in (0..parts).rev() {
        let (start, end) = (part * count / parts, (part + 1) * count / parts);
        // What came last is the likeliest to have nothing to do with what was refused.
        samples.push(if end == count { count - 1 } else { fastrand::usize(start..end) });
    }
    samples
}

/// What became of one result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// The service holds it.
    Confirmed,
    /// The service does not know the case, for this reason.
    Unmapped(String),
    /// The service refused it, for this reason.
    Rejected(String),
    /// It did not get there, and perhaps none but it: the service [minds](Error::is_about_the_content) it, or
    /// [broke](Error::is_internal) over it. A refusal is not held against it before another one was taken.
    Doubtful(Error),
    /// It did not get there: it is to be sent again.
    Undelivered(Error),
}

#[cfg(test)]
mod tests {
    use super::samples;

    #[test]
    fn samples_are_from_all_over_and_few() {
        assert_eq!((samples(0), samples(1), samples(3)), (vec![], vec![0], vec![2, 1, 0]));
        let samples = samples(16_000);
        let parts: Vec<usize> = samples.iter().map(|at| at / 1000).collect();
        assert_eq!((samples[0], parts), (15_999, (0..16).rev().collect()));
    }
}
