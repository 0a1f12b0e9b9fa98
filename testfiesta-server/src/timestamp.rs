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

/// Whether this is a `date-time` as OpenAPI has it: one of RFC 3339, in any time zone.
pub(crate) fn is_date_time(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let Some((seconds, rest)) = upper.split_at_checked("2026-01-31T12:00:00".len()) else { return false };
    let Some(zone) = rest.find(['Z', '+', '-']) else { return false };
    let (fraction, zone) = rest.split_at(zone);
    let is_fraction = |digits: &str| !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    (fraction.is_empty() || fraction.strip_prefix('.').is_some_and(is_fraction))
        && (zone == "Z" || is_offset(zone))
        && parse(&format!("{seconds}Z")).is_some()
}

/// Whether this is a distance from UTC, as in `+02:00`.
fn is_offset(text: &str) -> bool {
    let Some((hours, minutes)) = text.strip_prefix(['+', '-']).and_then(|it| it.split_once(':')) else {
        return false;
    };
    let is_below = |text: &str, limit| {
        text.len() == 2
            && text.bytes().all(|it| it.is_ascii_digit())
            && text.parse::<u8>().is_ok_and(|it| it < limit)
    };
    is_below(hours, 24) && is_below(minutes, 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_time_may_be_of_any_time_zone() {
        for text in [
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00.000Z",
            "2026-01-31t12:00:00z",
            "2026-01-31T12:00:00+02:00",
            "2026-01-31T12:00:00.5-11:30",
        ] {
            assert!(is_date_time(text), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_date_time() {
        for text in [
            "",
            "garbage",
            "Z",
            "ä+02:00",
            "2026-01-31",
            "2026-01-31T12:00:00",
            "2026-02-31T12:00:00Z",
            "2026-01-31T12:00:00+24:00",
            "2026-01-31T12:00:00+0x:00",
            "2026-01-31T12:00:00Z+02:00",
            "2026-01-31T12:00:00+02:00Z",
        ] {
            assert!(!is_date_time(text), "{text}");
        }
    }
}
