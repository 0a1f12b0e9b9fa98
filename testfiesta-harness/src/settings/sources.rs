//! Where a value may stand, and what to call the place when it is wrong.

use std::collections::BTreeMap;

/// Every setting, as `testfiesta.toml` names it.
pub const KEYS: &[&str] = &[
    "provider",
    "url",
    "dashboard-url",
    "token",
    "handle",
    "project",
    "dir",
    "run-id",
    "run-key",
    "run-name",
    "run-link",
    "run-description",
    "run-tags",
    "run-milestone",
    "run-configurations",
    "run-close",
    "run-statuses",
    "source",
    "case-match",
    "statuses",
    "isolation",
    "timeout",
    "slow-timeout",
    "retries",
    "strict",
    "deadline",
];

/// The environment variable of a setting: `run-name` is `TESTFIESTA_RUN_NAME`.
pub fn variable(key: &str) -> String {
    format!("TESTFIESTA_{}", key.replace('-', "_").to_uppercase())
}

/// A value of `testfiesta.toml` and its place, as in `testfiesta.toml:3`.
#[derive(Debug, Clone)]
pub(super) struct FileValue {
    pub(super) text: String,
    pub(super) place: String,
}

/// How the environment is read.
type Variables<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// Environment and file, and what was found wrong with them so far.
pub(super) struct Sources<'a> {
    variable: Variables<'a>,
    file: BTreeMap<&'static str, FileValue>,
    problems: Vec<String>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(
        variable: impl Fn(&str) -> Option<String> + 'a,
        file: BTreeMap<&'static str, FileValue>,
        problems: Vec<String>,
    ) -> Self {
        Self { variable: Box::new(variable), file, problems }
    }

    /// The text of a setting, if it is set to anything.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.find(key).map(|(text, _)| text)
    }

    /// The value of a setting; one that does not parse is a problem, and counts as unset.
    pub(super) fn parse<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let (text, place) = self.find(key)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(format!("{place} is `{text}`: {error}"));
                None
            }
        }
    }

    /// A variable that is nearly a setting is a problem: a typo must not pass for the default. Others are not ours.
    pub(super) fn check_names(&mut self, names: impl Iterator<Item = String>) {
        let known: Vec<String> = KEYS.iter().map(|key| variable(key)).collect();
        for name in names.filter(|name| name.starts_with("TESTFIESTA_") && !known.contains(name)) {
            if let Some(meant) = known.iter().find(|known| strsim::damerau_levenshtein(&name, known) <= 2) {
                self.problem(format!("there is no setting {name}; did you mean {meant}?"));
            }
        }
    }

    pub(super) fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    pub(super) fn take_problems(&mut self) -> Vec<String> {
        std::mem::take(&mut self.problems)
    }

    fn find(&self, key: &str) -> Option<(String, String)> {
        debug_assert!(KEYS.contains(&key), "{key} is not in the list of settings");
        let variable = variable(key);
        let from_environment = (self.variable)(&variable).filter(|text| !text.trim().is_empty());
        from_environment.map(|text| (text, variable)).or_else(|| {
            self.file.get(key).map(|value| (value.text.clone(), format!("`{key}` at {}", value.place)))
        })
    }
}
