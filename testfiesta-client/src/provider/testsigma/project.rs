//! Which project: contract, section 9, step 1.

use super::{Testsigma, is_uuid, setting};
use crate::{
    Error,
    testsigma::{Project, ProjectClient},
};

impl Testsigma {
    /// The project that the settings name, or else the one whose prefix these ids begin with; none without either.
    pub(super) async fn project_of(&self, ids: &[&str]) -> Result<Option<ProjectClient>, Error> {
        if let Some(project) = self.state().project.clone() {
            return Ok(Some(project));
        }
        let Some(name) = self.name_of(ids)? else { return Ok(None) };
        let uuid = if is_uuid(&name) {
            // It need not be asked for; one of nothing is told so by the first call.
            name
        } else if let Some(known) = self.cache.project(&name) {
            known
        } else {
            let uuid = self.look_for(&name).await?;
            self.cache.learn_project(&name, &uuid).await;
            uuid
        };
        let project = self.client.project(&uuid);
        self.state().project = Some(project.clone());
        Ok(Some(project))
    }

    fn name_of(&self, ids: &[&str]) -> Result<Option<String>, Error> {
        match &self.options.project {
            Some(project) => Ok(Some(project.clone())),
            None => shared_prefix(ids),
        }
    }

    async fn look_for(&self, name: &str) -> Result<String, Error> {
        let projects = self.client.projects().all().await?;
        let found = Project::meant_by(name, &projects).map(|project| project.id.clone());
        found.ok_or_else(|| {
            setting(format!(
                "no project has the prefix or the name `{name}`: set TESTSIGMA_PROJECT to one of {}",
                Vec::from_iter(projects.iter().map(Project::to_string)).join(", ")
            ))
        })
    }
}

/// The prefix that the ids of Testsigma's cases begin with, in capitals; none where none of them has one.
///
/// # Errors
///
/// Where they begin with several: they are of several projects.
pub fn shared_prefix(ids: &[&str]) -> Result<Option<String>, Error> {
    let mut prefixes: Vec<String> = Vec::new();
    for prefix in ids.iter().filter_map(|id| human_id_prefix(id)) {
        let prefix = prefix.to_uppercase();
        if !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
    }
    match prefixes.len() {
        0 | 1 => Ok(prefixes.pop()),
        _ => Err(setting(format!(
            "the ids of the cases begin with {}, which are several projects: set TESTSIGMA_PROJECT to one of them",
            prefixes.join(", ")
        ))),
    }
}

/// The prefix that an id of a case or of a run begins with, as `TC` in `TC-12` and `TC-R-7` (contract, section 4).
pub fn human_id_prefix(id: &str) -> Option<&str> {
    let (prefix, number) = id.rsplit_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let prefix = prefix.strip_suffix("-R").unwrap_or(prefix);
    (is_number && !prefix.is_empty()).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::human_id_prefix as prefix;

    #[test]
    fn an_id_begins_with_its_project() {
        assert_eq!(prefix("TC-12"), Some("TC"));
        assert_eq!(prefix("TC-R-7"), Some("TC"));
        assert_eq!(prefix("WEB-SHOP-1"), Some("WEB-SHOP"));
        for other in ["TC", "TC-", "-1", "TC-1a", ""] {
            assert_eq!(prefix(other), None, "{other}");
        }
    }
}
