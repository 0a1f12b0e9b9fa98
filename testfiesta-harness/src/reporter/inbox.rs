//! What the tests' threads and the task of one destination share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::{event::CaseFinished, summary::Destination};

/// Outcomes on their way to one destination, and what became of those that left.
#[derive(Debug)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    arrived: Notify,
    finishing: Notify,
}

#[derive(Debug)]
struct State {
    waiting: Vec<CaseFinished>,
    ending: Option<Ending>,
    progress: Destination,
    over: bool,
}

/// How the tests of this process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ending {
    /// Whether any test failed.
    pub(crate) failed: bool,
    /// Whether this process may end the run.
    pub(crate) may_close: bool,
    /// Whether no other process will report to it.
    pub(crate) over: bool,
}

impl Inbox {
    pub(super) fn new(destination: String) -> Self {
        let progress = Destination { name: destination, ..Destination::default() };
        let state = State { waiting: Vec::new(), ending: None, progress, over: false };
        Self { state: Mutex::new(state), arrived: Notify::new(), finishing: Notify::new() }
    }

    pub(super) fn put(&self, case: CaseFinished) {
        let mut state = self.state();
        state.waiting.push(case);
        // Waking a sleeping thread costs more than most tests: the first arrival does it for all that follow.
        if state.waiting.len() == 1 {
            self.arrived.notify_one();
        }
    }

    pub(super) fn finish(&self, ending: Ending) {
        self.state().ending = Some(ending);
        self.arrived.notify_one();
        self.finishing.notify_one();
    }

    /// Waits for the first arrival, or the end.
    pub(super) async fn arrival(&self) {
        while {
            let state = self.state();
            state.waiting.is_empty() && state.ending.is_none()
        } {
            self.arrived.notified().await;
        }
    }

    /// Waits for the end of the tests, for as long as `patience` lasts.
    pub(super) async fn ending_within(&self, patience: std::time::Duration) {
        if self.state().ending.is_none() {
            let _ = tokio::time::timeout(patience, self.finishing.notified()).await;
        }
    }

    /// Everything that arrived, and whether it was the last.
    pub(super) fn take(&self) -> (Vec<CaseFinished>, Option<Ending>) {
        let mut state = self.state();
        (std::mem::take(&mut state.waiting), state.ending)
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut Destination)) {
        change(&mut self.state().progress);
    }

    pub(super) fn progress(&self) -> Destination {
        self.state().progress.clone()
    }

    /// Nothing more will be tried.
    pub(super) fn close(&self) {
        self.state().over = true;
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().over
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
