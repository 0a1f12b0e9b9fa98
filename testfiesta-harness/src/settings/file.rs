//! `testfiesta.toml`: what a team shares of its settings. It is committed, so it holds no token.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml_span::value::{Value, ValueInner};

use super::{
    sources::{FileValue, FileValues},
    switch,
    table::{Form, SETTINGS, Setting},
};

/// What the file is called.
pub const NAME: &str = "testfiesta.toml";
/// The one setting that counts where it cannot be read.
const STRICT: &str = "strict";

/// The file in `directory` or the nearest one above it, not leaving the repository.
pub fn find(directory: &Path) -> Option<PathBuf> {
    for directory in directory.ancestors() {
        let path = directory.join(NAME);
        // One that is no file, or a link to nothing, is meant all the same, and its reader says what is wrong.
        if path.symlink_metadata().is_ok() {
            return Some(path);
        }
        if directory.join(".git").exists() {
            break;
        }
    }
    None
}

/// The file's values, and what is wrong with it.
pub(super) fn read(path: &Path) -> (FileValues, Vec<String>) {
    match fs::read_to_string(path) {
        Ok(text) => parse(&path.display().to_string(), &text),
        Err(error) => (FileValues::new(), vec![format!("{} cannot be read: {error}", path.display())]),
    }
}

pub(super) fn parse(path: &str, text: &str) -> (FileValues, Vec<String>) {
    let mut values = FileValues::new();
    let mut problems = Vec::new();
    let place = |offset: usize| {
        let line = text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1);
        format!("{path}:{line}")
    };
    let mut document = match toml_span::parse(text) {
        Ok(document) => document,
        Err(error) => {
            problems.push(format!("{} is not valid TOML: {error}", place(error.span.start)));
            let strict = text.lines().position(wants_strict);
            values.extend(strict.map(|before| strict_at(format!("{path}:{}", before + 1))));
            return (values, problems);
        }
    };
    let ValueInner::Table(table) = document.take() else { return (values, problems) };
    for (key, mut value) in table {
        let place = place(key.span.start);
        let name = key.name.as_ref();
        let Some(setting) = Setting::find(name) else {
            problems.push(format!("{place}: there is no setting `{name}`{}", suggestion(name)));
            continue;
        };
        if setting.is_secret() {
            problems.push(format!(
                "{place}: a token does not belong in a file that is committed; revoke it, and store another with `cargo \
                 testfiesta login`, or set {}",
                setting.variable()
            ));
            continue;
        }
        let form = setting.form;
        match form.text_of(value.take()) {
            Ok(text) if form.refuses(&text) => {
                problems.push(format!("{place}: `{name}` holds a line break: set it to a path without one"));
            }
            Ok(text) => {
                let text = if form == Form::Path { beside(path, &text) } else { text };
                values.push((setting.key, FileValue { text, place }));
            }
            Err(kind) => {
                problems.push(format!("{place}: `{name}` cannot be {kind}: it is {}", form.named(name)));
                if name == STRICT {
                    values.push(strict_at(place));
                }
            }
        }
    }
    (values, problems)
}

/// Whether a line of a file that is not valid TOML sets `strict`, and not to off: what cannot be read counts as on.
fn wants_strict(line: &str) -> bool {
    let plain = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let Some((key, value)) = line.split_once('=') else { return false };
    let value = value.split_once('#').map_or(value, |(value, _)| value);
    plain(key) == STRICT && switch(&plain(value)) != Ok(false)
}

fn strict_at(place: String) -> (&'static str, FileValue) {
    (STRICT, FileValue { text: "1".to_owned(), place })
}

/// A path of the file, which is relative to where the file is.
fn beside(file: &str, path: &str) -> String {
    let directory = Path::new(file).parent().unwrap_or(Path::new(""));
    directory.join(path).display().to_string()
}

impl Form {
    /// A value as its environment variable would hold it: a list joined by commas, a table as `name=value` pairs. What
    /// it is instead, where it is of another form.
    fn text_of(self, value: ValueInner<'_>) -> Result<String, &'static str> {
        match value {
            ValueInner::String(text) => Ok(text.into_owned()),
            ValueInner::Integer(number) if !matches!(self, Self::Text | Self::Path | Self::Map) => {
                Ok(number.to_string())
            }
            ValueInner::Float(number) if self == Self::Number => Ok(number.to_string()),
            ValueInner::Boolean(switch) if self == Self::Switch => Ok(switch.to_string()),
            ValueInner::Array(items) if matches!(self, Self::List | Self::Map) => {
                let mut parts = Vec::new();
                for value in items {
                    parts.push(item(value).ok_or("a list of anything but texts and numbers")?);
                }
                Ok(parts.join(","))
            }
            ValueInner::Table(table) if self == Self::Map => {
                let mut parts = Vec::new();
                for (key, value) in table {
                    let text = item(value).ok_or("a table of anything but texts and numbers")?;
                    parts.push(format!("{}={text}", key.name));
                }
                Ok(parts.join(","))
            }
            ValueInner::Integer(_) | ValueInner::Float(_) => Err("a number"),
            ValueInner::Boolean(_) => Err("`true` or `false`"),
            ValueInner::Array(_) => Err("a list"),
            ValueInner::Table(_) => Err("a table"),
        }
    }

    /// The right form of this setting.
    fn named(self, key: &str) -> String {
        match self {
            Self::Text | Self::Secret | Self::Path => format!("a text in quotes, as in `{key} = \"…\"`"),
            Self::Number => format!("a number, as in `{key} = 7`"),
            Self::Switch => format!("a switch, as in `{key} = true`"),
            Self::Duration => format!("a duration, as in `{key} = \"10s\"`"),
            Self::List => format!("a text or a list, as in `{key} = [\"…\", \"…\"]`"),
            Self::Map => format!("a text or a table, as in `{key} = {{ passed = …, failed = … }}`"),
        }
    }
}

/// What a list or a table holds.
fn item(mut value: Value<'_>) -> Option<String> {
    match value.take() {
        ValueInner::String(text) => Some(text.into_owned()),
        ValueInner::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

fn suggestion(name: &str) -> String {
    let keys: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
    let nearest = keys.iter().map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
    match nearest {
        Some((distance, known)) if distance <= 3 => format!("; did you mean `{known}`?"),
        _ => format!("; the settings are {}", keys.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem_in(directory: &Path) -> String {
        let (values, problems) = read(&find(directory).expect("it is there"));
        assert!(values.is_empty());
        problems.concat()
    }

    #[test]
    fn a_directory_of_that_name_is_no_file_that_can_be_read() {
        let directory = tempfile::tempdir().expect("a directory");
        fs::create_dir(directory.path().join(NAME)).expect("another");
        let problem = problem_in(directory.path());
        assert!(problem.contains("testfiesta.toml cannot be read: "), "{problem}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_is_no_file_that_can_be_read() {
        let directory = tempfile::tempdir().expect("a directory");
        std::os::unix::fs::symlink("moved.toml", directory.path().join(NAME)).expect("a link");
        let problem = problem_in(directory.path());
        assert!(problem.contains("testfiesta.toml cannot be read: "), "{problem}");
    }
}
