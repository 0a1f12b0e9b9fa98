//! Columns that hold JSON, and the empty text that stands for no source.

use serde::{Serialize, Serializer, de::DeserializeOwned};
use serde_json::Value;
use testfiesta_client::testfiesta::{Properties, RawProperties};

/// What is kept of any serializable value.
pub(super) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("JSON values have string keys and serialize")
}

/// What [`text`] kept. A text that somebody else spoiled reads as empty rather than taking the whole answer with it.
pub(super) fn value<T: DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}

/// The custom fields of an imported entry: those it names so, and whatever else it carries (contract, section 4).
/// What it names so comes first where both have a name.
pub(super) fn merged(custom: &Properties, extra: &Properties, time: Option<&Value>) -> String {
    if extra.is_empty() && time.is_none() {
        return text(custom);
    }
    text(&Merged { custom, extra, time })
}

/// As [`merged`], of an execution. Nearly all of them need not be taken apart.
pub(super) fn merged_raw(custom: &RawProperties, extra: &Properties, time: Option<&Value>) -> String {
    let names_time = |custom: &str| custom.contains("\"time\"") || custom.contains("\\u");
    match (time, custom.get().strip_suffix('}')) {
        (Some(time), Some(others)) if extra.is_empty() && !custom.is_empty() && !names_time(others) => {
            format!("{others},\"time\":{}}}", text(time))
        }
        _ => merged(&custom.parsed(), extra, time),
    }
}

/// Written straight to text: an import has thousands, and building a map for each would cost more than storing it.
struct Merged<'a> {
    custom: &'a Properties,
    extra: &'a Properties,
    time: Option<&'a Value>,
}

impl Serialize for Merged<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let told = |name: &str| self.custom.contains_key(name);
        let time = self.time.map(|it| ("time", it)).filter(|_| !told("time"));
        let extra = self.extra.iter().map(|(name, it)| (name.as_str(), it)).filter(|(name, _)| !told(name));
        let custom = self.custom.iter().map(|(name, it)| (name.as_str(), it));
        serializer.collect_map(custom.chain(extra).chain(time))
    }
}

/// The source as it is stored.
pub(super) fn stored_source(source: &Option<String>) -> &str {
    source.as_deref().unwrap_or_default()
}

/// The source as it is answered.
pub(super) fn answered_source(source: String) -> Option<String> {
    Some(source).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged_with_time(custom: &str) -> Value {
        let custom: RawProperties = serde_json::from_str(custom).expect("an object");
        value(&merged_raw(&custom, &Properties::new(), Some(&json!(0.5))))
    }

    #[test]
    fn the_time_of_an_execution_joins_its_custom_fields() {
        assert_eq!(merged_with_time(r#"{"a": {"b": 1}}"#), json!({"a": {"b": 1}, "time": 0.5}));
        assert_eq!(merged_with_time("{ }"), json!({"time": 0.5}));
    }

    #[test]
    fn a_custom_field_goes_before_the_time_of_an_execution() {
        assert_eq!(merged_with_time(r#"{"time": "noon"}"#), json!({"time": "noon"}));
        assert_eq!(merged_with_time(r#"{"\u0074ime": "noon"}"#), json!({"time": "noon"}));
    }

    #[test]
    fn a_custom_field_goes_before_a_property_of_the_same_name() {
        let custom: RawProperties = serde_json::from_str(r#"{"a": 1}"#).expect("an object");
        let extra = Properties::from_iter([("a".to_owned(), 2.into()), ("b".to_owned(), 3.into())]);
        assert_eq!(value::<Value>(&merged_raw(&custom, &extra, None)), json!({"a": 1, "b": 3}));
    }
}
