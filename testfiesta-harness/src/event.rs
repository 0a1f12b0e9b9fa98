//! What happened, in the past tense, facts only. Who shows, stores or sends it decides how.
//!
//! Each event is one line of JSON in the journal, as `{"case_finished":{…}}`.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::{
    case_ids,
    outcome::{Outcome, StrayPanic},
};

/// The version of the journal's lines. A reader refuses a newer one instead of guessing.
pub const JOURNAL_VERSION: u32 = 2;

/// Most texts of a test are constants of its binary.
pub(crate) type Text = Cow<'static, str>;

/// One thing that happened in a test process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "an event is looked at once, and none is kept")]
#[non_exhaustive]
pub enum Event {
    /// A process began to run tests. The first line of every journal file.
    RunStarted(RunStarted),
    /// A test began. Without a `CaseFinished` after it, the process died in this test.
    CaseStarted(CaseStarted),
    /// A test ended, or was skipped.
    CaseFinished(CaseFinished),
    /// A service answered for results of this process.
    BatchAcknowledged(BatchAcknowledged),
    /// Results of this process that a later attempt took the place of.
    Superseded {
        /// Their numbers.
        results: Vec<u64>,
    },
    /// The process came to its end in good order.
    RunFinished {
        /// When, in milliseconds since the Unix epoch.
        at: u64,
    },
}

/// Which process ran tests, and for which run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStarted {
    /// [`JOURNAL_VERSION`] of the writer.
    pub version: u32,
    /// When, in milliseconds since the Unix epoch.
    pub at: u64,
    /// What all processes of one invocation share.
    pub run_key: String,
    /// Which repetition of all tests this is, counted from 0, where nextest was asked for several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repetition: Option<u32>,
    /// Which of nextest's attempts at its one test this is, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// On what the tests run, where the same tests may report from elsewhere to the same run: system, toolchain and
    /// configurations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<Text>,
    /// The package under test.
    pub package: Text,
    /// The test target: its name, behind `lib/`, `bin/`, `example/`, `test/` or `bench/` where another of the package
    /// may have the same.
    pub target: Text,
    /// The ids of the selected tests, where the service has to know them when the run is created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub case_ids: Vec<Text>,
    /// Where its results are meant to go, by destination, where it knows that: processes of one run may be of packages that
    /// report to different projects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destinations: Option<Vec<String>>,
}

/// A test that began, with all that a service would be told of it should it never end. `case_finished` of a test that
/// passed may refer to it by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseStarted {
    /// When, in milliseconds since the Unix epoch.
    pub at: u64,
    /// The test's name.
    pub test: Text,
    /// The package that the test stands in.
    pub package: Text,
    /// The module that it stands in, crate first.
    pub module_path: Text,
    /// `file:line:column` of the test function.
    pub location: Text,
    /// The ids in the annotation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Text>,
    /// `name = "…"` of the annotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// `tags(…)` of the annotation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Text>,
    /// The doc comment.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub description: Text,
}

/// A test that ended, with all that a service is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFinished {
    /// The number of this test's first result in this file. A test with two case ids has two results, `seq` and
    /// `seq + 1`; one without an id has one, and so has one with an id for each service.
    pub seq: u64,
    /// When it began, in milliseconds since the Unix epoch.
    pub at: u64,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// The test's name, as the console shows it.
    pub test: Text,
    /// The package that the test stands in. Empty in a line that refers to the `case_started` before it.
    #[serde(default)]
    pub package: Text,
    /// The module that it stands in, crate first.
    #[serde(default)]
    pub module_path: Text,
    /// `file:line:column` of the test function.
    #[serde(default)]
    pub location: Text,
    /// The ids in the annotation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Text>,
    /// `name = "…"` of the annotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// `tags(…)` of the annotation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Text>,
    /// The doc comment.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub description: Text,
    /// How it ended.
    pub outcome: Outcome,
    /// What it printed, if it failed and that was captured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<PrintedOutput>,
    /// Attempts before this one, each of which failed. A test that passed after them is flaky.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierAttempt>,
    /// Panics of its threads that it did not fail of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stray_panics: Vec<StrayPanic>,
}

/// What a test printed, cut in the middle where it was very much.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedOutput {
    /// To stdout.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stdout: String,
    /// To stderr.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
}

/// An attempt that failed and was followed by another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierAttempt {
    /// How long it took, in microseconds.
    pub micros: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// What it printed, if that was captured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<PrintedOutput>,
}

impl CaseStarted {
    /// This test, ended.
    pub(crate) fn finished(self, seq: u64, micros: u64, outcome: Outcome) -> CaseFinished {
        let Self { at, test, package, module_path, location, ids, title, tags, description } = self;
        CaseFinished {
            seq,
            at,
            micros,
            test,
            package,
            module_path,
            location,
            ids,
            title,
            tags,
            description,
            outcome,
            output: None,
            earlier: Vec::new(),
            stray_panics: Vec::new(),
        }
    }
}

impl CaseFinished {
    /// How many results this is to a service: one for each case id, or one for the test itself.
    pub fn results(&self) -> u64 {
        case_ids::results(&self.ids)
    }

    /// The numbers of its results.
    pub fn numbers(&self) -> std::ops::Range<u64> {
        self.seq..self.seq + self.results()
    }

    /// Whether nothing is told of it but its outcome.
    pub(crate) fn is_plain(&self) -> bool {
        self.output.is_none() && self.earlier.is_empty() && self.stray_panics.is_empty()
    }

    /// How much it printed in all of its attempts, in bytes.
    pub(crate) fn printed(&self) -> usize {
        let printed = |output: &Option<PrintedOutput>| {
            output.as_ref().map_or(0, |output| output.stdout.len() + output.stderr.len())
        };
        let mut bytes = printed(&self.output);
        for attempt in &self.earlier {
            bytes += printed(&attempt.output);
        }
        bytes
    }

    /// How long the test took.
    pub fn duration(&self) -> Duration {
        Duration::from_micros(self.micros)
    }
}

/// What a service said of some results of this file, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchAcknowledged {
    /// When, in milliseconds since the Unix epoch.
    pub at: u64,
    /// Which service, and where: results may go to several.
    pub destination: String,
    /// The run that they arrived in, as the service names it.
    pub run: String,
    /// Results that the service holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<u64>,
    /// Results whose case id the service does not know, with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmapped: Vec<(u64, String)>,
    /// Results that the service refused, with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<(u64, String)>,
}

impl BatchAcknowledged {
    /// Whether the service holds all of them.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.unmapped.is_empty() && self.rejected.is_empty() && !self.confirmed.is_empty()
    }

    /// The numbers of the results that this settles.
    pub fn answered(&self) -> impl Iterator<Item = u64> {
        let refused = self.unmapped.iter().chain(&self.rejected).map(|(seq, _)| *seq);
        self.confirmed.iter().copied().chain(refused)
    }
}

/// A duration as events give it.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A point in time as events carry it.
pub(crate) fn millis(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Now, as events carry it.
pub(crate) fn now() -> u64 {
    millis(SystemTime::now())
}

#[cfg(test)]
impl RunStarted {
    /// A process of the run with this key, for tests to change.
    pub(crate) fn example(run_key: &str) -> Self {
        Self {
            version: JOURNAL_VERSION,
            at: now(),
            run_key: run_key.to_owned(),
            repetition: None,
            attempt: None,
            variant: None,
            package: "webshop".into(),
            target: "cart".into(),
            case_ids: Vec::new(),
            destinations: None,
        }
    }
}

#[cfg(test)]
impl CaseFinished {
    /// A test that passed, for tests to change.
    pub(crate) fn example(seq: u64, ids: &[&'static str]) -> Self {
        let started = CaseStarted {
            at: 1_000,
            test: "deep::adds".into(),
            package: "web-shop".into(),
            module_path: "cart::deep".into(),
            location: "tests/cart.rs:3:4".into(),
            ids: ids.iter().copied().map(Cow::Borrowed).collect(),
            title: None,
            tags: Vec::new(),
            description: "".into(),
        };
        started.finished(seq, 1_500, Outcome::Passed)
    }
}
