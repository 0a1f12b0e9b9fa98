//! The record that several kinds of things share.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Properties, Uid, lenient};

/// A run, a folder, a milestone or a tag: one record, told apart by `systemType`, whose `customFields` (`F`) differ
/// (contract, section 4, "Object shapes"). Times are ISO 8601 with milliseconds and `Z`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
#[serde(rename_all = "camelCase", bound(deserialize = "F: DeserializeOwned + Default"))]
pub struct Entity<F = Properties> {
    /// Id given by the service.
    pub uid: Uid,
    /// Name.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub name: String,
    /// Description.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub description: Option<String>,
    /// Link to where it comes from.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits", skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Kinds of things that a tag may be put on.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub entity_types: Option<Vec<String>>,
    /// What it lies in: for a folder, its parent folder.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub parent_uid: Option<Uid>,
    /// Project.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub project_uid: Option<Uid>,
    /// When it was created.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub created_at: Option<String>,
    /// When it was last changed.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub updated_at: Option<String>,
    /// When it was archived; null for what is in use.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub archived_at: Option<String>,
    /// When it was deleted.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub deleted_at: Option<String>,
    /// `run`, `folder`, `milestone` or `tag`.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub system_type: Option<String>,
    /// Name as it appears in addresses.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub slug: Option<String>,
    /// What only this kind of thing has, and whatever an import brought along.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub custom_fields: F,
    /// Id given by whoever created it; unique together with `source`.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub external_id: Option<String>,
    /// Label of whoever created it.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub source: Option<String>,
    /// When it was created where it comes from.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub external_created_at: Option<String>,
    /// When it was last changed where it comes from.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub external_updated_at: Option<String>,
    /// The integration that it came through.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub integration_uid: Option<Uid>,
    /// Place among its siblings.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub position: Option<f64>,
    /// Uids from the root down to this one, joined by dots: `5.150`.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub path: Option<String>,
    /// Figures computed by the service.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub aggregates: Properties,
    /// The user who created it.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub created_by: Option<String>,
}
