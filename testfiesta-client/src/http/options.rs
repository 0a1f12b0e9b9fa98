//! How long to wait, and how often to try.

use std::time::Duration;

/// How long a client waits, and how often it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long a connection may take to come about. Default: 10 s.
    pub connect_timeout: Duration,
    /// How long one request may take, from the connection to the end of the answer. Default: 30 s.
    pub request_timeout: Duration,
    /// How often a failed call is repeated. Default: 4 times.
    pub retries: usize,
    /// Whether a call is repeated whose answer did not come in time. Default: yes.
    pub repeat_after_timeout: bool,
    /// The pause before the first repetition; each later one is twice as long, and all are lengthened at random by up
    /// to their own length. Default: 500 ms.
    pub first_pause: Duration,
    /// The longest pause, before it is lengthened at random. Default: 8 s.
    pub longest_pause: Duration,
    /// The longest pause that the service can ask for with `Retry-After`: a call that is asked for more fails, and says
    /// what was asked for. Default: 60 s.
    pub longest_retry_after: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            retries: 4,
            repeat_after_timeout: true,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(8),
            longest_retry_after: Duration::from_secs(60),
        }
    }
}
