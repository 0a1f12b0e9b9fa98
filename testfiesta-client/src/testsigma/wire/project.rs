//! Projects: contract, section 6.

use serde::Deserialize;

#[cfg(feature = "wire")]
use super::Time;
use super::lenient;

/// A project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct Project {
    /// UUID.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// Description.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
    /// What the human ids of its cases begin with, as `TC` in `TC-123`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub human_id_prefix: String,
    /// When it was created.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub created_at: Option<Time>,
    /// When it was last changed.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub updated_at: Option<Time>,
}
