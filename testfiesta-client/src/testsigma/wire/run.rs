//! Test runs: contract, sections 6.1 and 6.2.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Time, lenient};

/// Body of `POST …/test_runs`: contract, section 6.1. Always a static selection: a dynamic one takes every case of the
/// project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CreateRun {
    /// Title; the service may want it unique in the project.
    pub title: String,
    /// UUID of the project in the path.
    pub project_id: String,
    /// `ACTIVE`.
    pub status: RunStatus,
    /// `STATIC`.
    pub selection_type: &'static str,
    /// The cases.
    pub static_selection_filters: Vec<Selection>,
    /// None.
    pub dynamic_selection_filters: Vec<Value>,
    /// UUID of a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Time>,
}

impl CreateRun {
    /// A run of these cases, by UUID.
    #[must_use]
    pub fn of(title: impl Into<String>, project: impl Into<String>, cases: Vec<String>) -> Self {
        Self {
            title: title.into(),
            project_id: project.into(),
            selection_type: "STATIC",
            static_selection_filters: vec![Selection::of(cases)],
            ..Self::default()
        }
    }
}

/// Body of `PUT …/test_runs/{id}`: what is `None` stays as it is. Sparse, since the service refuses some of its own
/// values when it is given them back (contract, section 6.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UpdateRun {
    /// Status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RunStatus>,
    /// `STATIC`, beside the cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection_type: Option<&'static str>,
    /// All of its cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub static_selection_filters: Option<Vec<Selection>>,
}

impl UpdateRun {
    /// Gives the run another status.
    #[must_use]
    pub fn status(status: RunStatus) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    /// Makes these the run's cases, by UUID.
    #[must_use]
    pub fn cases(cases: Vec<String>) -> Self {
        Self {
            selection_type: Some("STATIC"),
            static_selection_filters: Some(vec![Selection::of(cases)]),
            ..Self::default()
        }
    }
}

/// Whether results can be written to a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RunStatus {
    /// They can.
    #[default]
    Active,
    /// They cannot, for good.
    Closed,
}

/// One condition on the cases of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Name of the field, as in `id`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub field: String,
    /// Operator, as in `IN`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub operator: String,
    /// Values.
    #[serde(default, deserialize_with = "lenient::elements")]
    pub values: Vec<String>,
}

impl Selection {
    /// The cases with these UUIDs.
    #[must_use]
    pub fn of(cases: Vec<String>) -> Self {
        Self { field: "id".to_owned(), operator: "IN".to_owned(), values: cases }
    }
}

/// A run: contract, section 6.2.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct Run {
    /// UUID.
    pub id: String,
    /// Id for people, as in `TC-R-7`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub human_id: String,
    /// Title.
    #[serde(default, deserialize_with = "lenient::text")]
    pub title: String,
    /// Description.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
    /// `ACTIVE` or `CLOSED`; documents know other words.
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// `STATIC` or `DYNAMIC`.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub selection_type: String,
    /// The cases of a static run.
    #[serde(default, deserialize_with = "lenient::elements")]
    pub static_selection_filters: Vec<Selection>,
    /// The conditions of a dynamic run.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::elements")]
    pub dynamic_selection_filters: Vec<Value>,
    /// The cases that a dynamic run leaves out.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub dynamic_selection_excluded_test_case_ids: Option<Vec<String>>,
    /// When it begins.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub start_date: Option<Time>,
    /// When it ends.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub end_date: Option<Time>,
    /// UUID of a user.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none", serialize_with = "lenient::or_empty")]
    pub assignee_id: Option<String>,
    /// UUID of its project.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub project_id: Option<String>,
    /// Labels on it.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::elements")]
    pub labels: Vec<Value>,
    /// Environments, of unspecified form.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::value_or_none")]
    pub environments: Option<Value>,
    /// UUID of the plan that it is part of.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none", serialize_with = "lenient::or_empty")]
    pub test_plan_id: Option<String>,
    /// How many cases it has.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub test_cases_count: u64,
    /// How many cases have each status, of unspecified form.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::value_or_none")]
    pub test_run_status_summary: Option<Value>,
    /// UUID of the user who closed it.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub closed_by: Option<String>,
    /// When it was created.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub created_at: Option<Time>,
    /// When it was last changed.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub updated_at: Option<Time>,
}

impl Run {
    /// The UUIDs that its static selection names.
    pub fn selected(&self) -> impl Iterator<Item = &str> {
        let mut selected = Vec::new();
        for filter in &self.static_selection_filters {
            if filter.field == "id" {
                selected.extend(filter.values.iter().map(String::as_str));
            }
        }
        selected.into_iter()
    }
}
