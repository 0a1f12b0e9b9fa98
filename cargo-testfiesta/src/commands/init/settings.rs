//! `testfiesta.toml`, as it begins.

use std::{fs, path::Path};

use anyhow::Result;
use testfiesta_harness::settings::{FILE, TESTFIESTA, TESTSIGMA, find_file};
use toml_edit::{DocumentMut, Item, Value};

use super::changes::Changes;
use crate::cli::Provider;

/// What a service needs to know in the file.
pub(super) struct Wanted {
    provider: Provider,
    settings: Vec<Setting>,
}

struct Setting {
    key: &'static str,
    value: Option<String>,
    example: &'static str,
    comment: &'static str,
}

const HEAD: &str = "\
# What the team shares of testfiesta's settings: this file is committed. A token never stands here: `cargo testfiesta login`
# stores yours, and CI has it in the environment.
";

impl Wanted {
    pub(super) fn new(provider: Provider, handle: Option<String>, project: Option<String>) -> Self {
        let settings = match provider {
            Provider::Testfiesta => vec![
                Setting {
                    key: "handle",
                    value: handle,
                    example: "acme",
                    comment: "Your organization's or your own name in the service's addresses.",
                },
                Setting {
                    key: "project",
                    value: project,
                    example: "SHOP",
                    comment: "The project's key, which stands behind the handle in the addresses of its runs.",
                },
            ],
            Provider::Testsigma => vec![
                Setting {
                    key: "provider",
                    value: Some(TESTSIGMA.to_owned()),
                    example: TESTSIGMA,
                    comment: "The service to report to.",
                },
                Setting {
                    key: "testsigma-project",
                    value: project,
                    example: "TC",
                    comment: "The project's UUID, prefix or name. Without it: the prefix that the ids share, TC of TC-12.",
                },
            ],
        };
        Self { provider, settings }
    }

    /// Whether all is there that the service cannot do without.
    fn is_complete(&self) -> bool {
        self.provider == Provider::Testsigma || self.settings.iter().all(|setting| setting.value.is_some())
    }

    /// The file. Half of what is needed would keep results from the service and from the local TestFiesta alike, once
    /// there is a token: then all of it is a comment.
    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        if !self.is_complete() {
            text +=
                "# Results stay on this machine until handle and project are set, and there is a token.\n";
        }
        for Setting { key, value, example, comment } in &self.settings {
            let mark = if value.is_some() && self.is_complete() { "" } else { "# " };
            let value = Value::from(value.as_deref().unwrap_or(example));
            text += &format!("\n# {comment}\n{mark}{key} = {value}\n");
        }
        text
    }

    /// What the service cannot do without, and does not stand there.
    fn lacking_in(&self, there: &DocumentMut) -> Vec<String> {
        let (name, needed): (_, &[&str]) = match self.provider {
            Provider::Testfiesta => (TESTFIESTA, &["handle", "project"]),
            Provider::Testsigma => (TESTSIGMA, &[]),
        };
        // One of several services, or the one that is meant where none is named.
        let is_named = there.get("provider").map_or(name == TESTFIESTA, |it| it.to_string().contains(name));
        let provider = (!is_named).then(|| format!("provider = \"{name}\""));
        let needed = needed.iter().filter(|key| !there.contains_key(key)).map(|key| (*key).to_owned());
        provider.into_iter().chain(needed).collect()
    }

    /// What was asked for and does not stand there.
    fn missing_in(&self, there: &DocumentMut) -> Vec<String> {
        let differs = |key: &str, value: &str| there.get(key).and_then(Item::as_str) != Some(value);
        let asked = self.settings.iter().filter_map(|it| Some((it.key, it.value.as_deref()?)));
        let missing = asked.filter(|(key, value)| differs(key, value));
        missing.map(|(key, value)| format!("{key} = {}", Value::from(value))).collect()
    }
}

/// Plans the file, unless one is found from the package on. Answers what it lacks for results to be reported once there is
/// a token.
pub(super) fn add(
    wanted: &Wanted,
    root: &Path,
    package_directory: &Path,
    changes: &mut Changes<'_>,
) -> Result<Vec<String>> {
    if let Some(path) = find_file(package_directory) {
        // What is wrong with it, others say.
        let there: DocumentMut =
            fs::read_to_string(&path).ok().and_then(|text| text.parse().ok()).unwrap_or_default();
        changes.leave(&path, "is there already");
        let missing = wanted.missing_in(&there);
        if !missing.is_empty() {
            changes.leave(&path, &format!("to be added there by hand: {}", missing.join(", ")));
        }
        return Ok(wanted.lacking_in(&there));
    }
    // A member may lie outside of the workspace's directory: the file is looked for upward.
    let directory = if package_directory.starts_with(root) { root } else { package_directory };
    let what = match (wanted.is_complete(), wanted.settings.iter().any(|it| it.value.is_some())) {
        (true, _) => "the settings that were given",
        (false, true) => "settings, as comments until both handle and project are set there",
        (false, false) => "settings, all of them comments: results stay on this machine",
    };
    let text = wanted.text();
    changes.create(directory.join(FILE), &text, &package_directory.join("Cargo.toml"), what)?;
    Ok(wanted.lacking_in(&text.parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacking(provider: Provider, there: &str) -> Vec<String> {
        Wanted::new(provider, None, None).lacking_in(&there.parse().expect("TOML"))
    }

    #[test]
    fn what_is_lacking_depends_on_the_service_that_is_wanted() {
        let (ours, theirs) = (Provider::Testfiesta, Provider::Testsigma);
        assert_eq!(lacking(ours, ""), ["handle", "project"]);
        assert_eq!(lacking(ours, "handle = 'a'\nproject = 'B'").len(), 0);
        assert_eq!(
            lacking(ours, "provider = 'testsigma'\nproject = 'B'"),
            ["provider = \"testfiesta\"", "handle"]
        );
        assert_eq!(lacking(theirs, "handle = 'a'\nproject = 'B'"), ["provider = \"testsigma\""]);
        assert_eq!(lacking(theirs, "provider = ['testfiesta', 'testsigma']").len(), 0);
    }
}
