//! What every answer is wrapped in: contract, section 4.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::lenient;

/// A page of a list: `{"message": …, "data": {"<plural>": […]}, "page_info": …}`.
///
/// The only key of `data` goes by any name, and users come without it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Where the page stands; users come without it.
    pub page_info: Option<PageInfo>,
}

/// A single thing: `{"message": …, "data": {"<singular>": {…}}}`. The only key of `data` goes by any name.
#[derive(Clone, Debug, PartialEq)]
pub struct Single<T>(pub T);

/// Where a page stands in its list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct PageInfo {
    /// How many items a page holds.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub page_size: u64,
    /// How many items there are on all pages.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub total_count: Option<u64>,
    /// Leads to the page after this one: an opaque text, or an address.
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub next: Option<String>,
    /// Leads to the page before this one.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub prev: Option<String>,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut answer = Map::deserialize(deserializer)?;
        let page_info =
            answer.get_mut("page_info").map(Value::take).and_then(|it| serde_json::from_value(it).ok());
        let values = match answer.get_mut("data").map(Value::take).unwrap_or_default() {
            Value::Array(items) => items,
            Value::Object(keys) => match only(keys) {
                // A list without items may be written as no list.
                Some(Value::Null) => Vec::new(),
                Some(Value::Array(items)) => items,
                _ => return Err(D::Error::custom("`data` holds no list")),
            },
            _ => return Err(D::Error::custom("expected `data` with a list in it")),
        };
        let mut items = Vec::with_capacity(values.len());
        for value in values {
            items.push(serde_json::from_value(value).map_err(D::Error::custom)?);
        }
        Ok(Self { items, page_info })
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Single<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut answer = Map::deserialize(deserializer)?;
        let Some(Value::Object(keys)) = answer.get_mut("data").map(Value::take) else {
            return Err(D::Error::custom("expected `data` with one key"));
        };
        let thing = only(keys).ok_or_else(|| D::Error::custom("`data` has no single key"))?;
        serde_json::from_value(thing).map(Self).map_err(D::Error::custom)
    }
}

/// The value of the only key.
fn only(keys: Map<String, Value>) -> Option<Value> {
    let mut values = keys.into_iter();
    let (_, value) = values.next()?;
    values.next().is_none().then_some(value)
}
