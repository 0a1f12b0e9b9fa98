//! Projects: contract, section 6.

use std::fmt;

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

impl Project {
    /// The one that people mean by this UUID, prefix or name, which is looked for in this order.
    #[must_use]
    pub fn meant_by<'p>(wanted: &str, projects: &'p [Self]) -> Option<&'p Self> {
        let by = |is_it: fn(&Self, &str) -> bool| projects.iter().find(|project| is_it(project, wanted));
        by(|project, id| project.id.eq_ignore_ascii_case(id))
            .or_else(|| by(|project, prefix| project.human_id_prefix.eq_ignore_ascii_case(prefix)))
            .or_else(|| by(|project, name| project.name == name))
    }
}

/// As in `TC (Web shop)`.
impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.human_id_prefix, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::Project;

    fn project(id: &str, prefix: &str, name: &str) -> Project {
        Project { id: id.into(), human_id_prefix: prefix.into(), name: name.into(), ..Project::default() }
    }

    #[test]
    fn a_project_goes_by_its_uuid_before_its_prefix_before_its_name() {
        let projects = [project("a", "X", "TC"), project("b", "TC", "X shop"), project("tc-1", "Y", "Y")];
        let meant = |wanted| Project::meant_by(wanted, &projects).map(|project| project.id.as_str());
        assert_eq!((meant("tc"), meant("TC-1"), meant("X shop")), (Some("b"), Some("tc-1"), Some("b")));
        // A name is written as it is.
        assert_eq!(meant("x SHOP"), None);
    }
}
