//! How often a service failed in a row, and for how long it is left alone for that.

use std::time::{Duration, Instant};

use testfiesta_client::Error;

use super::outages::{self, Outage, Outages};

/// After so many calls in a row that failed, each of which the client made several times, a service is down.
const DOWN_AFTER: u32 = 3;
/// How long a service that failed is left alone at first. Each further failure doubles it.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// How long it is left alone at most, unless it asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A service that asks for more than this is down, as far as one process is concerned.
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// A failure this old is no reason not to try once more when the tests are over.
const OLD: Duration = Duration::from_secs(2);

/// The failures of one service since a call last succeeded.
#[derive(Default)]
pub(super) struct Failures {
    /// Where the processes of the run tell each other.
    outages: Option<Outages>,
    in_a_row: u32,
    last_at: Option<Instant>,
    pause: Duration,
    asked_to_wait: bool,
    trouble: Option<String>,
    is_silent: bool,
}

impl Failures {
    /// From now on other processes are told when the service is down, and believed.
    pub(super) fn share(&mut self, outages: Outages) {
        self.outages = Some(outages);
    }

    /// What other processes told.
    pub(super) fn outages(&self) -> Option<&Outages> {
        self.outages.as_ref()
    }

    /// Why the last call did not succeed.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Whether that was because nobody answered.
    pub(super) fn is_silent(&self) -> bool {
        self.is_silent
    }

    /// Whether the service failed so often, or in such a way, that there is no use in trying again soon.
    pub(super) fn is_down(&self) -> bool {
        self.in_a_row >= DOWN_AFTER
    }

    /// How long the service is still to be left alone.
    pub(super) fn pause(&self) -> Duration {
        self.last_at.map_or(Duration::ZERO, |at| self.pause.saturating_sub(at.elapsed()))
    }

    /// The tests are over, and this is the last chance: a service that failed a while ago is tried once more.
    pub(super) fn hurry(&mut self) {
        if !self.asked_to_wait && self.last_at.is_some_and(|at| at.elapsed() > OLD) {
            self.pause = Duration::ZERO;
            self.in_a_row = self.in_a_row.min(DOWN_AFTER - 1);
        }
    }

    /// A call succeeded.
    pub(super) fn end(&mut self) {
        let outages = self.outages.take();
        if self.in_a_row > 0
            && let Some(outages) = &outages
        {
            outages.clear();
        }
        *self = Self { outages, ..Self::default() };
    }

    /// A call did not succeed. Where there is `more` to try, an error that will not go away says little of the next call.
    pub(super) fn add(&mut self, error: &Error, more: bool) {
        let asked = match error {
            Error::Failing { retry_after, .. } => *retry_after,
            _ => None,
        };
        self.in_a_row += 1;
        let long = asked.is_some_and(|asked| asked > LONGEST_WAIT);
        if long || (is_lasting(error) && !more) {
            self.in_a_row = self.in_a_row.max(DOWN_AFTER);
        }
        let ours = (FIRST_PAUSE * 2_u32.pow(self.in_a_row.min(8) - 1)).min(LONGEST_PAUSE);
        // A service whose clock is behind asks for nothing.
        let pause = asked.unwrap_or_default().max(ours);
        if self.is_down()
            && let Some(outages) = &self.outages
        {
            // To find out that nobody listens takes a second, so that others may soon look again.
            let quick = matches!(error, Error::Unreachable { .. });
            outages.record(&error.to_string(), if quick { pause } else { pause.max(outages::AT_FIRST) });
        }
        self.asked_to_wait = asked == Some(pause);
        self.is_silent = is_silence(error);
        self.leave_alone(pause, error.to_string());
    }

    /// Another process found the service down.
    pub(super) fn believe(&mut self, outage: Outage) {
        self.in_a_row = DOWN_AFTER;
        self.leave_alone(outage.left().max(FIRST_PAUSE), outage.reason);
    }

    /// As when the pause is over.
    #[cfg(test)]
    pub(super) fn paused(&mut self) {
        self.pause = Duration::ZERO;
    }

    fn leave_alone(&mut self, pause: Duration, reason: String) {
        self.last_at = Some(Instant::now());
        self.pause = pause;
        self.trouble = Some(reason);
    }
}

/// Whether one such failure is enough. Who hangs will hang again; where nobody listens, the client has knocked several
/// times; and who refuses the token, the address or the project will do so again.
fn is_lasting(error: &Error) -> bool {
    is_silence(error) || !error.is_retryable()
}

/// Whether nobody answered.
fn is_silence(error: &Error) -> bool {
    matches!(error, Error::TimedOut { .. } | Error::Unreachable { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(retry_after: Option<u64>) -> Error {
        let retry_after = retry_after.map(Duration::from_secs);
        Error::Failing { call: "POST /data".to_owned(), status: 503, retry_after, message: String::new() }
    }

    fn after(errors: &[Error]) -> Failures {
        let mut failures = Failures::default();
        errors.iter().for_each(|error| failures.add(error, false));
        failures
    }

    #[test]
    fn a_service_that_fails_is_down_the_third_time() {
        let errors = [failing(None), failing(None), failing(None)];
        assert_eq!([1, 2, 3].map(|times| after(&errors[..times]).is_down()), [false, false, true]);
    }

    #[test]
    fn each_failure_makes_the_rest_longer() {
        let (one, two) = (after(&[failing(None)]), after(&[failing(None), failing(None)]));
        assert_eq!([one.pause, two.pause], [FIRST_PAUSE, FIRST_PAUSE * 2]);
    }

    #[test]
    fn a_service_is_left_alone_for_as_long_as_it_asks_and_not_hurried() {
        let mut failures = after(&[failing(Some(10))]);
        failures.hurry();
        assert_eq!((failures.pause, failures.is_down()), (Duration::from_secs(10), false));
    }

    #[test]
    fn one_that_asks_for_long_is_down_at_once() {
        assert!(after(&[failing(Some(60))]).is_down());
    }

    #[test]
    fn a_call_that_succeeds_ends_them() {
        let mut failures = after(&[failing(None), failing(None), failing(None)]);
        failures.end();
        assert_eq!((failures.is_down(), failures.trouble(), failures.pause()), (false, None, Duration::ZERO));
    }
}
