//! New executions: contract, section 3.3.

use serde::Serialize;

#[cfg(feature = "wire")]
use super::lenient;
use super::{Properties, Uid};

/// Body of `POST …/executions` (contract, section 3.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
#[serde(rename_all = "camelCase")]
pub struct CreateExecution {
    /// Any properties; required, hence sent even when empty.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub custom_fields: Properties,
    /// Id given by the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Label of the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The case, by its uid. Either this or `test_case_ref` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_case_uid: Option<Uid>,
    /// The case, by the reference that its versions share.
    #[cfg(feature = "wire")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_case_ref: Option<Uid>,
    /// The run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_run_uid: Option<Uid>,
    /// Status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Uid>,
    /// What became of each step.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<CreateStep>,
}

/// One step of a new execution.
#[cfg(feature = "wire")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateStep {
    /// The step of the case.
    pub test_step_uid: Uid,
    /// Description.
    #[serde(deserialize_with = "lenient::text")]
    pub description: String,
    /// Any properties.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub custom_fields: Properties,
}
