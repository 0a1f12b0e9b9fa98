//! So many calls a second (contract, section 2).

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const WINDOW: Duration = Duration::from_secs(1);

/// Counts the calls of the last second. What is refused does not count.
#[derive(Debug)]
pub(crate) struct Limit {
    most: usize,
    calls: Mutex<VecDeque<Instant>>,
}

impl Limit {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, calls: Mutex::default() }
    }

    /// How many calls are allowed in a second.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// How many calls are left in this second after this one; `None` if this one is too many.
    pub(super) fn take(&self, now: Instant) -> Option<usize> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        while calls.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            calls.pop_front();
        }
        let left = self.most.checked_sub(calls.len() + 1)?;
        calls.push_back(now);
        Some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_after_the_first_call_there_is_one_more() {
        let limit = Limit::new(2);
        let start = Instant::now();
        let at = |millis| limit.take(start + Duration::from_millis(millis));
        assert_eq!(
            [at(0), at(500), at(999), at(1000), at(1001), at(1500)],
            [Some(1), Some(0), None, Some(0), None, Some(0)]
        );
    }
}
