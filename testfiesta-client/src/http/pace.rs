//! How fast calls follow one another.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A token bucket: so many calls a second, and a few at once after a rest.
#[derive(Debug)]
pub(crate) struct Pace {
    /// How long it takes until the next token is there.
    interval: Duration,
    /// How long it takes until an empty bucket is full, less one interval.
    rest: Duration,
    /// When the bucket will be full.
    full_at: Mutex<Instant>,
}

/// How long a service that says "too many" is left alone.
const RESPITE: Duration = Duration::from_secs(1);

impl Pace {
    /// So many calls a second in the long run, and up to `at_once` of them at the same moment.
    pub(crate) fn new(per_second: f64, at_once: u32) -> Self {
        let interval = Duration::from_secs_f64(1.0 / per_second);
        let rest = interval * at_once.saturating_sub(1);
        Self { interval, rest, full_at: Mutex::new(Instant::now()) }
    }

    /// Waits for this call's turn.
    pub(crate) async fn turn(&self) {
        let at = {
            let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let at = if *full_at > now + self.rest { *full_at - self.rest } else { now };
            *full_at = at.max(*full_at) + self.interval;
            at
        };
        sleep_until(at).await;
    }

    /// Empties the bucket for a while: somebody else takes from the same limit.
    pub(crate) fn refused(&self) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        *full_at = (*full_at).max(Instant::now() + self.rest + RESPITE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn turns(pace: &Pace, count: usize) -> Vec<u128> {
        let start = Instant::now();
        let mut at = Vec::new();
        for _ in 0..count {
            pace.turn().await;
            at.push(start.elapsed().as_millis());
        }
        at
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_bucket_gives_a_few_at_once_and_then_one_at_a_time() {
        assert_eq!(turns(&Pace::new(5.0, 3), 6).await, [0, 0, 0, 200, 400, 600]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_of_one_spaces_evenly() {
        assert_eq!(turns(&Pace::new(10.0, 1), 4).await, [0, 100, 200, 300]);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_rest_the_bucket_is_full_and_no_fuller() {
        let pace = Pace::new(5.0, 2);
        turns(&pace, 4).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(turns(&pace, 3).await, [0, 0, 200]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_stops_everybody_for_a_second() {
        let pace = Pace::new(5.0, 3);
        pace.refused();
        assert_eq!(turns(&pace, 3).await, [1000, 1200, 1400]);
    }
}
