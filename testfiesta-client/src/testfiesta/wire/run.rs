//! Runs: contract, section 3.2.

#[cfg(feature = "wire")]
use std::collections::BTreeMap;

use serde::Serialize;

use super::{Entity, Uid};
#[cfg(feature = "wire")]
use super::{Properties, lenient};

/// Body of `POST …/runs` (contract, section 3.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
#[serde(rename_all = "camelCase")]
pub struct CreateRun {
    /// Name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// Id given by the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Label of the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Link to where the run comes from, such as a CI job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Description.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Priority.
    #[cfg(feature = "wire")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Uid>,
    /// Status.
    #[cfg(feature = "wire")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Uid>,
    /// When the run is due, ISO 8601.
    #[cfg(feature = "wire")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// Tags to put on it.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub tag_uids: Vec<Uid>,
    /// Cases that belong to it. No later call adds any: see [`UpdateRun`].
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub case_uids: Vec<Uid>,
    /// Milestones that it counts for.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub milestone_uids: Vec<Uid>,
    /// Configurations that it ran under, as in `os:linux`.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub configs: Vec<String>,
}

/// Body of `PATCH …/runs/{id}` (contract, section 3.2): what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
#[serde(rename_all = "camelCase")]
pub struct UpdateRun {
    /// Name.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Uid>,
    /// Priority.
    #[cfg(feature = "wire")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Uid>,
    /// When the run begins, ISO 8601; only the newer specification has it.
    #[cfg(feature = "wire")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_at: Option<String>,
    /// When the run is due, ISO 8601.
    #[cfg(feature = "wire")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// Milestones to add.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub add_milestone_uids: Vec<Uid>,
    /// Milestones to remove.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub remove_milestone_uids: Vec<Uid>,
    /// Tags to add.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub add_tag_uids: Vec<Uid>,
    /// Tags to remove.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub remove_tag_uids: Vec<Uid>,
    /// Plans to add.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub add_plan_uids: Vec<Uid>,
    /// Plans to remove.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub remove_plan_uids: Vec<Uid>,
    /// Archive the run (its data stays, and can no longer be edited), or take it back. The API knows no other way
    /// to close a run than this and a status (contract, section 7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<bool>,
    /// Configurations, replacing those before.
    #[cfg(feature = "wire")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configs: Option<Vec<String>>,
}

/// A run.
#[cfg(feature = "wire")]
pub type Run = Entity<RunFields>;

/// A run.
#[cfg(not(feature = "wire"))]
pub type Run = Entity;

/// The `customFields` of a [`Run`].
#[cfg(feature = "wire")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunFields {
    /// When the run is due, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub due_at: Option<String>,
    /// Status.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub status: Option<Uid>,
    /// Priority.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub priority: Option<Uid>,
    /// Share of finished executions, in percent.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub progress: Option<f64>,
    /// How many executions the run holds.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub case_count: Option<u64>,
    /// How many executions have each status.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub frequency: BTreeMap<String, u64>,
    /// Whatever else an import brought along.
    #[serde(flatten)]
    pub extra: Properties,
}
