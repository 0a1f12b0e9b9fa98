//! `testfiesta.toml`: what a team shares of its settings. It is committed, so it holds no token.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml_span::value::{Value, ValueInner};

use super::sources::{FileValue, FileValues, KEYS, SECRETS, variable};

const NAME: &str = "testfiesta.toml";

/// The file in `directory` or the nearest one above it, not leaving the repository.
pub(super) fn find(directory: &Path) -> Option<PathBuf> {
    for directory in directory.ancestors() {
        let path = directory.join(NAME);
        if path.is_file() {
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
            return (values, problems);
        }
    };
    let ValueInner::Table(table) = document.take() else { return (values, problems) };
    for (key, mut value) in table {
        let place = place(key.span.start);
        let name = key.name.as_ref();
        if SECRETS.contains(&name) {
            problems.push(format!(
                "{place}: a token does not belong in a file that is committed; revoke it, and store another with `cargo \
                 testfiesta login`, or set {}",
                variable(name)
            ));
            continue;
        }
        let Some(known) = KEYS.iter().find(|known| **known == name) else {
            problems.push(format!("{place}: there is no setting `{name}`{}", suggestion(name)));
            continue;
        };
        match as_text(&mut value) {
            Some(text) => {
                values.push((*known, FileValue { text, place }));
            }
            None => problems.push(format!("{place}: `{name}` cannot be a {} here", value_kind(&value))),
        }
    }
    (values, problems)
}

/// A value as its environment variable would hold it: a list joined by commas, a table as `name=value` pairs.
fn as_text(value: &mut Value<'_>) -> Option<String> {
    match value.take() {
        ValueInner::String(text) => Some(text.into_owned()),
        ValueInner::Integer(number) => Some(number.to_string()),
        ValueInner::Boolean(switch) => Some(switch.to_string()),
        ValueInner::Array(items) => joined(items.into_iter().map(|mut item| as_text(&mut item))),
        ValueInner::Table(table) => joined(
            table.into_iter().map(|(key, mut value)| Some(format!("{}={}", key.name, as_text(&mut value)?))),
        ),
        other => {
            value.set(other);
            None
        }
    }
}

fn joined(parts: impl Iterator<Item = Option<String>>) -> Option<String> {
    Some(parts.collect::<Option<Vec<_>>>()?.join(","))
}

fn value_kind(value: &Value<'_>) -> &'static str {
    if value.as_float().is_some() { "number with a fraction" } else { "value of this kind" }
}

fn suggestion(name: &str) -> String {
    let nearest = KEYS.iter().map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
    match nearest {
        Some((distance, known)) if distance <= 3 => format!("; did you mean `{known}`?"),
        _ => format!("; the settings are {}", KEYS.join(", ")),
    }
}
