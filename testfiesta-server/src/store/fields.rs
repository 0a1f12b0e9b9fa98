//! Columns that hold JSON, and the empty text that stands for no source.

use serde::{Serialize, Serializer, de::DeserializeOwned};
use serde_json::Value;
use testfiesta_client::testfiesta::Properties;

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
pub(super) fn merged(custom: &Properties, extra: &Properties, time: Option<f64>) -> String {
    if extra.is_empty() && time.is_none() {
        return text(custom);
    }
    let time = time.map(Value::from);
    text(&Merged { custom, extra, time: time.as_ref() })
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
