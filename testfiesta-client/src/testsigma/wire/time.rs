//! Points in time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A point in time, in milliseconds since the epoch.
///
/// Written so. Read also from seconds, which some clients send and some documents show: a value below 10^11 is one
/// (contract, section 4). As milliseconds that would be 1973.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Time(i64);

/// From here on a number counts milliseconds.
const MILLISECONDS: i64 = 100_000_000_000;

impl Time {
    /// This many milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    fn from_number(number: i64) -> Self {
        Self(if (1..MILLISECONDS).contains(&number) { number * 1000 } else { number })
    }
}

impl From<SystemTime> for Time {
    fn from(at: SystemTime) -> Self {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|it| it as i64)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| serde::de::Error::custom("expected a time in milliseconds"))?;
        Ok(Self::from_number(number))
    }
}
