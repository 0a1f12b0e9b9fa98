//! How answers are read that nobody promised the form of.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;

/// A value of an unforeseen type is the default. For what a service answers: most of it is unspecified, and a surprise
/// in a field that nobody needs must not cost the answer.
pub(crate) fn if_it_fits<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}
