//! Folders: contract, section 3.7.

use serde::{Deserialize, Serialize};

use super::{Entity, Properties, Uid, lenient};

/// Body of `POST …/folders` (contract, section 3.7).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateFolder {
    /// Name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// The folder that it lies in; the official client says `parentUid`.
    #[serde(alias = "parentUid")]
    pub parent_id: Uid,
    /// The project's uid.
    pub project_uid: Uid,
    /// Id given by the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Label of the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Any properties.
    #[serde(
        default,
        deserialize_with = "lenient::null_as_default",
        skip_serializing_if = "Properties::is_empty"
    )]
    pub custom_fields: Properties,
}

/// Body of `PATCH …/folders/{id}` (contract, section 3.7): what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateFolder {
    /// Name.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Id given by the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Label of the caller.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Any properties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_fields: Option<Properties>,
    /// The folder to move it to.
    #[serde(default, alias = "parentUid", skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Uid>,
    /// Status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Uid>,
}

/// A folder.
pub type Folder = Entity;
