//! What a key allows.

use std::{fmt, str::FromStr};

/// One thing that a key allows, named as `group:verb`. The groups are those of the service's own settings page
/// (contract, section 1): *entities* are what is tested (cases, folders, tags), *activities* what happened to it
/// (runs, executions, attachments).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// `project:edit`: create projects.
    ProjectEdit,
    /// `project:delete`: delete projects.
    ProjectDelete,
    /// `entities:view`: read projects, cases, folders and tags.
    EntitiesView,
    /// `entities:edit`: create and change cases, folders and tags, also by import.
    EntitiesEdit,
    /// `entities:delete`: delete cases, folders and tags.
    EntitiesDelete,
    /// `activities:view`: read runs, executions and attachments.
    ActivitiesView,
    /// `activities:edit`: create and change runs, executions and attachments, also by import.
    ActivitiesEdit,
    /// `activities:delete`: delete runs.
    ActivitiesDelete,
}

impl Permission {
    /// Every permission, in the order in which they are listed.
    pub const ALL: [Self; 8] = [
        Self::ProjectEdit,
        Self::ProjectDelete,
        Self::EntitiesView,
        Self::EntitiesEdit,
        Self::EntitiesDelete,
        Self::ActivitiesView,
        Self::ActivitiesEdit,
        Self::ActivitiesDelete,
    ];

    /// All that reporting and reading back needs: nothing can be deleted with these.
    pub const REPORTING: [Self; 5] = [
        Self::ProjectEdit,
        Self::EntitiesView,
        Self::EntitiesEdit,
        Self::ActivitiesView,
        Self::ActivitiesEdit,
    ];

    /// The name, as in `entities:view`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProjectEdit => "project:edit",
            Self::ProjectDelete => "project:delete",
            Self::EntitiesView => "entities:view",
            Self::EntitiesEdit => "entities:edit",
            Self::EntitiesDelete => "entities:delete",
            Self::ActivitiesView => "activities:view",
            Self::ActivitiesEdit => "activities:edit",
            Self::ActivitiesDelete => "activities:delete",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or_else(|| UnknownPermission(text.to_owned()))
    }
}

/// The text names no [`Permission`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPermission(String);

impl fmt::Display for UnknownPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Permission::ALL.map(Permission::as_str).join(", ");
        write!(f, "unknown permission `{}`: expected one of {known}", self.0)
    }
}

impl std::error::Error for UnknownPermission {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_as_itself() {
        for permission in Permission::ALL {
            assert_eq!(permission.as_str().parse(), Ok(permission));
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = "entities:fly".parse::<Permission>().unwrap_err().to_string();
        assert!(error.contains("`entities:fly`") && error.contains("entities:view"), "{error}");
    }
}
