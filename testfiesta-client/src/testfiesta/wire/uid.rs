//! Numeric ids.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

/// The number by which the service names a thing: a run, a case, a folder, but also a status or a priority, which
/// are data of the workspace and no constants (contract, sections 2 and 7).
///
/// Written as an integer. Read from an integer, from a float without fraction (the service declares every number
/// a double), and from either as a string (the official client sends some ids so, and a query has nothing else).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Uid(i64);

impl Uid {
    /// The id with this number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number that an id ends in, as 12 in `TC-12`.
    #[must_use]
    pub fn at_end_of(id: &str) -> Option<Self> {
        let digits = id.len() - id.bytes().rev().take_while(u8::is_ascii_digit).count();
        id[digits..].parse().ok().map(Self)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl From<i64> for Uid {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl From<Uid> for i64 {
    fn from(uid: Uid) -> Self {
        uid.0
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Uid {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl<'de> Deserialize<'de> for Uid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UidVisitor).map(Self)
    }
}

struct UidVisitor;

impl de::Visitor<'_> for UidVisitor {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<i64, E> {
        i64::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<i64, E> {
        // Beyond 2^53 a double no longer names one whole number.
        if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
            Ok(number as i64)
        } else {
            Err(E::invalid_value(de::Unexpected::Float(number), &self))
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<i64, E> {
        let text = text.trim();
        if let Ok(number) = text.parse() {
            return Ok(number);
        }
        let number = text.parse().map(|number| UidVisitor.visit_f64::<E>(number));
        number.ok().and_then(Result::ok).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::Uid;

    fn read(json: &str) -> Result<Uid, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn reads_integers_floats_and_numeric_strings() {
        for json in ["252", "252.0", "2.52e2", "\"252\"", "\"252.0\""] {
            assert_eq!(read(json).unwrap(), Uid::new(252), "{json}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_whole_number() {
        for json in [
            "252.5",
            "1e300",
            "\"HM-1\"",
            "\"252.5\"",
            "\"nan\"",
            "\"inf\"",
            "true",
            "null",
            "18446744073709551615",
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn an_id_may_end_in_one() {
        assert_eq!(Uid::at_end_of("TC-012"), Some(Uid::new(12)));
        for other in ["", "TC-", "TC-12a", "TC-99999999999999999999"] {
            assert_eq!(Uid::at_end_of(other), None, "{other}");
        }
    }

    #[test]
    fn is_written_as_an_integer() {
        assert_eq!(serde_json::to_string(&Uid::new(252)).unwrap(), "252");
    }
}
