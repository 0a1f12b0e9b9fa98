//! JUnit imports: contract, section 7.

use serde::Deserialize;
use serde_json::Value;

#[cfg(feature = "wire")]
use super::Time;
use super::lenient;

/// An import, which the service works on after it has answered.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct Import {
    /// UUID.
    pub id: String,
    /// How far it is.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub status: ImportStatus,
    /// The run that it goes to.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub test_run_id: String,
    /// What came of it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub details: Option<ImportDetails>,
    /// When it was sent.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub created_at: Option<Time>,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// Not begun; also what an unknown word means.
    #[default]
    #[serde(alias = "PENDING")]
    Pending,
    /// Under way.
    #[serde(alias = "IN_PROGRESS")]
    InProgress,
    /// Done, though perhaps not with every element.
    #[serde(alias = "COMPLETED")]
    Completed,
    /// Given up.
    #[serde(alias = "FAILED")]
    Failed,
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct ImportDetails {
    /// How many elements were taken in.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub imported_count: u64,
    /// How many were not.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub failed_count: u64,
    /// Why, of unspecified form.
    #[serde(default, deserialize_with = "lenient::elements")]
    pub errors: Vec<Value>,
}
