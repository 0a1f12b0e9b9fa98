//! How Test Management by Testsigma is reached, and what is written there.

use std::collections::HashMap;

use testfiesta_client::services::{CursorName, Writing};

use super::{Secret, Sources, values::list};

/// How many calls a second may be asked for. The service was measured to answer 10.
const FASTEST: f64 = 1000.0;

/// How a Testsigma is reached.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TestsigmaSettings {
    /// `testsigma-url`: the API's address; the vendor's, if it is not set.
    pub url: String,
    /// `TESTSIGMA_TOKEN`, or what `cargo testfiesta login` stored.
    pub token: Secret,
    /// `testsigma-project`: the project's UUID, prefix or name; the prefix of the ids, if it is not set.
    pub project: Option<String>,
    /// `testsigma-user`: the UUID or the e-mail address of the user in whose name results are written.
    pub user: Option<String>,
    /// `testsigma-statuses`: names or UUIDs of statuses, by outcome.
    pub statuses: HashMap<String, String>,
    /// `testsigma-results`: how results get there.
    pub writing: Writing,
    /// `testsigma-rate`: how many calls a second are made at most. 5 by default.
    pub rate: f64,
    /// `testsigma-batch`: how many cases are written by one request. 100 by default.
    pub batch: usize,
    /// `testsigma-description-limit`: how many characters a description has at most. 4000 by default.
    pub description_limit: usize,
    /// `testsigma-cursor`: the query parameter that leads to the next page of a list.
    pub cursor: CursorName,
}

impl TestsigmaSettings {
    pub(super) fn read(source: &mut Sources<'_>, token: Secret) -> Self {
        let count = |value: &str| match value.parse() {
            Ok(0) | Err(_) => Err("expected a number from 1".to_owned()),
            Ok(count) => Ok(count),
        };
        Self {
            url: source.text_or_default("testsigma-url"),
            token,
            project: source.text("testsigma-project"),
            user: source.text("testsigma-user"),
            statuses: source.parse("testsigma-statuses", statuses).unwrap_or_default(),
            writing: source.value("testsigma-results", |value| match value {
                "direct" => Ok(Writing::Direct),
                "junit" => Ok(Writing::JUnit),
                _ => Err("expected `direct` or `junit`".to_owned()),
            }),
            rate: source.value("testsigma-rate", rate),
            batch: source.value("testsigma-batch", count),
            description_limit: source.value("testsigma-description-limit", count),
            cursor: source.value("testsigma-cursor", |value| match value {
                "cursor" => Ok(CursorName::Cursor),
                "next" => Ok(CursorName::Next),
                _ => Err("expected `cursor` or `next`".to_owned()),
            }),
        }
    }
}

fn rate(value: &str) -> Result<f64, String> {
    let rate = value.parse().ok().filter(|rate| (0.1..=FASTEST).contains(rate));
    rate.ok_or_else(|| format!("expected calls a second, from 0.1 to {FASTEST}"))
}

/// As in `failed=Not OK,timed_out=Blocked`.
fn statuses(value: &str) -> Result<HashMap<String, String>, String> {
    const OUTCOMES: [&str; 6] = ["passed", "flaky", "skipped", "failed", "timed_out", "crashed"];
    let mut statuses = HashMap::new();
    for part in list(value) {
        let Some((outcome, status)) = part.split_once('=') else {
            return Err(format!("`{part}` is not of the form `timed_out=Blocked`"));
        };
        let (outcome, status) = (outcome.trim(), status.trim());
        if !OUTCOMES.contains(&outcome) || status.is_empty() {
            return Err(format!("`{outcome}` is none of {}, or has no status", OUTCOMES.join(", ")));
        }
        statuses.insert(outcome.to_owned(), status.to_owned());
    }
    Ok(statuses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_names_by_outcome() {
        let statuses = statuses("failed = Not OK, timed_out=Blocked").unwrap();
        assert_eq!((&*statuses["failed"], &*statuses["timed_out"]), ("Not OK", "Blocked"));
    }

    #[test]
    fn an_outcome_that_there_is_not_is_named() {
        let error = statuses("broken=Failed").unwrap_err();
        assert_eq!(
            error,
            "`broken` is none of passed, flaky, skipped, failed, timed_out, crashed, or has no status"
        );
    }

    #[test]
    fn no_rate_is_too_slow_to_end() {
        assert!(rate("0").is_err() && rate("-1").is_err() && rate("fast").is_err());
        assert_eq!(rate("7.5"), Ok(7.5));
    }
}
