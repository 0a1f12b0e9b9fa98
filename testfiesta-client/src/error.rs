//! What can go wrong, told apart by what the caller can do about it.

use std::fmt;
use std::time::Duration;

/// Why a call failed.
///
/// `call` is the method and the path, as in `POST /v1/acme/projects/WEB/runs`. `message` holds the service's own
/// words: shortened, without markup, and never with the token; it may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// An address, a token, a name or a body that no call can be made with. Correct the settings.
    Setting {
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// No connection came about: the service has seen nothing. Try later, or correct the address.
    Unreachable {
        /// Scheme, host and port.
        address: String,
        /// Why, in the words of the system.
        reason: String,
    },
    /// The connection broke before the answer was complete: the service may or may not have done it.
    Interrupted {
        /// The call.
        call: String,
        /// Why, in the words of the system.
        reason: String,
    },
    /// No complete answer within the time allowed: the service may or may not have done it.
    TimedOut {
        /// The call.
        call: String,
        /// How long was waited.
        after: Duration,
    },
    /// The service points elsewhere. Redirects are not followed, so that the token goes nowhere but where the
    /// settings say.
    Redirected {
        /// The call.
        call: String,
        /// The host that it points to, with scheme and port, and the path that the service has there.
        to: String,
        /// The setting to change; none where that would not help: it holds this address already, or the service chose it
        /// for a file.
        setting: Option<&'static str>,
    },
    /// 401: the token is missing, wrong, expired or revoked.
    Unauthorized {
        /// The call.
        call: String,
        /// The service's words.
        message: String,
    },
    /// 403: the token may not do this.
    Forbidden {
        /// The call.
        call: String,
        /// The service's words.
        message: String,
    },
    /// 404: no such organization, project or thing.
    NotFound {
        /// The call.
        call: String,
        /// The service's words.
        message: String,
    },
    /// 413: the body is too large. Send less at once.
    TooLarge {
        /// The call.
        call: String,
        /// The service's words.
        message: String,
    },
    /// Any other 4xx: the service does not want this. The same call would be refused again.
    Refused {
        /// The call.
        call: String,
        /// HTTP status.
        status: u16,
        /// The service's words.
        message: String,
        /// The uid of what exists already, where that is the reason and the service says so.
        existing: Option<i64>,
    },
    /// 408, 425, 429 or 5xx, after the retries that were allowed. Try later.
    Failing {
        /// The call.
        call: String,
        /// HTTP status.
        status: u16,
        /// The service's words.
        message: String,
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
    },
    /// The service said that it went well, but not in a form that can be understood.
    Unreadable {
        /// The call.
        call: String,
        /// HTTP status.
        status: u16,
        /// What was expected.
        reason: String,
        /// How the answer begins.
        excerpt: String,
    },
}

impl Error {
    /// Whether the same call may succeed later: the service was [`Unreachable`](Self::Unreachable) or
    /// [`Failing`](Self::Failing), or the answer [`Interrupted`](Self::Interrupted) or
    /// [`TimedOut`](Self::TimedOut).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Interrupted { .. }
                | Self::TimedOut { .. }
                | Self::Failing { .. }
        )
    }

    /// Whether the failure proves that the call changed nothing, so that repeating it cannot do it twice: nothing
    /// was sent, or the service refused before it began (4xx but 408, so also 425), or asks to come back later
    /// ([`is_rate_limit`](Self::is_rate_limit), and 503 with `Retry-After`). A bare 5xx proves nothing, since a gateway
    /// may give up on a service that goes on.
    #[must_use]
    pub fn nothing_was_done(&self) -> bool {
        match self {
            Self::Setting { .. }
            | Self::Unreachable { .. }
            | Self::Redirected { .. }
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::TooLarge { .. }
            | Self::Refused { .. } => true,
            Self::Failing { status, retry_after, .. } => {
                *status == 425 || self.is_rate_limit() || (*status == 503 && retry_after.is_some())
            }
            Self::Interrupted { .. } | Self::TimedOut { .. } | Self::Unreadable { .. } => false,
        }
    }

    /// Whether the service says that too many calls came at once: 429, and what Testsigma answers instead, 500 with
    /// "rate limit exceeded" (its contract, section 2).
    #[must_use]
    pub fn is_rate_limit(&self) -> bool {
        match self {
            Self::Failing { status: 429, .. } => true,
            Self::Failing { status: 500, message, .. } => message.to_ascii_lowercase().contains("rate limit"),
            _ => false,
        }
    }

    /// The HTTP status of the answer, if one came; none for a redirect.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Unauthorized { .. } => Some(401),
            Self::Forbidden { .. } => Some(403),
            Self::NotFound { .. } => Some(404),
            Self::TooLarge { .. } => Some(413),
            Self::Refused { status, .. } | Self::Failing { status, .. } | Self::Unreadable { status, .. } => {
                Some(*status)
            }
            Self::Setting { .. }
            | Self::Unreachable { .. }
            | Self::Interrupted { .. }
            | Self::TimedOut { .. }
            | Self::Redirected { .. } => None,
        }
    }

    /// Whether the service complains of what was sent, so that sending less of it may find what it minds: 413, and 4xx
    /// that are not about the token, the address or the moment. Of 404, who knows that the address is right says so, by
    /// [`Refused`](Self::Refused).
    #[must_use]
    pub fn is_about_the_content(&self) -> bool {
        matches!(self, Self::TooLarge { .. } | Self::Refused { status: 400 | 404 | 409 | 422, .. })
    }

    /// Whether the service says that it broke: 500, and not [too many at once](Self::is_rate_limit). What was sent may be the
    /// reason, though the service does not say so; any other 5xx is about the moment.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        matches!(self, Self::Failing { status: 500, .. }) && !self.is_rate_limit()
    }

    /// Whether the next call would fail for the same reason, whatever it is about: nobody is there, or answers, or takes
    /// the token.
    #[must_use]
    pub fn is_about_the_service(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Unauthorized { .. })
    }

    /// The service's own words, where it had any.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Unauthorized { message, .. }
            | Self::Forbidden { message, .. }
            | Self::NotFound { message, .. }
            | Self::TooLarge { message, .. }
            | Self::Refused { message, .. }
            | Self::Failing { message, .. } => Some(message.as_str()).filter(|message| !message.is_empty()),
            _ => None,
        }
    }

    pub(crate) fn setting(reason: impl Into<String>) -> Self {
        Self::Setting { reason: reason.into() }
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting { reason } => f.write_str(reason),
            Self::Unreachable { address, reason } => write!(f, "could not reach {address}: {reason}"),
            Self::Interrupted { call, reason } => write!(f, "the connection broke during {call}: {reason}"),
            Self::TimedOut { call, after } => {
                write!(f, "no answer to {call} within {:.1} s", after.as_secs_f64())
            }
            Self::Redirected { call, to, setting } => {
                write!(f, "{call} was redirected to {to}, which is not followed")?;
                match setting {
                    Some(setting) => write!(f, "; if that is the right address, set {setting} to it"),
                    None => Ok(()),
                }
            }
            Self::Unauthorized { call, message } => {
                write!(f, "the token was not accepted for {call} (401){}", Words(message))
            }
            Self::Forbidden { call, message } => {
                write!(f, "the token has no permission for {call} (403){}", Words(message))
            }
            Self::NotFound { call, message } => {
                write!(f, "nothing was found for {call} (404){}", Words(message))
            }
            Self::TooLarge { call, message } => {
                write!(f, "the body of {call} was too large (413){}", Words(message))
            }
            Self::Refused { call, status, message, .. } => {
                write!(f, "{call} was refused ({status}){}", Words(message))
            }
            Self::Failing { call, status, message, retry_after } => {
                write!(f, "the service failed at {call} ({status})")?;
                if let Some(asked) = retry_after.filter(|asked| !asked.is_zero()) {
                    write!(f, ", and asks to wait {}", Pause(asked))?;
                }
                write!(f, "{}", Words(message))
            }
            Self::Unreadable { call, status, reason, excerpt } => {
                write!(f, "the answer to {call} ({status}) could not be read: {reason}")?;
                match excerpt.as_str() {
                    "" => Ok(()),
                    excerpt => write!(f, "; it begins with `{excerpt}`"),
                }
            }
        }
    }
}

/// The service's words at the end of a sentence, if it has any.
struct Words<'a>(&'a str);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            message => write!(f, ": {message}"),
        }
    }
}

/// As in `90 s`, `10 min` and `5 h`, and no less than it is.
struct Pause(Duration);

impl fmt::Display for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs() + u64::from(self.0.subsec_nanos() > 0);
        match seconds {
            0..=120 => write!(f, "{seconds} s"),
            121..=7200 => write!(f, "{} min", seconds.div_ceil(60)),
            _ => write!(f, "{} h", seconds.div_ceil(3600)),
        }
    }
}
