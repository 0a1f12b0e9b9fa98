//! What the page of a run shows of its executions.

use rusqlite::{Connection, Row};
use serde_json::Value;
use testfiesta_client::testfiesta::{Execution, Properties, Uid};

use super::{Result, attachments, fields::value};

/// One execution, as a reader wants to see it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) status: String,
    /// The case by the id that its owner gave it, or else by its number; `None` when the case was deleted.
    pub(crate) case_id: Option<String>,
    pub(crate) name: String,
    /// The test in the code, where it goes by another name than the case.
    pub(crate) test: Option<String>,
    pub(crate) seconds: Option<f64>,
    /// Why it failed or was skipped, and what was written meanwhile, under the names by which they came.
    pub(crate) details: Vec<(&'static str, String)>,
    pub(crate) attachments: Vec<Value>,
}

/// The executions of a run: first those that need attention, then those that did not run, then the rest.
pub(crate) fn lines(connection: &Connection, run: i64, limit: u64, offset: u64) -> Result<Vec<Line>> {
    let mut lines = connection
        .prepare_cached(
            "SELECT executions.uid, executions.name, status_text, executions.custom_fields, executions.external_id,
                 cases.uid, cases.external_id, cases.custom_fields
             FROM executions LEFT JOIN cases ON cases.uid = case_uid WHERE run_uid = ?1
             ORDER BY CASE lower(status_text)
                 WHEN 'passed' THEN 2 WHEN 'skipped' THEN 1 WHEN 'active' THEN 1 ELSE 0 END, executions.uid
             LIMIT ?2 OFFSET ?3",
        )?
        .query_map([run.unsigned_abs(), limit, offset], |row| Ok((read(row)?, row.get::<_, Option<String>>(4)?)))?
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
    let own: Properties = value(row.get_ref(3)?.as_str()?);
    let of_case: Properties = row.get::<_, Option<String>>(7)?.as_deref().map(value).unwrap_or_default();
    let (name, status): (String, String) = (row.get(1)?, row.get(2)?);
    let text = |name: &str| own.get(name)?.as_str().filter(|it| !it.trim().is_empty()).map(str::to_owned);
    let told = |names: &[(&'static str, &str)]| {
        names.iter().filter_map(|(title, name)| Some((*title, text(name)?))).collect::<Vec<_>>()
    };
    let mut details = told(&[("message", "message"), ("reason", "reason")]);
    if details.is_empty() && status != "passed" {
        details = official(&of_case);
    }
    details.extend(told(&[("failed at", "failedAt"), ("backtrace", "backtrace"), ("output", "output")]));
    if !details.is_empty() {
        details.extend(told(&[("test", "location")]));
    }
    let number: Option<i64> = row.get(5)?;
    Ok(Line {
        case_id: row.get::<_, Option<String>>(6)?.or_else(|| number.map(|it| it.to_string())),
        test: text("test").filter(|it| *it != name),
        name,
        seconds: own.get("time").and_then(Value::as_f64),
        status,
        details,
        attachments: Vec::new(),
    })
}

/// The official client tells why on the case, not on the execution (contract, section 6).
fn official(case: &Properties) -> Vec<(&'static str, String)> {
    let text = |value: &Value| value.as_str().filter(|it| !it.trim().is_empty()).map(str::to_owned);
    let reasons = ["failure", "error", "skipped"].into_iter().filter_map(|name| case.get(name));
    let parts = reasons.flat_map(|it| [("message", it.get("message")), ("output", it.get("_text"))]);
    parts.filter_map(|(name, part)| Some((name, text(part?)?))).collect()
}
