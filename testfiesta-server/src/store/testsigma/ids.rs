//! UUIDs. They follow from the kind and the number of a thing, so that whatever comes in through the other API has one
//! too, and nothing needs to be looked up; only some may be chosen.

use rusqlite::{Connection, OptionalExtension as _};

use crate::store::{Error, Result};

/// The kind of thing that a UUID names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Project = 1,
    Folder,
    Case,
    Run,
    /// The place of a case in a run.
    Entry,
    Plan,
    StepGroup,
    Lookup,
    User,
    Label,
    Import,
}

impl Kind {
    /// The table whose `uuid` holds those that were chosen.
    const fn chosen_in(self) -> Option<&'static str> {
        match self {
            Self::Project => Some("projects"),
            Self::Lookup => Some("lookups"),
            Self::User => Some("users"),
            _ => None,
        }
    }
}

/// The UUID that follows from a number. Version 8 of RFC 9562: its bits mean what we say.
pub(crate) fn uuid(kind: Kind, uid: i64) -> String {
    numbered(kind, 0, uid)
}

/// The UUID of the place of a case in a run.
pub(crate) fn entry(run: i64, case: i64) -> String {
    numbered(Kind::Entry, run, case)
}

fn numbered(kind: Kind, first: i64, second: i64) -> String {
    format!("{first:08x}-7f{:02x}-8000-8000-{second:012x}", kind as u8)
}

/// The number behind a UUID; `None` for one of nothing here.
///
/// # Errors
///
/// [`Error::InvalidId`] for what is no UUID.
pub(crate) fn uid(connection: &Connection, kind: Kind, uuid: &str) -> Result<Option<i64>> {
    if !is_uuid(uuid) {
        return Err(Error::InvalidId);
    }
    let uuid = uuid.to_ascii_lowercase();
    if let Some(table) = kind.chosen_in() {
        let chosen = connection
            .prepare_cached(&format!("SELECT uid FROM {table} WHERE lower(uuid) = ?1"))?
            .query_row([&uuid], |row| row.get(0))
            .optional()?;
        if chosen.is_some() {
            return Ok(chosen);
        }
    }
    let number = uuid.rsplit('-').next().and_then(|digits| i64::from_str_radix(digits, 16).ok());
    Ok(number.filter(|uid| self::uuid(kind, *uid) == uuid))
}

pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The number at the end of a human id with this beginning, as 7 in `TC-R-7` for `TC-R-`.
pub(crate) fn human_number(human_id: &str, beginning: &str) -> Option<i64> {
    let digits = human_id.strip_prefix(beginning)?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_leads_back_to_its_number_and_to_no_other_kind() {
        let connection = Connection::open_in_memory().unwrap();
        let case = uuid(Kind::Case, 42);
        assert_eq!(uid(&connection, Kind::Case, &case).unwrap(), Some(42));
        assert_eq!(uid(&connection, Kind::Run, &case).unwrap(), None);
        assert_eq!(uid(&connection, Kind::Case, &entry(7, 42)).unwrap(), None);
    }

    #[test]
    fn what_is_no_uuid_is_an_error() {
        let connection = Connection::open_in_memory().unwrap();
        assert!(uid(&connection, Kind::Case, "TC-1").is_err());
    }

    #[test]
    fn a_human_id_ends_in_its_number() {
        assert_eq!(human_number("TC-R-7", "TC-R-"), Some(7));
        for other in ["TC-R-", "TC-7", "TC-R-7a", "TC-R-+7"] {
            assert_eq!(human_number(other, "TC-R-"), None, "{other}");
        }
    }
}
