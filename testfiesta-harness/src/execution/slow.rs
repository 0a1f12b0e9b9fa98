//! Tests that run for long are named while they run.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::{lock::locked, thread};

/// Looks after the tests that run, in a thread of its own.
pub(crate) struct SlowWatch {
    running: Running,
}

type Running = Arc<Mutex<Vec<Entry>>>;

struct Entry {
    test: &'static str,
    since: Instant,
    named: bool,
}

/// A test runs for as long as this lives.
pub(super) struct Watched<'w> {
    test: &'static str,
    running: &'w Mutex<Vec<Entry>>,
}

impl SlowWatch {
    /// Calls `name` for each test that runs for longer than `limit`.
    pub(crate) fn new(limit: Duration, name: impl Fn(&'static str) + Send + 'static) -> Self {
        let running = Running::default();
        let watched = Arc::clone(&running);
        // Without a thread to spare, nobody is named.
        let _ = thread::spawn::<()>("testfiesta-slow", move || {
            loop {
                let (slow, next) = look(&mut locked(&watched), limit, Instant::now());
                slow.into_iter().for_each(&name);
                std::thread::sleep(next);
            }
        });
        Self { running }
    }

    /// A test begins.
    pub(super) fn begin(&self, test: &'static str) -> Watched<'_> {
        locked(&self.running).push(Entry { test, since: Instant::now(), named: false });
        Watched { test, running: &self.running }
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let mut running = locked(self.running);
        if let Some(at) = running.iter().position(|entry| entry.test == self.test) {
            running.swap_remove(at);
        }
    }
}

/// The tests to be named, and how long until there may be others: one that begins meanwhile has all of `limit` to go.
fn look(running: &mut [Entry], limit: Duration, now: Instant) -> (Vec<&'static str>, Duration) {
    let mut slow = Vec::new();
    let mut next = limit;
    for entry in running.iter_mut().filter(|entry| !entry.named) {
        let left = limit.saturating_sub(now.duration_since(entry.since));
        if left.is_zero() {
            entry.named = true;
            slow.push(entry.test);
        } else {
            next = next.min(left);
        }
    }
    (slow, next.max(Duration::from_millis(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    fn running(now: Instant, for_seconds: &[u64]) -> Vec<Entry> {
        let since = |seconds: &u64| now.checked_sub(Duration::from_secs(*seconds)).unwrap_or(now);
        for_seconds.iter().map(|it| Entry { test: "adds", since: since(it), named: false }).collect()
    }

    #[test]
    fn a_test_at_the_limit_is_named_once() {
        let now = Instant::now() + LIMIT;
        let mut running = running(now, &[60]);
        assert_eq!(look(&mut running, LIMIT, now).0, ["adds"]);
        assert_eq!(look(&mut running, LIMIT, now).0, [""; 0]);
    }

    #[test]
    fn the_next_look_is_when_the_first_may_be_slow() {
        let now = Instant::now() + LIMIT;
        let (slow, next) = look(&mut running(now, &[10, 45, 20]), LIMIT, now);
        assert_eq!((slow, next), (Vec::new(), Duration::from_secs(15)));
    }

    #[test]
    fn a_test_that_ended_is_not_watched() {
        let watch = SlowWatch::new(LIMIT, |_| ());
        drop(watch.begin("adds"));
        assert!(locked(&watch.running).is_empty());
    }
}
