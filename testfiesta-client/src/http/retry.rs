//! When a call is made again.

use std::time::{Duration, SystemTime};

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::Options;
use crate::Error;

/// Which failures of a call allow to make it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Any that may pass: doing it twice is the same as doing it once.
    Always,
    /// Only one that proves that nothing was done: doing it twice would make two of it.
    IfNothingWasDone,
}

impl Repeat {
    fn allows(self, error: &Error) -> bool {
        error.is_retryable() && (self == Self::Always || error.nothing_was_done())
    }
}

/// Attempts a call until it succeeds, fails for good, or was attempted often enough.
pub(super) async fn with_retries<T, F>(
    options: &Options,
    repeat: Repeat,
    attempt: impl FnMut() -> F,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let pauses = ExponentialBuilder::new()
        .with_jitter()
        .with_max_times(options.retries)
        .with_min_delay(options.first_pause)
        .with_max_delay(options.longest_pause);
    attempt
        .retry(pauses)
        .when(|error| {
            let timed_out = matches!(error, Error::TimedOut { .. });
            repeat.allows(error) && (options.repeat_after_timeout || !timed_out)
        })
        .adjust(|error, pause| pause_after(error, pause?, options.longest_retry_after))
        .await
}

/// The pause before the next attempt: what the service asks for, and no less than ours, since its clock may be behind. Who
/// is asked for more than the longest does not come back too early, but fails.
fn pause_after(error: &Error, ours: Duration, longest: Duration) -> Option<Duration> {
    match error {
        Error::Failing { retry_after: Some(asked), .. } => (*asked <= longest).then(|| ours.max(*asked)),
        _ => Some(ours),
    }
}

/// What `Retry-After` asks for: a number of seconds, or the time until a date.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match value.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let date = httpdate::parse_http_date(value).ok()?;
            Some(date.duration_since(now).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn asked(value: &'static str) -> Option<Duration> {
        // 1994-11-06 08:49:37 UTC.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
        retry_after(&headers, now)
    }

    fn failing(retry_after: Option<Duration>) -> Error {
        Error::Failing { call: "GET /".into(), status: 503, message: String::new(), retry_after }
    }

    #[test]
    fn retry_after_may_be_seconds() {
        assert_eq!(asked("120"), Some(Duration::from_secs(120)));
    }

    #[test]
    fn retry_after_may_be_a_date() {
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:47 GMT"), Some(Duration::from_secs(10)));
    }

    #[test]
    fn a_date_that_has_passed_asks_for_no_pause() {
        assert_eq!(asked("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
    }

    #[test]
    fn an_unreadable_retry_after_asks_for_nothing() {
        assert_eq!(asked("soon"), None);
    }

    #[test]
    fn the_service_decides_on_the_pause_within_reason() {
        let (ours, longest) = (Duration::from_secs(1), Duration::from_secs(60));
        let pause = |asked| pause_after(&failing(asked), ours, longest);
        assert_eq!(pause(Some(Duration::from_secs(5))), Some(Duration::from_secs(5)));
        assert_eq!(pause(Some(Duration::from_secs(3600))), None);
        assert_eq!(pause(Some(Duration::ZERO)), Some(ours));
        assert_eq!(pause(None), Some(ours));
    }

    #[test]
    fn what_must_not_be_done_twice_is_repeated_only_if_it_was_not_done() {
        let unreachable = Error::Unreachable { address: String::new(), reason: String::new() };
        let timed_out = Error::TimedOut { call: String::new(), after: Duration::ZERO };
        for (error, always, if_nothing_was_done) in [
            (unreachable, true, true),
            (failing(Some(Duration::ZERO)), true, true),
            (failing(None), true, false),
            (timed_out, true, false),
            (Error::setting("wrong"), false, false),
        ] {
            assert_eq!(Repeat::Always.allows(&error), always, "{error:?}");
            assert_eq!(Repeat::IfNothingWasDone.allows(&error), if_nothing_was_done, "{error:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_and_come_to_an_end() {
        let options = Options { retries: 3, ..Options::default() };
        let start = Instant::now();
        let mut attempts = Vec::new();
        let outcome: Result<(), Error> = with_retries(&options, Repeat::Always, || {
            attempts.push(start.elapsed().as_millis());
            std::future::ready(Err(failing(None)))
        })
        .await;

        assert_eq!(outcome, Err(failing(None)));
        let pauses: Vec<u128> = attempts.windows(2).map(|attempts| attempts[1] - attempts[0]).collect();
        let [first, second, third] = pauses[..] else { panic!("{pauses:?}") };
        for (pause, least) in [(first, 500), (second, 1000), (third, 2000)] {
            // A timer may be a millisecond late.
            assert!((least..=2 * least + 1).contains(&pause), "{pauses:?}");
        }
    }
}
