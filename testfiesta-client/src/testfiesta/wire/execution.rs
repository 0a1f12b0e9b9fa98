//! Executions and their changes: contract, section 3.3.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Properties, Uid, lenient};

/// Body of `PATCH …/executions/{id}` (contract, section 3.3): what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateExecution {
    /// Steps; required even to change nothing but the status, hence sent even when empty.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub steps: Vec<UpdateStep>,
    /// Status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Uid>,
    /// Priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Uid>,
    /// When it is due, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<String>,
    /// The user who is to execute it.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
    /// Tags to put on it.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub tag_uids: Vec<Uid>,
    /// Tags to exchange.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub tag_replacements: Vec<TagReplacement>,
    /// Name.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Values of the template's fields; their form is not specified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_fields: Option<Value>,
    /// Rules; their form is not specified, and only the newer specification has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Value>,
    /// Places in orderings; only the newer specification has them.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub positions: Vec<BTreeMap<String, f64>>,
}

/// One step of an execution that is changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateStep {
    /// Place among the steps.
    pub position: f64,
    /// The step.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Uid>,
    /// Title.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What should have come of it.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub expected_result: Option<String>,
    /// The shared step that it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_step_uid: Option<Uid>,
    /// Attachments; their form is not specified, and only the newer specification has them.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Value>,
}

/// Tags that take the place of others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TagReplacement {
    /// Tags to take off.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub existing_tag_uids: Vec<Uid>,
    /// Tags to put on.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub new_tag_uids: Vec<Uid>,
}

/// An execution: one case in one run. No answer of the service is on record, so all but `uid` may be absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// Id given by the service.
    pub uid: Uid,
    /// Id given by whoever created it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub external_id: Option<String>,
    /// Label of whoever created it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub source: Option<String>,
    /// Name.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub name: Option<String>,
    /// Status, as the number that the workspace gives it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub status: Option<Uid>,
    /// Status, as the word that an import sent.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub status_text: Option<String>,
    /// Priority.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub priority: Option<Uid>,
    /// The case.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub test_case_uid: Option<Uid>,
    /// The case, by the reference that its versions share.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub test_case_ref: Option<Uid>,
    /// The run.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub test_run_uid: Option<Uid>,
    /// The user who is to execute it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub assigned_to: Option<String>,
    /// When it is due, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub due_at: Option<String>,
    /// Whatever the import brought along, such as `time` and `message`.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub custom_fields: Properties,
    /// Files attached to it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub attachments: Vec<Value>,
    /// When it was created, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub created_at: Option<String>,
    /// When it was last changed, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub updated_at: Option<String>,
}
