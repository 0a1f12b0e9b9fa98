//! `testfiesta.toml`, as it begins.

use std::{fs, path::Path};

use anyhow::Result;
use testfiesta_harness::settings::{FILE, TESTSIGMA, find_file};
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

    /// What was asked for and does not stand there.
    fn missing_in(&self, there: &DocumentMut) -> Vec<String> {
        let differs = |key: &str, value: &str| there.get(key).and_then(Item::as_str) != Some(value);
        let asked = self.settings.iter().filter_map(|it| Some((it.key, it.value.as_deref()?)));
        let missing = asked.filter(|(key, value)| differs(key, value));
        missing.map(|(key, value)| format!("{key} = {}", Value::from(value))).collect()
    }
}

/// Plans the file, unless one is found from the package on. Answers whether, by it, results are reported once there is a
/// token.
pub(super) fn add(
    wanted: &Wanted,
    root: &Path,
    package_directory: &Path,
    changes: &mut Changes<'_>,
) -> Result<bool> {
    if let Some(path) = find_file(package_directory) {
        // What is wrong with it, others say.
        let there: DocumentMut =
            fs::read_to_string(&path).ok().and_then(|text| text.parse().ok()).unwrap_or_default();
        changes.leave(&path, "is there already");
        let missing = wanted.missing_in(&there);
        if !missing.is_empty() {
            changes.leave(&path, &format!("to be added there by hand: {}", missing.join(", ")));
        }
        let speaks_testsigma = there.get("provider").is_some_and(|it| it.to_string().contains(TESTSIGMA));
        return Ok(speaks_testsigma || ["handle", "project"].iter().all(|key| there.contains_key(key)));
    }
    // A member may lie outside of the workspace's directory: the file is looked for upward.
    let directory = if package_directory.starts_with(root) { root } else { package_directory };
    let what = match (wanted.is_complete(), wanted.settings.iter().any(|it| it.value.is_some())) {
        (true, _) => "the settings that were given",
        (false, true) => "settings, as comments until both handle and project are set there",
        (false, false) => "settings, all of them comments: results stay on this machine",
    };
    changes.create(directory.join(FILE), &wanted.text(), &package_directory.join("Cargo.toml"), what)?;
    Ok(wanted.is_complete())
}
