//! The cases of a run, and what became of them (contract, sections 6 and 6.3). A result that is written here is another
//! execution to TestFiesta, as each write is another attempt to the service.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};
use serde_json::{Value, json};
use testfiesta_client::testfiesta::{Properties, Uid, UploadFile};
use testfiesta_client::testsigma::{CaseResult, RunCase};

use super::{
    Rows, cases,
    ids::{self, Kind},
    input::Input,
    json, lookups, projects, runs,
};
use crate::{
    random,
    store::{
        Error, Result,
        attachments::{self, Attachment},
        fields::text,
        statuses,
    },
    timestamp,
};

/// The source of the executions that are written here.
const SOURCE: &str = "testsigma";

/// A file that came with a result.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// The result, by its place in the request.
    pub(crate) result: usize,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) content: Vec<u8>,
}

pub(crate) fn list(connection: &Connection, project: &str, run: &str) -> Result<Rows> {
    let project_uid = projects::uid(connection, project)?;
    let run = runs::uid(connection, project_uid, run)?;
    let standings = standings(connection, run)?;
    let mut rows = Vec::new();
    for case in self::cases(connection, run)? {
        rows.push((case, json(entry(connection, project, project_uid, run, case, &standings)?)));
    }
    Ok(rows)
}

/// The cases of a run: those that it was made of, and those that TestFiesta's API has executions of.
pub(super) fn cases(connection: &Connection, run: i64) -> Result<BTreeSet<i64>> {
    let cases = connection
        .prepare_cached(
            "SELECT case_uid FROM run_cases WHERE run_uid = ?1
             UNION SELECT case_uid FROM executions WHERE run_uid = ?1 AND case_uid IS NOT NULL",
        )?
        .query_map([run], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(cases)
}

/// How many cases have each status.
pub(super) fn summary(connection: &Connection, run: i64, cases: &BTreeSet<i64>) -> Result<Value> {
    let standings = standings(connection, run)?;
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    for case in cases {
        *counts.entry(status_of(&standings, *case)).or_default() += 1;
    }
    let mut summary = Vec::new();
    for (status, count) in counts {
        let (id, name) = lookups::of_execution(connection, status)?;
        summary.push(json!({ "status_id": id, "status_name": name, "count": count }));
    }
    Ok(summary.into())
}

/// What a request wrote.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The entries of its cases.
    pub(crate) entries: Vec<Value>,
    /// Where to keep its files, each with its place in the request.
    pub(crate) files: Vec<(Attachment, usize)>,
}

/// Writes what became of cases of a run, all or nothing.
pub(crate) fn write(
    connection: &Connection,
    project: &str,
    run: &str,
    results: &[CaseResult],
    files: &[File],
) -> Result<Written> {
    let project_uid = projects::uid(connection, project)?;
    let run = runs::uid(connection, project_uid, run)?;
    runs::must_be_open(connection, run)?;
    let in_run = self::cases(connection, run)?;
    let (mut written, mut seen) = (Written::default(), BTreeSet::new());
    for (at, result) in results.iter().enumerate() {
        let place = |name: &str| format!("test_run_cases[{at}].{name}");
        let id = |kind, id: &str, name| {
            let uid = ids::uid(connection, kind, id)?;
            uid.ok_or_else(|| Error::invalid(place(name), format!("nothing has the ID {id}")))
        };
        let case = id(Kind::Case, &result.test_case_id, "test_case_id")?;
        if !in_run.contains(&case) {
            return Err(Error::invalid(place("test_case_id"), "the case is not part of the run"));
        }
        // Unknown to the contract, and never meant by anybody.
        if !seen.insert(case) {
            return Err(Error::invalid(place("test_case_id"), "the case is there twice"));
        }
        let status = id(Kind::Lookup, &result.test_run_status_id, "test_run_status_id")?;
        let status = lookups::execution_status(connection, status)?;
        let (status, word) =
            status.ok_or_else(|| Error::invalid(place("test_run_status_id"), "is no status of a result"))?;
        if !lookups::is_user(connection, id(Kind::User, &result.user_id, "user_id")?) {
            return Err(Error::invalid(place("user_id"), "there is no such user"));
        }
        let external_id = random::hex32();
        insert(connection, run, case, (status, &word), &external_id, &result.description)?;
        for (index, file) in files.iter().enumerate().filter(|(_, file)| file.result == at) {
            let announced = UploadFile {
                file_name: file.name.clone(),
                file_type: file.content_type.clone(),
                size: file.content.len() as u64,
                external_id: external_id.clone(),
                run_id: Uid::new(run),
                ..UploadFile::default()
            };
            let key = attachments::announce(connection, project_uid, &announced, "attachments")?.key;
            written.files.push((attachments::announced(connection, &key)?, index));
        }
    }
    let standings = standings(connection, run)?;
    for case in seen {
        written.entries.push(json(entry(connection, project, project_uid, run, case, &standings)?));
    }
    Ok(written)
}

/// Says who is to execute a case.
pub(crate) fn assign(connection: &Connection, project: &str, run: &str, body: &Value) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    let run = runs::uid(connection, project_uid, run)?;
    let input = Input::new(body)?;
    let user = input.required_id(connection, "user_id", Kind::User)?;
    let case = input.required_id(connection, "test_case_id", Kind::Case)?;
    if !lookups::is_user(connection, user) {
        return Err(Error::invalid("user_id", "there is no such user"));
    }
    let (user, case_id) = (input.required("user_id")?, input.required("test_case_id")?);
    let changed = connection.execute(
        "UPDATE run_cases SET assignee = ?3 WHERE run_uid = ?1 AND case_uid = ?2",
        params![run, case, user],
    )?;
    if changed == 0 {
        return Err(Error::invalid("test_case_id", "the case is not part of the run"));
    }
    let now = timestamp::now();
    Ok(json!({ "test_case_id": case_id, "user_id": user, "updated_at": super::time(&now) }))
}

/// Another execution of a case.
pub(super) fn insert(
    connection: &Connection,
    run: i64,
    case: i64,
    (status, word): (i64, &str),
    external_id: &str,
    description: &str,
) -> Result<()> {
    let told = Some(description).filter(|it| !it.is_empty());
    let fields = Properties::from_iter(told.map(|it| ("message".to_owned(), it.into())));
    connection
        .prepare_cached(
            "INSERT INTO executions (run_uid, case_uid, name, source, external_id, status, status_text, steps,
                 custom_fields, created_at, updated_at)
             SELECT ?1, uid, name, ?3, ?4, ?5, ?6, '[]', ?7, ?8, ?8 FROM cases WHERE uid = ?2",
        )?
        .execute(params![run, case, SOURCE, external_id, status, word, text(&fields), timestamp::now()])?;
    Ok(())
}

/// The status of each case of a run that has one: that of the last attempt that was written here. TestFiesta's API keeps
/// an execution for each test of a case, and there the worst counts.
fn standings(connection: &Connection, run: i64) -> Result<BTreeMap<i64, i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT case_uid, status, status_text, source FROM executions WHERE run_uid = ?1 AND case_uid IS NOT NULL
         ORDER BY uid",
    )?;
    let mut rows = statement.query([run])?;
    let mut worst: BTreeMap<i64, (u8, i64)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (case, status, rank) = (row.get(0)?, row.get(1)?, rank(&row.get::<_, String>(2)?));
        let is_attempt = row.get::<_, String>(3)? == SOURCE;
        if is_attempt || worst.get(&case).is_none_or(|(before, _)| rank > *before) {
            worst.insert(case, (rank, status));
        }
    }
    Ok(worst.into_iter().map(|(case, (_, status))| (case, status)).collect())
}

fn status_of(standings: &BTreeMap<i64, i64>, case: i64) -> i64 {
    standings.get(&case).copied().unwrap_or(statuses::EXECUTION_ACTIVE)
}

fn rank(word: &str) -> u8 {
    match word.to_ascii_lowercase().as_str() {
        "active" => 0,
        "passed" => 1,
        "skipped" => 2,
        "blocked" => 3,
        _ => 4,
    }
}

fn entry(
    connection: &Connection,
    project: &str,
    project_uid: i64,
    run: i64,
    case: i64,
    standings: &BTreeMap<i64, i64>,
) -> Result<RunCase> {
    let mut test_case = self::cases::numbered(connection, project, project_uid, case)?;
    // Not part of the entry (contract, section 6).
    test_case.preconditions.clear();
    let (status_id, status) = lookups::of_execution(connection, status_of(standings, case))?;
    let assignee = connection
        .prepare_cached("SELECT assignee FROM run_cases WHERE run_uid = ?1 AND case_uid = ?2")?
        .query_map([run, case], |row| row.get::<_, Option<String>>(0))?
        .next()
        .transpose()?
        .flatten();
    Ok(RunCase {
        id: ids::entry(run, case),
        assignee_id: assignee,
        status_id: Some(status_id),
        status,
        test_case,
    })
}
