//! What the tests' threads and the task of one destination share.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::sync::Notify;

use crate::{
    event::CaseFinished,
    journal::Journal,
    lock::locked,
    outcome::{Failure, Outcome},
    run_file::MayBeEnded,
    summary::Destination,
};

/// What may wait in memory, in bytes, roughly. What exceeds it is read back from the journal when it can be sent.
pub(super) const LIMIT: usize = 8 << 20;
/// The same while the service fails.
pub(super) const LIMIT_IN_TROUBLE: usize = 1 << 20;

/// How many outcomes are worth a request of their own, without waiting for company.
pub(super) const ENOUGH: usize = 250;

/// Outcomes on their way to one destination, and what became of those that left.
#[derive(Debug)]
pub(crate) struct Inbox {
    journal: Arc<Journal>,
    state: Mutex<State>,
    arrived: Notify,
    /// There are enough of them, or the tests are over.
    due: Notify,
}

#[derive(Debug)]
struct State {
    waiting: Vec<CaseFinished>,
    bytes: usize,
    behind: bool,
    ending: Option<Ending>,
    link: Option<String>,
    progress: Destination,
    over: bool,
}

/// How the tests of this process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ending {
    /// Whether any test failed.
    pub(crate) failed: bool,
    /// Whether this process may end the run.
    pub(crate) may_be_ended: MayBeEnded,
}

impl Inbox {
    pub(super) fn new(destination: String, journal: Arc<Journal>) -> Self {
        let progress = Destination { name: destination, ..Destination::default() };
        let state = State {
            waiting: Vec::new(),
            bytes: 0,
            behind: false,
            ending: None,
            link: None,
            progress,
            over: false,
        };
        Self { journal, state: Mutex::new(state), arrived: Notify::new(), due: Notify::new() }
    }

    /// Takes over an outcome that is in the journal.
    pub(super) fn put(&self, case: CaseFinished) {
        let mut state = self.state();
        if state.behind && self.journal.trouble().is_none() {
            return;
        }
        state.bytes += size(&case);
        if state.bytes > LIMIT && self.journal.trouble().is_none() {
            state.fall_behind();
        } else {
            state.waiting.push(case);
        }
        // Waking a sleeping thread costs more than most tests: the first arrival does it for all that follow.
        if state.behind || state.waiting.len() == 1 {
            self.arrived.notify_one();
        } else if state.waiting.len() == ENOUGH {
            self.due.notify_one();
        }
    }

    /// From now on the journal is read instead, from its start, since what waits is too much for memory. Answers whether
    /// it can be read.
    pub(super) fn fall_behind(&self) -> bool {
        let readable = self.journal.trouble().is_none();
        if readable {
            self.state().fall_behind();
        }
        readable
    }

    /// How many arrived and wait to be taken.
    pub(super) fn len(&self) -> usize {
        self.state().waiting.len()
    }

    pub(super) fn is_behind(&self) -> bool {
        self.state().behind
    }

    pub(super) fn finish(&self, ending: Ending) {
        self.state().ending = Some(ending);
        self.arrived.notify_one();
        self.due.notify_one();
    }

    /// Waits for the first arrival, or the end.
    pub(super) async fn arrival(&self) {
        while {
            let state = self.state();
            state.waiting.is_empty() && !state.behind && state.ending.is_none()
        } {
            self.arrived.notified().await;
        }
    }

    /// Waits for the end of the tests, for as long as `patience` lasts.
    pub(super) async fn ending_within(&self, patience: Duration) {
        self.within(patience, |state| state.ending.is_some()).await;
    }

    /// Waits until so much arrived that there is no use in waiting for more, or as [`ending_within`](Self::ending_within).
    pub(super) async fn company_within(&self, patience: Duration) {
        self.within(patience, |state| state.ending.is_some() || state.waiting.len() >= ENOUGH).await;
    }

    async fn within(&self, patience: Duration, reached: fn(&State) -> bool) {
        let waits = async {
            while !reached(&self.state()) {
                self.due.notified().await;
            }
        };
        let _ = tokio::time::timeout(patience, waits).await;
    }

    /// Everything that arrived, and whether it was the last.
    pub(super) fn take(&self) -> (Vec<CaseFinished>, Option<Ending>) {
        let mut state = self.state();
        state.bytes = 0;
        (std::mem::take(&mut state.waiting), state.ending)
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut Destination)) {
        change(&mut self.state().progress);
    }

    pub(super) fn progress(&self) -> Destination {
        self.state().progress.clone()
    }

    /// Where the run is to be seen, if that is known before the tests.
    pub(super) fn set_link(&self, link: Option<String>) {
        self.state().link = link;
    }

    pub(super) fn link(&self) -> Option<String> {
        self.state().link.clone()
    }

    /// Nothing more will be tried.
    pub(super) fn close(&self) {
        self.state().over = true;
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().over
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

impl State {
    fn fall_behind(&mut self) {
        self.waiting = Vec::new();
        self.bytes = 0;
        self.behind = true;
    }
}

/// What an outcome takes in memory, roughly: its description, and the texts of a failure.
fn size(case: &CaseFinished) -> usize {
    const FRAME: usize = 512;
    // Nearly all tests: unoptimised, the sums below take longer than they ran.
    if case.is_plain() && case.outcome.failure().is_none() {
        return FRAME;
    }
    let failure = |outcome: &Outcome| outcome.failure().map_or(0, Failure::bytes);
    let mut size = FRAME + case.printed() + failure(&case.outcome);
    for attempt in &case.earlier {
        size += failure(&attempt.outcome);
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many outcomes are put in.
    const MANY: u64 = 50_000;

    fn inbox(directory: &std::path::Path) -> Inbox {
        Inbox::new("here".to_owned(), Arc::new(Journal::open(directory, "key", None)))
    }

    fn fill(inbox: &Inbox, count: u64) {
        for seq in 0..count {
            inbox.put(CaseFinished::example(seq, &["TC-1"]));
        }
    }

    #[test]
    fn what_waits_in_memory_is_bounded() {
        let directory = tempfile::tempdir().expect("a directory");
        let inbox = inbox(directory.path());
        fill(&inbox, MANY);
        assert!(inbox.take().0.len() * size(&CaseFinished::example(0, &["TC-1"])) <= LIMIT);
        assert!(inbox.is_behind());
    }

    #[test]
    fn what_is_worth_a_request_waits_for_no_company() {
        let directory = tempfile::tempdir().expect("a directory");
        let inbox = inbox(directory.path());
        fill(&inbox, ENOUGH as u64);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        // It would not end.
        runtime.block_on(inbox.company_within(Duration::MAX));
    }

    #[test]
    fn a_journal_that_cannot_be_read_back_leaves_everything_in_memory() {
        let directory = tempfile::tempdir().expect("a directory");
        let occupied = directory.path().join("occupied");
        std::fs::write(&occupied, "a file, not a directory").expect("written");
        let inbox = inbox(&occupied);
        fill(&inbox, MANY);
        assert_eq!(inbox.take().0.len() as u64, MANY);
        assert!(!inbox.is_behind());
    }
}
