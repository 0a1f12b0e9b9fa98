//! What happens while tests run, for a format to put into words.

use std::time::Duration;

use super::{tally::Tally, text::Text};
use crate::registry::Test;

/// What happened.
pub(super) enum Progress<'a> {
    /// Tests are about to run.
    RunStarted {
        /// How many.
        tests: usize,
        /// What orders them, if not their names.
        shuffle_seed: Option<u64>,
    },
    /// A test began, or would have, were it not ignored.
    TestStarted {
        /// Its name.
        name: &'a str,
        /// Whether it is to panic.
        should_panic: bool,
    },
    /// A test runs for longer than this.
    TestSlow {
        /// Its name.
        name: &'a str,
        /// What is deemed long.
        limit: Duration,
    },
    /// A test came to its end.
    TestEnded(&'a Ended),
    /// All tests came to their end.
    RunEnded(&'a Tally),
}

/// A test that came to its end.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub(super) name: String,
    pub(super) should_panic: bool,
    pub(super) judgement: Judgement,
    /// How long it took, if that is to be shown.
    pub(super) time: Option<Duration>,
    /// What is to be shown of it.
    pub(super) text: Text,
}

impl Ended {
    pub(super) fn new(test: &Test, judgement: Judgement, time: Option<Duration>, text: Text) -> Self {
        let should_panic = test.should_panic() && !matches!(judgement, Judgement::Ignored { .. });
        Self { name: test.name.to_owned(), should_panic, judgement, time, text }
    }
}

/// The four ways in which a test ends for libtest, and the two in which it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judgement {
    Passed,
    Failed,
    TimedOut,
    Ignored {
        reason: Option<String>,
    },
    /// It was ended with the run.
    Interrupted,
    /// It was never begun, since the run ended before. Like libtest, no format mentions it.
    NotBegun,
}

/// A format.
pub(super) trait Present: Send {
    /// Whether anything is written when a test begins.
    fn tells_of_beginnings(&self) -> bool;

    /// What is written when this happens.
    fn present(&mut self, progress: &Progress<'_>) -> String;
}
