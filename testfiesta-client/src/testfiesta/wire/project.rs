//! Projects: contract, section 3.1.

use serde::{Deserialize, Serialize};

use super::{Properties, Uid, lenient};

/// Body of `POST /v1/{handle}/projects` (contract, section 3.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateProject {
    /// Name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// Short name by which addresses refer to the project, as in `DEMO`.
    #[serde(deserialize_with = "lenient::text")]
    pub key: String,
    /// Any properties; required, hence sent even when empty.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub custom_fields: Properties,
    /// Id given by the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Label of the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Who may work in it; only the newer specification has it.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<ProjectUser>,
}

/// One user of a new project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectUser {
    /// The user.
    #[serde(deserialize_with = "lenient::text")]
    pub user_uid: String,
    /// The user's role.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub role_uid: Option<String>,
    /// Tags put on the user.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub tag_uids: Vec<String>,
}

/// A project. The official client insists on `uid`, `name`, `key` and on `customFields` that are not null
/// (contract, section 4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    /// Id given by the service.
    pub uid: Uid,
    /// Name.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub name: String,
    /// Short name by which addresses refer to the project.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub key: String,
    /// Any properties.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub custom_fields: Properties,
    /// Id given by whoever created it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub external_id: Option<String>,
    /// Label of whoever created it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub source: Option<String>,
    /// When it was created, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub created_at: Option<String>,
    /// When it was last changed, ISO 8601.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub updated_at: Option<String>,
}
