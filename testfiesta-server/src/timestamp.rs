//! Points in time as the API writes them: RFC 3339 in UTC with milliseconds, `2026-01-31T12:00:00.000Z`.

use std::time::SystemTime;

/// Now.
pub(crate) fn now() -> String {
    format(SystemTime::now())
}

/// Any point in time. Two of them compare as text the way they compare in time.
pub(crate) fn format(at: SystemTime) -> String {
    humantime::format_rfc3339_millis(at).to_string()
}

/// Reads back what [`format`] wrote; `None` for anything else.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339(text).ok()
}
