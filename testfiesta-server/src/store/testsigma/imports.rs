//! JUnit imports (contract, section 7). How the service finds the case of an element is documented nowhere; here it is
//! the human id at the start of the element's name.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};

use super::{
    cases,
    ids::{self, Kind},
    projects, results, runs, time,
};
use crate::{
    random,
    store::{Error, Result, fields::value, statuses},
    timestamp,
};

/// An element of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// As TestFiesta calls it.
    pub(crate) status: &'static str,
    pub(crate) message: String,
}

/// Takes in a report. The answer is that of an import that waits, as the service's is: how it went is asked for later.
pub(crate) fn create(
    connection: &Connection,
    project: &str,
    run: &str,
    elements: &[Element],
) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    let run_uid = runs::uid(connection, project_uid, run)?;
    runs::must_be_open(connection, run_uid)?;
    let in_run = results::cases(connection, run_uid)?;
    let mut errors = Vec::new();
    for element in elements {
        let human_id = element.name.split_whitespace().next().unwrap_or_default();
        let case =
            cases::by_human_id(connection, project_uid, human_id)?.filter(|case| in_run.contains(case));
        let Some(case) = case else {
            errors.push(format!("no test case of the run is named by `{}`", element.name));
            continue;
        };
        let status = (statuses::of_execution(connection, element.status)?, element.status);
        results::insert(connection, run_uid, case, status, &random::hex32(), &element.message)?;
    }
    let details = json!({
        "imported_count": elements.len() - errors.len(),
        "failed_count": errors.len(),
        "errors": errors,
    });
    let now = timestamp::now();
    let uid: i64 = connection.query_row(
        "INSERT INTO junit_imports (run_uid, status, details, created_at) VALUES (?1, 'completed', ?2, ?3)
         RETURNING uid",
        params![run_uid, details.to_string(), now],
        |row| row.get(0),
    )?;
    Ok(json!({
        "id": ids::uuid(Kind::Import, uid),
        "status": "pending",
        "test_run_id": run,
        "created_at": time(&now),
    }))
}

pub(crate) fn status(connection: &Connection, project: &str, id: &str) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    let uid = ids::uid(connection, Kind::Import, id)?;
    let found = connection
        .prepare_cached(
            "SELECT run_uid, junit_imports.status, details, junit_imports.created_at
             FROM junit_imports JOIN runs ON runs.uid = run_uid WHERE junit_imports.uid = ?1 AND project_uid = ?2",
        )?
        .query_row(params![uid, project_uid], |row| {
            Ok(json!({
                "id": id,
                "test_run_id": ids::uuid(Kind::Run, row.get(0)?),
                "status": row.get::<_, String>(1)?,
                "details": value::<Value>(row.get_ref(2)?.as_str()?),
                "created_at": time(row.get_ref(3)?.as_str()?),
            }))
        })
        .optional()?;
    found.ok_or_else(|| Error::not_found("import", id))
}
