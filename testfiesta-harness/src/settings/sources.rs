//! Where a value may stand, and what to call the place when it is wrong.

use std::{
    env,
    ffi::OsStr,
    fmt,
    path::{Path, PathBuf},
};

use super::{
    Credentials, Secret, TESTFIESTA, TESTSIGMA, credentials, file,
    table::{SETTINGS, Setting},
};

/// The variable of this process's environment, if it is named like a setting.
pub(super) fn own_variable(name: &str, text: &OsStr) -> Option<OwnVariable> {
    // Windows does not tell cases apart.
    let name = if cfg!(windows) { name.to_ascii_uppercase() } else { name.to_owned() };
    let word = if name.starts_with("TESTSIGMA_") { &name } else { name.strip_prefix("TESTFIESTA_")? };
    let word = word.to_ascii_lowercase().replace('_', "-");
    let setting = Setting::find(&word).filter(|setting| setting.variable() == name);
    let text = match text.to_str().map(str::trim) {
        None => Err("holds bytes that are not UTF-8: set it to a text without them"),
        Some(text) if setting.is_some_and(|it| it.form.refuses(text)) => {
            Err("holds a line break: set it to a path without one")
        }
        Some(text) => Ok(text.to_owned()),
    };
    Some(OwnVariable { key: setting.map(|it| it.key), name, text })
}

/// The variable of a setting that this one is a typo of, by what stands after the prefix. The shorter that is, the more
/// words are near it by chance: `TESTFIESTA_CI` means no directory.
fn nearest(name: &str) -> Option<String> {
    let mistakes = |meant: &str| {
        let (prefix, meant) = meant.split_once('_')?;
        let (_, word) = name.split_once('_').filter(|(own, _)| *own == prefix)?;
        let mistakes = strsim::damerau_levenshtein(word, meant);
        let allowed = match meant.len() {
            // Two letters that were swapped are one mistake by this measure alone.
            ..=3 => strsim::levenshtein(word, meant).saturating_sub(mistakes),
            length => (length / 3).min(2),
        };
        (mistakes <= allowed).then_some(mistakes)
    };
    let variables = SETTINGS.iter().map(Setting::variable);
    let near = variables.filter_map(|meant| Some((mistakes(&meant)?, meant)));
    near.min_by_key(|(mistakes, _)| *mistakes).map(|(_, meant)| meant)
}

/// A value of `testfiesta.toml` and its place, as in `testfiesta.toml:3`.
#[derive(Debug, Clone)]
pub(super) struct FileValue {
    pub(super) text: String,
    pub(super) place: String,
}

/// The values of `testfiesta.toml`, by setting; it is not valid TOML where one stands there twice.
pub(super) type FileValues = Vec<(&'static str, FileValue)>;

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// In this environment variable.
    Variable(String),
    /// In `testfiesta.toml`, at this place.
    File(String),
    /// In the file that `cargo testfiesta login` wrote.
    Credentials(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => f.write_str(name),
            Self::File(place) => f.write_str(place),
            Self::Credentials(path) => write!(f, "{}", path.display()),
        }
    }
}

/// How the environment is read, apart from our own variables.
type Variables<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// A variable that is named like a setting. It may be a token, which is not to be shown.
pub(super) struct OwnVariable {
    /// The setting that it is, unless its name is a mistake.
    key: Option<&'static str>,
    name: String,
    /// Or why it cannot be used, and what to do.
    text: Result<String, &'static str>,
}

/// Environment and file, and what was found wrong with them so far.
pub struct Sources<'a> {
    // There are few, and the settings are many: to ask the environment for each would cost more than all else here.
    own: Vec<OwnVariable>,
    variable: Variables<'a>,
    file: FileValues,
    problems: Vec<String>,
}

impl Sources<'static> {
    /// The environment and the `testfiesta.toml` in `directory` or above it.
    pub fn around(directory: Option<&Path>) -> Self {
        let variable = |name: &str| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let (values, problems) =
            directory.and_then(file::find).map_or_else(Default::default, |path| file::read(&path));
        let own = env::vars_os().filter_map(|(name, text)| own_variable(name.to_str()?, &text));
        Self::new(own.collect(), variable, values, problems)
    }
}

#[cfg(test)]
impl Sources<'static> {
    /// Where nothing is set, whatever the environment holds.
    pub(crate) fn empty() -> Self {
        Self::new(Vec::new(), |_| None, FileValues::new(), Vec::new())
    }
}

impl<'a> Sources<'a> {
    pub(super) fn new(
        own: Vec<OwnVariable>,
        variable: impl Fn(&str) -> Option<String> + 'a,
        file: FileValues,
        problems: Vec<String>,
    ) -> Self {
        let mut sources = Self { own, variable: Box::new(variable), file, problems };
        sources.check_variables();
        sources
    }

    /// The text of a setting, if it is set to anything.
    pub fn text(&self, key: &str) -> Option<String> {
        self.find(key).map(|(text, _)| text)
    }

    /// The text of a setting, or its default; empty where it has none.
    pub fn text_or_default(&self, key: &str) -> String {
        self.text(key).unwrap_or_else(|| default(key).to_owned())
    }

    /// The text of a setting and where it stands, if it is set to anything.
    pub fn find(&self, key: &str) -> Option<(String, Origin)> {
        debug_assert!(Setting::find(key).is_some(), "{key} is not in the list of settings");
        for own in &self.own {
            if own.key == Some(key)
                && let Ok(text) = &own.text
                && !text.is_empty()
            {
                return Some((text.clone(), Origin::Variable(own.name.clone())));
            }
        }
        for (name, value) in &self.file {
            if *name == key {
                return Some((value.text.clone(), Origin::File(value.place.clone())));
            }
        }
        None
    }

    /// The token of TestFiesta and where it stands. A stored one counts only where a handle or a project is set: who
    /// logged in once does not mean to report from everywhere.
    pub fn testfiesta_token(&mut self) -> Option<(Secret, Origin)> {
        if let Some((token, origin)) = self.find("token") {
            return Some((Secret::new(token), origin));
        }
        if self.text("handle").is_none() && self.text("project").is_none() {
            return None;
        }
        let address = self.text_or_default("url");
        self.stored_token(TESTFIESTA, &address)
    }

    /// The token of Testsigma and where it stands.
    pub fn testsigma_token(&mut self) -> Option<(Secret, Origin)> {
        if let Some((token, origin)) = self.find("testsigma-token") {
            return Some((Secret::new(token), origin));
        }
        let address = self.text_or_default("testsigma-url");
        self.stored_token(TESTSIGMA, &address)
    }

    /// What `cargo testfiesta login` stored.
    fn stored_token(&mut self, service: &str, address: &str) -> Option<(Secret, Origin)> {
        let path = credentials::path(|name| (self.variable)(name))?;
        match Credentials::read(&path) {
            Ok(credentials) => Some((credentials.token(service, address)?, Origin::Credentials(path))),
            Err(problem) => {
                self.problem(problem);
                None
            }
        }
    }

    /// The value of a setting, or its default, which it has.
    pub(super) fn value<T>(&mut self, key: &str, parse: fn(&str) -> Result<T, String>) -> T {
        if let Some(value) = self.parse(key, parse) {
            return value;
        }
        let Ok(value) = parse(default(key)) else { panic!("the default of `{key}` cannot be used") };
        value
    }

    /// The value of a setting; one that does not parse is a problem, and counts as unset.
    pub(super) fn parse<T>(&mut self, key: &str, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        let (text, origin) = self.find(key)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.misread(key, &text, origin, &error);
                None
            }
        }
    }

    // Apart from `parse`, of which there is one for each kind of setting in everybody's build.
    fn misread(&mut self, key: &str, text: &str, origin: Origin, error: &str) {
        let place = match origin {
            Origin::File(place) => format!("`{key}` at {place}"),
            origin => origin.to_string(),
        };
        self.problem(format!("{place} is `{text}`: {error}"));
    }

    /// A variable that is nearly a setting is a problem: a typo must not pass for the default. Others are not ours.
    fn check_variables(&mut self) {
        for OwnVariable { key, name, text } in &self.own {
            if key.is_none() {
                if let Some(meant) = nearest(name) {
                    self.problems.push(format!("there is no setting {name}; did you mean {meant}?"));
                }
            } else if let Err(problem) = text {
                self.problems.push(format!("{name} {problem}"));
            }
        }
    }

    pub(super) fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    pub(super) fn take_problems(&mut self) -> Vec<String> {
        std::mem::take(&mut self.problems)
    }
}

fn default(key: &str) -> &'static str {
    Setting::find(key).and_then(|setting| setting.default).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_variable_that_is_nearly_a_setting_is_taken_for_the_nearest_one() {
        for (typo, meant) in [
            ("TESTFIESTA_PROJCT", "TESTFIESTA_PROJECT"),
            ("TESTFIESTA_TOKN", "TESTFIESTA_TOKEN"),
            ("TESTFIESTA_RUNNAME", "TESTFIESTA_RUN_NAME"),
            ("TESTFIESTA_STATUS", "TESTFIESTA_STATUSES"),
            ("TESTFIESTA_DRI", "TESTFIESTA_DIR"),
            ("TESTSIGMA_RUNID", "TESTSIGMA_RUN_ID"),
        ] {
            assert_eq!(nearest(typo).as_deref(), Some(meant), "{typo}");
        }
    }

    #[test]
    fn a_variable_that_is_a_short_word_of_its_own_is_taken_for_no_setting() {
        for name in ["CI", "DB", "BIN", "DIRS", "UI", "LOG", "HOST"].map(|word| format!("TESTFIESTA_{word}"))
        {
            assert_eq!(nearest(&name), None);
        }
    }
}
