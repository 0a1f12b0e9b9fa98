//! What the page of a run shows of its executions.

use rusqlite::{Connection, Row};
use serde_json::Value;
use testfiesta_client::testfiesta::{Execution, Properties, Uid};

use super::{Result, attachments, fields::value, import::REASONS};

/// One execution, as a reader wants to see it; or a case that has none yet.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) status: String,
    /// Whether it passed only after attempts that failed.
    pub(crate) is_flaky: bool,
    /// The case by the id that its owner gave it, or else by its number; `None` when the case was deleted.
    pub(crate) case_id: Option<String>,
    pub(crate) name: String,
    /// The test in the code, where it goes by another name than the case.
    pub(crate) test: Option<String>,
    pub(crate) seconds: Option<f64>,
    /// Why it failed or was skipped: titles and texts.
    pub(crate) reasons: Vec<(&'static str, String)>,
    /// What is long, and asked for by few: what was printed meanwhile, and the attempts before.
    pub(crate) outputs: Vec<(&'static str, String)>,
    pub(crate) attachments: Vec<Value>,
}

/// What the reporter tells of an execution (`testfiesta-client/src/provider/testfiesta/mapping.rs`), with a title each.
const TOLD: &[(&str, &str)] = &[
    ("left", "left"),
    ("right", "right"),
    ("causes", "chain"),
    ("thread", "thread"),
    ("failed at", "failedAt"),
    ("panics beside the test", "strayPanics"),
];
/// What it printed: by our reporter, and by the official client.
const PRINTED: &[(&str, &str)] = &[
    ("backtrace", "backtrace"),
    ("stdout", "stdout"),
    ("stderr", "stderr"),
    ("stdout", "system-out"),
    ("stderr", "system-err"),
    ("earlier attempts", "earlierAttempts"),
];

/// The executions of a run: first those that need attention, then those that did not run, then the rest. A case that the
/// run was made for is among those that did not run, as long as it has no execution.
pub(crate) fn lines(connection: &Connection, run: i64, limit: u64, offset: u64) -> Result<Vec<Line>> {
    // What is told on the case is of the latest import of it: only then was it told of this execution, too.
    let mut lines = connection
        .prepare_cached(
            "SELECT * FROM (
                 SELECT executions.uid AS place, executions.name, trim(status_text) AS word,
                     executions.custom_fields, executions.external_id, cases.uid, cases.external_id,
                     CASE WHEN cases.updated_at = executions.updated_at THEN cases.custom_fields END
                 FROM executions LEFT JOIN cases ON cases.uid = case_uid WHERE run_uid = ?1
                 UNION ALL
                 SELECT cases.uid, cases.name, 'untested', '{}', NULL, cases.uid, cases.external_id, NULL
                 FROM run_cases JOIN cases ON cases.uid = case_uid WHERE run_uid = ?1 AND case_uid NOT IN (
                     SELECT case_uid FROM executions WHERE run_uid = ?1 AND case_uid IS NOT NULL)
             ) AS lines
             ORDER BY CASE lower(word) WHEN 'passed' THEN 3 WHEN 'untested' THEN 2
                 WHEN 'skipped' THEN 1 WHEN 'active' THEN 1 ELSE 0 END, place
             LIMIT ?2 OFFSET ?3",
        )?
        .query_map([run.unsigned_abs(), limit, offset], |row| {
            Ok((read(row)?, row.get::<_, Option<String>>(4)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for (line, external_id) in &mut lines {
        let execution = Execution {
            test_run_uid: Some(Uid::new(run)),
            external_id: external_id.take(),
            ..Execution::default()
        };
        line.attachments = attachments::of_execution(connection, &execution)?;
    }
    Ok(lines.into_iter().map(|(line, _)| line).collect())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Line> {
    let mut own: Properties = value(row.get_ref(3)?.as_str()?);
    let (name, status): (String, String) = (row.get(1)?, row.get(2)?);
    let has_passed = status.eq_ignore_ascii_case("passed");
    // Rows of earlier versions have not been given what the official client tells of their case.
    if !has_passed && !own.contains_key("message") && !REASONS.iter().any(|name| own.contains_key(*name)) {
        let of_case: Properties = row.get::<_, Option<String>>(7)?.as_deref().map(value).unwrap_or_default();
        own.extend(of_case.into_iter().filter(|(name, _)| REASONS.contains(&name.as_str())));
    }
    let told = |names: &[(&'static str, &str)]| {
        names.iter().filter_map(|(title, name)| Some((*title, text(own.get(*name)?)?))).collect::<Vec<_>>()
    };
    let mut reasons = told(&[("message", "message"), ("reason", "reason")]);
    if reasons.is_empty() && !has_passed {
        reasons = official(&own);
    }
    reasons.extend(told(TOLD));
    let outputs = told(PRINTED);
    if !reasons.is_empty() || !outputs.is_empty() {
        reasons.extend(told(&[("test", "location")]));
    }
    let number: Option<i64> = row.get(5)?;
    Ok(Line {
        case_id: row.get::<_, Option<String>>(6)?.or_else(|| number.map(|it| it.to_string())),
        test: own.get("test").and_then(text).filter(|it| *it != name),
        name,
        is_flaky: own.get("flaky").is_some_and(|it| it == "true" || it == true),
        seconds: own.get("time").and_then(Value::as_f64),
        status,
        reasons,
        outputs,
        attachments: Vec::new(),
    })
}

fn text(value: &Value) -> Option<String> {
    // An element that has attributes, too, is an object to the official client.
    let text = value.get("_text").unwrap_or(value).as_str();
    text.filter(|it| !it.trim().is_empty()).map(str::to_owned)
}

/// How the official client tells why: as the elements of a JUnit report (contract, section 6).
fn official(told: &Properties) -> Vec<(&'static str, String)> {
    let elements = ["failure", "error", "skipped"].into_iter().filter_map(|name| told.get(name));
    let parts = elements.flat_map(|it| [("message", it.get("message")), ("output", it.get("_text"))]);
    parts.filter_map(|(name, part)| Some((name, text(part?)?))).collect()
}
