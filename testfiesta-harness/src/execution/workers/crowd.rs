//! The workers that live, and how many there can be.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::worker::Worker;
use crate::{
    execution::{Interrupted, LocalQueue},
    lock::locked,
};

/// Workers, of which some are free.
pub(super) struct Crowd {
    state: Mutex<State>,
    /// A worker is free or gone, or all are to be.
    changed: Condvar,
}

struct State {
    free: Vec<Worker>,
    /// How many live, free or not.
    living: usize,
    /// How many can live: as many as are wanted, until one could not be started.
    limit: usize,
    /// How many threads wait for one.
    waiting: usize,
    interrupted: bool,
}

/// What there is for a test.
#[expect(clippy::large_enum_variant, reason = "nearly every one is of the large kind, and none is kept")]
pub(super) enum Found {
    Worker(Worker),
    /// None is free, and one more can live.
    Room,
    /// None lives, or can.
    Nothing,
}

impl Crowd {
    /// Nobody yet.
    pub(super) fn new() -> Self {
        let state = State { free: Vec::new(), living: 0, limit: usize::MAX, waiting: 0, interrupted: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The worker that was told of this test already, or one that has nothing to do. Waits for one where no more can
    /// live, and meanwhile gives back what `local` holds: others may come to it sooner.
    pub(super) fn find(&self, number: u32, local: &mut LocalQueue<'_>) -> Result<Found, Interrupted> {
        let mut state = self.state();
        loop {
            // The test may have come to its end before the interrupt.
            if let Some(worker) = state.take(|worker| worker.next() == Some(number)) {
                return Ok(Found::Worker(worker));
            }
            if state.interrupted {
                return Err(Interrupted);
            }
            if let Some(worker) = state.take(|worker| worker.next().is_none()) {
                return Ok(Found::Worker(worker));
            }
            if state.living < state.limit {
                return Ok(Found::Room);
            }
            local.give_back(0);
            if state.limit == 0 {
                return Ok(Found::Nothing);
            }
            state.waiting += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }

    /// How many live, if one more can.
    pub(super) fn with_room(&self) -> Option<usize> {
        let state = self.state();
        (state.living < state.limit).then_some(state.living)
    }

    /// One more lives.
    pub(super) fn joined(&self) {
        self.state().living += 1;
    }

    /// No more than this can live.
    pub(super) fn limit_to(&self, living: usize) {
        self.state().limit = living;
        self.changed.notify_all();
    }

    /// How many can live, once that is known.
    pub(super) fn limit(&self) -> Option<usize> {
        Some(self.state().limit).filter(|limit| *limit < usize::MAX)
    }

    /// A worker waits for the next test.
    pub(super) fn put_back(&self, worker: Worker) {
        let mut state = self.state();
        state.free.push(worker);
        // Nobody waits, mostly, and to ask the system for nothing costs as much as a short test.
        if state.waiting > 0 {
            self.changed.notify_all();
        }
    }

    /// A worker is gone: with all that it held, another one may live.
    pub(super) fn lost(&self, worker: Worker) {
        drop(worker);
        self.state().living -= 1;
        self.changed.notify_all();
    }

    /// Nobody waits any more.
    pub(super) fn interrupt(&self) {
        self.state().interrupted = true;
        self.changed.notify_all();
    }

    pub(super) fn is_interrupted(&self) -> bool {
        self.state().interrupted
    }

    /// Those that are free.
    pub(super) fn dismiss(&self) -> Vec<Worker> {
        std::mem::take(&mut self.state().free)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

impl State {
    fn take(&mut self, is_wanted: impl Fn(&Worker) -> bool) -> Option<Worker> {
        let at = self.free.iter().rposition(is_wanted)?;
        Some(self.free.swap_remove(at))
    }
}
