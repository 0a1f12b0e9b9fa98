//! Test cases: contract, section 3.6.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Properties, Uid, lenient};

/// One element of the body of `POST …/cases` (contract, section 3.6), which is an array.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateCase {
    /// Name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// Any properties; required, hence sent even when empty.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub custom_fields: Properties,
    /// The folder that it lies in.
    pub parent_id: Uid,
    /// Steps, of unspecified form; required, hence sent even when empty.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub steps: Vec<Value>,
    /// The project's uid; the official client sends it as a string.
    pub project_id: Uid,
    /// Id given by the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Label of the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The repository that it lives in.
    #[serde(
        default,
        rename = "repoUID",
        deserialize_with = "lenient::optional_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub repo_uid: Option<String>,
    /// The template that it follows.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub template_id: Option<String>,
    /// Template of its results; only the newer specification has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_result_template_uid: Option<Uid>,
    /// Status, by number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Uid>,
    /// Status, by name.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub status_text: Option<String>,
    /// Priority, by number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Uid>,
    /// Priority, by name.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub priority_text: Option<String>,
    /// Tags, by number.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub tag_ids: Vec<Uid>,
    /// Tags, by name.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The user who created it.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// When it was created, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was created where it comes from, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_created_at: Option<String>,
    /// When it was last changed where it comes from, ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_updated_at: Option<String>,
}

/// A test case (contract, section 4, "Object shapes").
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// Id given by the service.
    pub uid: Uid,
    /// Reference that its versions share; equals `uid` while `version` is 1.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub test_case_ref: Option<Uid>,
    /// Version, from 1.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub version: Option<Uid>,
    /// Whether this is the version in use.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub active: Option<bool>,
    /// Name.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub name: String,
    /// Link to where it comes from.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub link: Option<String>,
    /// Id given by whoever created it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub external_id: Option<String>,
    /// Label of whoever created it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub source: Option<String>,
    /// Project.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub project_uid: Option<Uid>,
    /// The repository that it lives in.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub repo_uid: Option<Value>,
    /// The folder that it lies in.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub parent_uid: Option<Uid>,
    /// Status.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub status: Option<Uid>,
    /// Priority.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub priority: Option<Uid>,
    /// Steps, of unspecified form.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub steps: Vec<Value>,
    /// Tags, of unspecified form.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub tags: Vec<Value>,
    /// Whatever the import brought along.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub custom_fields: Properties,
    /// The template that it follows.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub test_case_template_uid: Option<Uid>,
    /// Template of its results.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub test_result_template_uid: Option<Uid>,
    /// When it was created where it comes from, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub external_created_at: Option<String>,
    /// When it was last changed where it comes from, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub external_updated_at: Option<String>,
    /// When it was created, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub created_at: Option<String>,
    /// When it was last changed, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub updated_at: Option<String>,
    /// When it was deleted, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub deleted_at: Option<String>,
    /// When it was last matched with where it comes from, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub synced_at: Option<String>,
    /// The user who created it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub created_by: Option<String>,
}
