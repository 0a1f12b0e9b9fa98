//! Points in time as the API writes them: RFC 3339 in UTC with milliseconds, `2026-01-31T12:00:00.000Z`.

use std::time::{Duration, SystemTime};

/// The first moment whose year has five digits, since the Unix epoch.
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);

/// Now.
pub(crate) fn now() -> String {
    format(SystemTime::now())
}

/// Whether [`format`] can write this: from 1970 on, and with four digits of a year.
pub(crate) fn can_be_written(at: SystemTime) -> bool {
    at.duration_since(SystemTime::UNIX_EPOCH).is_ok_and(|since| since < YEAR_10000)
}

/// A point in time. Two of them compare as text the way they compare in time.
///
/// # Panics
///
/// When it cannot be written; see [`can_be_written`].
pub(crate) fn format(at: SystemTime) -> String {
    humantime::format_rfc3339_millis(at).to_string()
}

/// Reads back what [`format`] wrote; `None` for anything else.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339(text).ok()
}
