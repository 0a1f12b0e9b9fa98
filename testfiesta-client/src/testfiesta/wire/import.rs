//! Bulk import: contract, section 3.4, and section 6 for what the official client sends.
//!
//! Every entry is open: it may carry any further property, kept in `extra`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Properties, RawProperties, Uid, lenient};

/// Body of `POST …/data` (contract, section 3.4). The answer is 204 without a body: neither uids nor errors per entry
/// come back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataImport {
    /// What to import.
    pub entities: Entities,
    /// The existing run that the executions belong to. Without it the run is made from the `runs` entry; the older
    /// specification forbids it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<Uid>,
}

/// What to import, by kind. Entries refer to each other by external id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entities {
    /// Folders.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "Entries::is_empty"
    )]
    pub folders: Entries<FolderData>,
    /// Test cases.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "Entries::is_empty"
    )]
    pub cases: Entries<CaseData>,
    /// Executions.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "Entries::is_empty"
    )]
    pub executions: Entries<ExecutionData>,
    /// Runs.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "Entries::is_empty"
    )]
    pub runs: Entries<RunData>,
}

/// The entries of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entries<T> {
    /// The entries, in any order.
    pub entries: Vec<T>,
}

impl<T> Entries<T> {
    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> From<Vec<T>> for Entries<T> {
    fn from(entries: Vec<T>) -> Self {
        Self { entries }
    }
}

impl<T> FromIterator<T> for Entries<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        Self { entries: entries.into_iter().collect() }
    }
}

/// A folder to import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FolderData {
    /// Name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// Id given by the caller.
    #[serde(deserialize_with = "lenient::text")]
    pub external_id: String,
    /// Label of the caller.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub source: String,
    /// The folder that it lies in. No specification names this property; a service that ignores it shows the
    /// folders side by side.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub parent_external_id: Option<String>,
    /// Custom fields.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "Properties::is_empty"
    )]
    pub custom_fields: Properties,
    /// Any further properties; the service keeps them as custom fields.
    #[serde(flatten)]
    pub extra: Properties,
}

/// A test case to import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseData {
    /// Name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// Id given by the caller.
    #[serde(deserialize_with = "lenient::text")]
    pub external_id: String,
    /// Label of the caller.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub source: String,
    /// The folder that it lies in.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub folder_external_id: Option<String>,
    /// Custom fields.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "Properties::is_empty"
    )]
    pub custom_fields: Properties,
    /// Any further properties; the service keeps them as custom fields.
    #[serde(flatten)]
    pub extra: Properties,
}

/// A run to import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunData {
    /// Name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// Id given by the caller.
    #[serde(deserialize_with = "lenient::text")]
    pub external_id: String,
    /// Label of the caller. Required, yet the official client may leave it out (contract, section 5).
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub source: String,
    /// Custom fields.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "Properties::is_empty"
    )]
    pub custom_fields: Properties,
    /// Any further properties; the service keeps them as custom fields.
    #[serde(flatten)]
    pub extra: Properties,
}

/// An execution to import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionData {
    /// External id of the case.
    #[serde(deserialize_with = "lenient::text")]
    pub case_ref: String,
    /// External id of the run.
    #[serde(deserialize_with = "lenient::text")]
    pub run_ref: String,
    /// Label of the caller.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub source: String,
    /// Status as a word, unlike the numeric statuses of the other calls: `passed`, `failed`, `skipped`, `error`,
    /// `blocked`. What the service makes of an unknown word is not known.
    #[serde(deserialize_with = "lenient::text")]
    pub status: String,
    /// Id given by the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// How long the test took: a number of seconds, or whatever else was sent under this name.
    #[serde(default, deserialize_with = "lenient::number_or_other", skip_serializing_if = "Option::is_none")]
    pub time: Option<Value>,
    /// Custom fields.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "RawProperties::is_empty"
    )]
    pub custom_fields: RawProperties,
    /// Any further properties.
    #[serde(flatten)]
    pub extra: Properties,
}
