//! Properties that are passed on as they came.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::Properties;

/// A JSON object that is kept as text, since whoever receives it passes it on: to take thousands apart and put them
/// together again takes as long as to store them.
#[derive(Clone)]
pub struct RawProperties(Box<RawValue>);

impl RawProperties {
    /// The text.
    #[must_use]
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Whether there is no property.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.get()[1..].trim_start() == "}"
    }

    /// The properties. Of two of the same name, the last.
    #[must_use]
    pub fn parsed(&self) -> Properties {
        serde_json::from_str(self.get()).expect("only an object that can be read is kept")
    }
}

impl From<Properties> for RawProperties {
    fn from(properties: Properties) -> Self {
        let text = serde_json::value::to_raw_value(&properties);
        Self(text.expect("JSON values have string keys and serialize"))
    }
}

impl Default for RawProperties {
    fn default() -> Self {
        Properties::new().into()
    }
}

impl PartialEq for RawProperties {
    fn eq(&self, other: &Self) -> bool {
        self.parsed() == other.parsed()
    }
}

impl fmt::Debug for RawProperties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}

impl Serialize for RawProperties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawProperties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        if !text.get().starts_with('{') {
            return Err(D::Error::custom("expected an object"));
        }
        // What passes as JSON may still be a number that is too large, or half of a character.
        serde_json::from_str::<Readable>(text.get()).map_err(D::Error::custom)?;
        Ok(Self(text))
    }
}

/// Any value that can be read, without what it holds.
struct Readable;

impl<'de> Deserialize<'de> for Readable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Readable {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self, A::Error> {
        while values.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut properties: A) -> Result<Self, A::Error> {
        while properties.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}
