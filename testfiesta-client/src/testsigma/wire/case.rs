//! Test cases: contract, section 6.

use serde::Deserialize;

use super::{Time, lenient};

/// A test case.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct Case {
    /// UUID.
    pub id: String,
    /// Id for people, as in `TC-123`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub human_id: String,
    /// Title.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub title: String,
    /// Description.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
    /// `TCD`, told in three texts, or `STEPS`.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub template_type: String,
    /// Template `TCD`: what must hold before.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub preconditions: String,
    /// Template `TCD`: what is done.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub steps: String,
    /// Template `TCD`: what should come of it.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub expected_results: String,
    /// Template `STEPS`: the steps one by one.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::elements")]
    pub individual_steps: Vec<Step>,
    /// UUID of a user.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub owner_id: Option<String>,
    /// UUID of a user.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub reviewer_id: Option<String>,
    /// UUID of a type.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub type_id: Option<String>,
    /// UUID of a status.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub status_id: Option<String>,
    /// UUID of an automation type.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub automation_type_id: Option<String>,
    /// UUID of a priority.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub priority_id: Option<String>,
    /// UUID of the folder that it lies in.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub folder_id: Option<String>,
    /// UUID of its project.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub project_id: Option<String>,
    /// Labels on it.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::elements")]
    pub labels: Vec<Label>,
    /// When it was created.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub created_at: Option<Time>,
    /// When it was last changed.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub updated_at: Option<Time>,
}

/// One step of a case with the template `STEPS`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct Step {
    /// What is done.
    #[serde(default, deserialize_with = "lenient::text")]
    pub step_description: String,
    /// What should come of it.
    #[serde(default, deserialize_with = "lenient::text")]
    pub expected_results: String,
    /// Its place among the others.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub order: f64,
    /// `DEFAULT`, or the kind of a step that stands for others.
    #[serde(default, deserialize_with = "lenient::text")]
    pub step_type: String,
    /// UUID of the step group that it stands for.
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub step_group_id: Option<String>,
}

/// A label. The one thing whose times are in camelCase (contract, section 4).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
#[serde(rename_all = "camelCase")]
pub struct Label {
    /// UUID.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// When it was created.
    #[serde(default, alias = "created_at", deserialize_with = "lenient::if_it_fits")]
    pub created_at: Option<Time>,
    /// When it was last changed.
    #[serde(default, alias = "updated_at", deserialize_with = "lenient::if_it_fits")]
    pub updated_at: Option<Time>,
}
