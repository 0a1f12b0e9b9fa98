//! How fields are read that are written in several ways.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;

pub(super) use crate::lenient::if_it_fits;

/// Text, or nothing: null, an empty text and anything that is no text are nothing. A number stands for its spelling.
pub(super) fn text_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// Anything, or nothing: null and an empty text are nothing.
#[cfg(feature = "wire")]
pub(super) fn value_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Ok(Some(Value::deserialize(deserializer)?).filter(|value| !value.is_null() && value != ""))
}

/// As [`text_or_none`], where nothing is the empty text.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(text_or_none(deserializer)?.unwrap_or_default())
}

/// The elements that can be read; null and an empty text are no elements.
pub(super) fn elements<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let mut elements = Vec::new();
    if let Value::Array(items) = Value::deserialize(deserializer)? {
        for item in items {
            elements.extend(serde_json::from_value(item).ok());
        }
    }
    Ok(elements)
}

/// Nothing is written as an empty text, as the service does it in places.
#[cfg(feature = "wire")]
pub(super) fn or_empty<S: serde::Serializer>(
    text: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text.as_deref().unwrap_or_default())
}
