//! The tests that wait to be run, and who runs them.
//!
//! Each thread that runs tests has a [`LocalQueue`]. Usually it takes one test at a time. Where tests are short, waking a
//! worker for each costs more than the tests do: then the thread reaches ahead, and its worker is told of several at
//! once. What it holds and has not begun it gives back when a test takes its time, or when other threads have nothing to
//! do: no test waits behind another for long.

use std::{
    collections::VecDeque,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
    vec,
};

use crate::{lock::locked, registry::Test};

/// How much work a thread holds. Longer than a worker keeps silent while it works, so that it never runs dry.
const HORIZON: Duration = Duration::from_millis(10);
/// How many tests a thread holds at most.
const FURTHEST: usize = 512;
/// What the next test is taken to last, before anything is known and after one took its time.
const LONG: Duration = Duration::from_millis(20);

/// The tests of a run, in their order.
pub(crate) struct Queue {
    threads: usize,
    state: Mutex<State>,
    /// Something was given back, or a thread holds nothing any more.
    changed: Condvar,
    /// How many threads wait for that.
    idle: AtomicUsize,
}

struct State {
    /// Given back: these come first.
    returned: VecDeque<Test>,
    waiting: vec::IntoIter<Test>,
    /// How many threads hold tests that they may give back.
    holders: usize,
}

impl Queue {
    /// All of `tests` wait, for this many threads.
    pub(crate) fn new(tests: Vec<Test>, threads: usize) -> Self {
        let state = State { returned: VecDeque::new(), waiting: tests.into_iter(), holders: 0 };
        Self { threads, state: Mutex::new(state), changed: Condvar::new(), idle: AtomicUsize::new(0) }
    }

    /// For one of the threads.
    pub(crate) fn local(&self) -> LocalQueue<'_> {
        LocalQueue {
            queue: Some(self),
            upcoming: VecDeque::new(),
            was_upcoming: false,
            pace: LONG,
            began: None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

impl State {
    fn peek(&self) -> Option<&Test> {
        self.returned.front().or_else(|| self.waiting.as_slice().first())
    }

    fn pop(&mut self) -> Option<Test> {
        self.returned.pop_front().or_else(|| self.waiting.next())
    }
}

/// What one thread runs: the tests that it holds, then those that wait.
pub(crate) struct LocalQueue<'q> {
    /// Nothing, where somebody else hands out the tests.
    queue: Option<&'q Queue>,
    upcoming: VecDeque<Test>,
    /// The test that runs now was among those.
    was_upcoming: bool,
    /// How long a test takes here, from one for which it reached to the next.
    pace: Duration,
    began: Option<Instant>,
}

impl LocalQueue<'_> {
    /// For a thread that somebody else hands its tests, one at a time.
    pub(crate) fn of_one() -> Self {
        LocalQueue { queue: None, upcoming: VecDeque::new(), was_upcoming: false, pace: LONG, began: None }
    }

    /// The test to run now, once the one before it is over. Waits while another thread may give some back; nothing when
    /// all tests ran or run.
    pub(crate) fn next(&mut self) -> Option<Test> {
        let queue = self.queue?;
        let upcoming = self.upcoming.pop_front();
        self.was_upcoming = upcoming.is_some();
        if let Some(test) = upcoming {
            if self.upcoming.is_empty() {
                queue.state().holders -= 1;
                queue.changed.notify_all();
            }
            return Some(test);
        }
        let mut state = queue.state();
        loop {
            if let Some(test) = state.pop() {
                return Some(test);
            }
            if state.holders == 0 {
                return None;
            }
            queue.idle.fetch_add(1, Ordering::Relaxed);
            state = queue.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            queue.idle.fetch_sub(1, Ordering::Relaxed);
            // It was idle, which says nothing of the tests.
            self.began = None;
        }
    }

    /// Whether the test that runs now was reached for before.
    pub(crate) fn was_upcoming(&self) -> bool {
        self.was_upcoming
    }

    /// Takes more of what waits, as far as `may` allows and the pace of late makes it worth it. Answers what it took.
    pub(crate) fn reach(&mut self, may: impl Fn(&Test) -> bool) -> impl Iterator<Item = &Test> {
        let held = self.upcoming.len();
        self.extend(may);
        self.upcoming.range(held..)
    }

    fn extend(&mut self, may: impl Fn(&Test) -> bool) {
        let Some(queue) = self.queue else { return };
        self.keep_pace();
        let count = (HORIZON.as_nanos() / self.pace.as_nanos().max(1)) as usize;
        let count = count.min(FURTHEST);
        // By halves, so that the worker is not told of each.
        if count < 2 || self.upcoming.len() > count / 2 {
            return;
        }
        let mut state = queue.state();
        // Towards the end the threads share what is left.
        let share = state.waiting.len() / (2 * queue.threads);
        let held = !self.upcoming.is_empty();
        while self.upcoming.len() < count.min(share)
            && state.peek().is_some_and(&may)
            && let Some(test) = state.pop()
        {
            self.upcoming.push_back(test);
        }
        if !held && !self.upcoming.is_empty() {
            state.holders += 1;
        }
    }

    /// What runs after the test that runs now, in this order.
    pub(crate) fn upcoming(&self) -> impl Iterator<Item = &Test> {
        self.upcoming.iter()
    }

    /// Whether others have nothing to do, while this thread holds much.
    pub(crate) fn holds_up_others(&self) -> bool {
        let is_idle = |queue: &Queue| queue.idle.load(Ordering::Relaxed) > 0;
        let held = self.pace.saturating_mul(u32::try_from(self.upcoming.len()).unwrap_or(u32::MAX));
        held > HORIZON / 2 && self.queue.is_some_and(is_idle)
    }

    /// Gives back all that it holds but for the first `kept`: the test that runs takes its time.
    pub(crate) fn give_back(&mut self, kept: usize) {
        self.began = None;
        self.pace = LONG;
        let Some(queue) = self.queue.filter(|_| self.upcoming.len() > kept) else { return };
        let mut state = queue.state();
        while self.upcoming.len() > kept
            && let Some(test) = self.upcoming.pop_back()
        {
            state.returned.push_front(test);
        }
        if self.upcoming.is_empty() {
            state.holders -= 1;
        }
        queue.changed.notify_all();
    }

    fn keep_pace(&mut self) {
        let now = Instant::now();
        if let Some(began) = self.began.replace(now) {
            self.pace = (self.pace + now.duration_since(began)) / 2;
        }
    }
}

impl Drop for LocalQueue<'_> {
    fn drop(&mut self) {
        self.give_back(0);
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;
    use crate::case::Case;

    static CASE: Case = Case::EXAMPLE;

    fn tests(count: u32) -> Vec<Test> {
        (0..count).map(|ordinal| Test::new(ordinal, &CASE, "cart")).collect()
    }

    fn next(local: &mut LocalQueue<'_>) -> Option<u32> {
        local.next().map(|test| test.ordinal)
    }

    fn upcoming(local: &LocalQueue<'_>) -> Vec<u32> {
        local.upcoming().map(|test| test.ordinal).collect()
    }

    /// For a thread whose tests took so long each.
    fn at_pace(queue: &Queue, pace: Duration) -> LocalQueue<'_> {
        let mut local = queue.local();
        local.pace = pace;
        local
    }

    const FAST: Duration = Duration::from_micros(10);

    #[test]
    fn tests_are_handed_out_in_their_order() {
        let queue = Queue::new(tests(3), 2);
        let (mut one, mut other) = (queue.local(), queue.local());
        let order = [next(&mut one), next(&mut other), next(&mut one), next(&mut other), next(&mut one)];
        assert_eq!(order, [Some(0), Some(1), Some(2), None, None]);
    }

    #[test]
    fn a_thread_does_not_reach_ahead_of_tests_that_take_their_time() {
        let queue = Queue::new(tests(100), 1);
        let mut local = at_pace(&queue, Duration::from_millis(6));
        local.extend(|_| true);
        assert_eq!(upcoming(&local), [0; 0]);
    }

    #[test]
    fn a_thread_reaches_ahead_of_fast_tests_and_runs_what_it_holds_first() {
        let queue = Queue::new(tests(10), 1);
        let mut local = at_pace(&queue, FAST);
        assert_eq!(next(&mut local), Some(0));
        assert!(!local.was_upcoming());
        local.pace = FAST;
        let reached: Vec<_> = local.reach(|_| true).map(|test| test.ordinal).collect();
        assert_eq!(reached, [1, 2, 3, 4]);
        assert_eq!(next(&mut local), Some(1));
        assert!(local.was_upcoming());
        assert_eq!(upcoming(&local), [2, 3, 4]);
    }

    #[test]
    fn a_thread_holds_as_much_as_it_runs_within_the_horizon() {
        let queue = Queue::new(tests(10_000), 1);
        let mut local = at_pace(&queue, Duration::from_millis(1));
        local.extend(|_| true);
        assert_eq!(upcoming(&local).len(), 10);
    }

    #[test]
    fn a_thread_reaches_no_further_than_it_may() {
        let queue = Queue::new(tests(100), 1);
        let mut local = at_pace(&queue, FAST);
        local.extend(|test| test.ordinal != 3);
        assert_eq!(upcoming(&local), [0, 1, 2]);
    }

    #[test]
    fn threads_share_what_is_left_at_the_end() {
        let queue = Queue::new(tests(12), 3);
        let mut local = at_pace(&queue, FAST);
        local.extend(|_| true);
        assert_eq!(upcoming(&local), [0, 1]);
    }

    #[test]
    fn what_is_given_back_comes_first_and_in_order() {
        let queue = Queue::new(tests(10), 1);
        let mut slow = at_pace(&queue, FAST);
        slow.extend(|_| true);
        slow.give_back(1);
        assert_eq!(upcoming(&slow), [0]);
        let mut other = queue.local();
        assert_eq!([next(&mut other), next(&mut other)], [Some(1), Some(2)]);
    }

    #[test]
    fn a_thread_that_gave_back_does_not_reach_again_at_once() {
        let queue = Queue::new(tests(100), 1);
        let mut local = at_pace(&queue, FAST);
        local.extend(|_| true);
        local.give_back(0);
        local.extend(|_| true);
        assert_eq!(upcoming(&local), [0; 0]);
    }

    #[test]
    fn an_idle_thread_waits_for_what_another_may_give_back() {
        let queue = Queue::new(tests(4), 1);
        let mut busy = at_pace(&queue, FAST);
        busy.extend(|_| true);
        assert_eq!(upcoming(&busy), [0, 1]);
        let (ready, is_ready) = mpsc::channel();
        thread::scope(|scope| {
            let idle = scope.spawn(|| {
                let mut local = queue.local();
                let first = [next(&mut local), next(&mut local)];
                ready.send(()).expect("somebody waits");
                (first, [next(&mut local), next(&mut local), next(&mut local)])
            });
            is_ready.recv().expect("an idle thread");
            busy.give_back(0);
            let ran = idle.join().expect("it ends");
            assert_eq!(ran, ([Some(2), Some(3)], [Some(0), Some(1), None]));
        });
    }

    #[test]
    fn a_thread_that_holds_much_holds_up_the_idle() {
        let queue = Queue::new(tests(4), 1);
        let mut busy = at_pace(&queue, FAST);
        busy.extend(|_| true);
        busy.pace = HORIZON;
        assert!(!busy.holds_up_others(), "nobody is idle");
        queue.idle.store(1, Ordering::Relaxed);
        assert!(busy.holds_up_others());
        busy.pace = FAST;
        assert!(!busy.holds_up_others(), "it is through with them in a moment");
    }

    #[test]
    fn a_thread_that_ends_early_leaves_its_tests_to_others() {
        let queue = Queue::new(tests(4), 1);
        let mut gone = at_pace(&queue, FAST);
        gone.extend(|_| true);
        drop(gone);
        assert_eq!(next(&mut queue.local()), Some(0));
    }

    #[test]
    fn a_thread_that_is_handed_its_tests_has_no_more() {
        let mut local = LocalQueue::of_one();
        local.extend(|_| true);
        assert_eq!(next(&mut local), None);
    }
}
