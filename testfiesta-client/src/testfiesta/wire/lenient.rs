//! How fields are read that senders do not agree on.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

pub(super) use crate::lenient::if_it_fits;

/// `null` is the default; a value of another type is an error. For what a server is sent.
pub(super) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Text; a number or a boolean stands for its spelling. The official client turns numeric-looking names into
/// numbers (contract, section 6, "JUnit pitfalls").
#[cfg(feature = "wire")]
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Text::deserialize(deserializer)?.0)
}

/// As [`text`], or nothing.
#[cfg(feature = "wire")]
pub(super) fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Text>::deserialize(deserializer)?.map(|text| text.0))
}

/// A map of [`text`]s.
pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HashMap<String, String>, D::Error> {
    let mut texts = HashMap::new();
    for (name, value) in Option::<super::Properties>::deserialize(deserializer)?.unwrap_or_default() {
        texts.insert(name, Text::deserialize(value).map_err(D::Error::custom)?.0);
    }
    Ok(texts)
}

/// A count or an offset, which may come as a float or as a numeric string.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Ok(optional_count(deserializer)?.unwrap_or_default())
}

/// As [`count`], or nothing.
pub(super) fn optional_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Option::<super::Uid>::deserialize(deserializer)?
        .map(|number| {
            u64::try_from(number.get()).map_err(|_| D::Error::custom("expected no negative number"))
        })
        .transpose()
}

/// A number, which may come as a numeric string; any other value is left as it is.
#[cfg(feature = "wire")]
pub(super) fn number_or_other<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<serde_json::Value>, D::Error> {
    let value = Option::<serde_json::Value>::deserialize(deserializer)?;
    let number = value.as_ref().and_then(serde_json::Value::as_str).and_then(|text| text.trim().parse().ok());
    Ok(number.and_then(serde_json::Number::from_f64).map(Into::into).or(value))
}

/// Text that may have been spelled as another scalar.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = Text;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Text, E> {
                Ok(Text(text))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}
