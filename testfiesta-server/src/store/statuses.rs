//! The workspace's statuses: numbers of its own for words (contract, section 7).

use rusqlite::{Connection, OptionalExtension as _};

use testfiesta_client::testfiesta::Run;

use super::{Error, Result};

/// Where a run begins.
pub(crate) const RUN_ACTIVE: i64 = 11;
/// Where an execution begins: nothing is known of it yet.
pub(crate) const EXECUTION_ACTIVE: i64 = 1;

/// What a status is of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Run,
    Execution,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Execution => "execution",
        }
    }
}

/// The word for a number that a request holds under `field`.
pub(crate) fn name(connection: &Connection, kind: Kind, uid: i64, field: &str) -> Result<String> {
    let kind = kind.as_str();
    connection
        .prepare_cached("SELECT name FROM statuses WHERE uid = ?1 AND kind = ?2")?
        .query_row((uid, kind), |row| row.get(0))
        .optional()?
        .map_or_else(|| Err(Error::invalid(field, unknown(connection, kind, uid)?)), Ok)
}

fn unknown(connection: &Connection, kind: &str, uid: i64) -> Result<String> {
    let known = connection
        .prepare_cached("SELECT uid, name FROM statuses WHERE kind = ?1 ORDER BY uid")?
        .query_map([kind], |row| Ok(format!("{} ({})", row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?
        .join(", ");
    Ok(format!("no {kind} status {uid}: expected one of {known}"))
}

/// The number for a word, which becomes a final status of this workspace when it was none. Case does not count.
pub(crate) fn of_execution(connection: &Connection, word: &str) -> Result<i64> {
    let word = word.trim().to_lowercase();
    let found = connection
        .prepare_cached("SELECT uid FROM statuses WHERE kind = 'execution' AND name = ?1")?
        .query_row([&word], |row| row.get(0))
        .optional()?;
    if let Some(uid) = found {
        return Ok(uid);
    }
    let uid = connection.query_row(
        "INSERT INTO statuses (kind, name, is_final) VALUES ('execution', ?1, 1) RETURNING uid",
        [&word],
        |row| row.get(0),
    )?;
    Ok(uid)
}

/// The figures of a run in words, as a reader wants them: what is not final or not passed comes first. Cases without an
/// execution, which are active to the API, are untested.
pub(crate) fn counted(connection: &Connection, run: &Run) -> Result<Vec<(String, u64)>> {
    let untested = connection
        .prepare_cached(
            "SELECT count(*) FROM run_cases WHERE run_uid = ?1 AND case_uid NOT IN (
                 SELECT case_uid FROM executions WHERE run_uid = ?1 AND case_uid IS NOT NULL)",
        )?
        .query_row([run.uid.get()], |row| row.get::<_, u64>(0))?;
    let mut counted = vec![("untested".to_owned(), untested)];
    let active = EXECUTION_ACTIVE.to_string();
    for (uid, number) in &run.custom_fields.frequency {
        let number = number - if *uid == active { untested } else { 0 };
        let name = connection
            .prepare_cached("SELECT name FROM statuses WHERE uid = ?1")?
            .query_row([uid], |row| row.get::<_, String>(0))
            .optional()?;
        counted.push((name.unwrap_or_else(|| uid.clone()), number));
    }
    counted.retain(|(_, number)| *number > 0);
    counted.sort_by_key(|(name, _)| (name == "passed", name == "skipped", name.clone()));
    Ok(counted)
}
