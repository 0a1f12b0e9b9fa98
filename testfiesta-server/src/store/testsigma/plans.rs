//! Test plans.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Map, Value, json};
use testfiesta_client::testsigma::Time;

use super::{
    Rows,
    ids::{self, Kind},
    input::Input,
    json, projects, runs, time,
};
use crate::{
    store::{
        Error, Result,
        fields::{text, value},
    },
    timestamp,
};

const COLUMNS: &str = "uid, title, description, status, custom_fields, created_at, updated_at";

pub(crate) fn list(connection: &Connection, project: &str) -> Result<Rows> {
    let uid = projects::uid(connection, project)?;
    let prefix = projects::prefix(connection, uid)?;
    let rows = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM plans WHERE project_uid = ?1"))?
        .query_map([uid], |row| Ok((row.get(0)?, read(row, project, &prefix)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

pub(crate) fn find(connection: &Connection, project: &str, id: &str) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    let prefix = projects::prefix(connection, project_uid)?;
    let plan = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM plans WHERE uid = ?1"))?
        .query_row([uid(connection, project_uid, id)?], |row| read(row, project, &prefix))?;
    Ok(plan)
}

pub(crate) fn create(connection: &Connection, project: &str, body: &Value) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    let input = Input::new(body)?;
    let uid: i64 = connection.query_row(
        "INSERT INTO plans (project_uid, title, description, status, custom_fields, created_at, updated_at)
         VALUES (?1, ?2, ?3, 'ACTIVE', ?4, ?5, ?5) RETURNING uid",
        params![
            project_uid,
            input.required("title")?,
            input.text("description")?.unwrap_or_default(),
            text(&changed(&input, Map::new())?),
            timestamp::now()
        ],
        |row| row.get(0),
    )?;
    find(connection, project, &ids::uuid(Kind::Plan, uid))
}

pub(crate) fn update(connection: &Connection, project: &str, id: &str, body: &Value) -> Result<Value> {
    let uid = uid(connection, projects::uid(connection, project)?, id)?;
    let input = Input::new(body)?;
    let kept: String =
        connection.query_row("SELECT custom_fields FROM plans WHERE uid = ?1", [uid], |row| row.get(0))?;
    connection.execute(
        "UPDATE plans SET title = coalesce(?2, title), description = coalesce(?3, description), custom_fields = ?4,
             updated_at = ?5 WHERE uid = ?1",
        params![
            uid,
            input.words("title")?,
            input.text("description")?,
            text(&changed(&input, value(&kept))?),
            timestamp::now()
        ],
    )?;
    find(connection, project, id)
}

pub(crate) fn complete(connection: &Connection, project: &str, id: &str) -> Result<Value> {
    let uid = uid(connection, projects::uid(connection, project)?, id)?;
    connection.execute(
        "UPDATE plans SET status = 'COMPLETED', updated_at = ?2 WHERE uid = ?1",
        params![uid, timestamp::now()],
    )?;
    find(connection, project, id)
}

pub(crate) fn delete(connection: &Connection, project: &str, id: &str) -> Result<()> {
    let uid = uid(connection, projects::uid(connection, project)?, id)?;
    connection.execute("DELETE FROM plans WHERE uid = ?1", [uid])?;
    Ok(())
}

/// The runs that are part of a plan.
pub(crate) fn runs(connection: &Connection, project: &str, id: &str) -> Result<Rows> {
    let uid = uid(connection, projects::uid(connection, project)?, id)?;
    let plan = ids::uuid(Kind::Plan, uid);
    let mut rows = runs::list(connection, project)?;
    rows.retain(|(_, run)| run["test_plan_id"] == plan.as_str());
    Ok(rows)
}

/// The UUID of the plan that a run is to be part of.
pub(super) fn must_exist(connection: &Connection, id: &str) -> Result<String> {
    let uid = ids::uid(connection, Kind::Plan, id)?;
    let known = connection.prepare_cached("SELECT uid FROM plans WHERE uid = ?1")?.exists(params![uid])?;
    if known { Ok(id.to_owned()) } else { Err(Error::invalid("test_plan_id", "there is no such plan")) }
}

fn uid(connection: &Connection, project: i64, id: &str) -> Result<i64> {
    let uid = if ids::is_uuid(id) {
        ids::uid(connection, Kind::Plan, id)?
    } else {
        ids::human_number(id, &format!("{}-P-", projects::prefix(connection, project)?))
    };
    let known = connection
        .prepare_cached("SELECT uid FROM plans WHERE project_uid = ?1 AND uid = ?2")?
        .query_row(params![project, uid], |row| row.get(0))
        .optional()?;
    known.ok_or_else(|| Error::not_found("test plan", id))
}

fn changed(input: &Input<'_>, mut kept: Map<String, Value>) -> Result<Map<String, Value>> {
    for name in ["start_date", "end_date"] {
        if let Some(at) = input.get(name) {
            let at: Option<Time> = serde_json::from_value(at.clone()).ok();
            kept.insert(name.to_owned(), json(at));
        }
    }
    if let Some(labels) = input.array("label_ids")? {
        kept.insert("label_ids".to_owned(), labels.clone().into());
    }
    Ok(kept)
}

fn read(row: &Row<'_>, project: &str, prefix: &str) -> rusqlite::Result<Value> {
    let uid: i64 = row.get(0)?;
    let kept: Value = value(row.get_ref(4)?.as_str()?);
    Ok(json!({
        "id": ids::uuid(Kind::Plan, uid),
        "human_id": format!("{prefix}-P-{uid}"),
        "title": row.get::<_, String>(1)?,
        "description": row.get::<_, String>(2)?,
        "status": row.get::<_, String>(3)?,
        "start_date": kept["start_date"],
        "end_date": kept["end_date"],
        "label_ids": kept["label_ids"],
        "project_id": project,
        "created_at": time(row.get_ref(5)?.as_str()?),
        "updated_at": time(row.get_ref(6)?.as_str()?),
    }))
}
