//! Step groups: steps that several cases share.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Map, Value, json};

use super::{
    Rows,
    ids::{self, Kind},
    input::Input,
    projects, time,
};
use crate::{
    store::{
        Error, Result,
        fields::{text, value},
    },
    timestamp,
};

const COLUMNS: &str = "uid, title, description, custom_fields, created_at, updated_at";

pub(crate) fn list(connection: &Connection, project: &str) -> Result<Rows> {
    let uid = projects::uid(connection, project)?;
    let prefix = projects::prefix(connection, uid)?;
    let rows = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM step_groups WHERE project_uid = ?1"))?
        .query_map([uid], |row| Ok((row.get(0)?, read(row, project, &prefix)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

pub(crate) fn find(connection: &Connection, project: &str, id: &str) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    let prefix = projects::prefix(connection, project_uid)?;
    let group = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM step_groups WHERE uid = ?1"))?
        .query_row([uid(connection, project_uid, id)?], |row| read(row, project, &prefix))?;
    Ok(group)
}

pub(crate) fn create(connection: &Connection, project: &str, body: &Value) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    let input = Input::new(body)?;
    let uid: i64 = connection.query_row(
        "INSERT INTO step_groups (project_uid, title, description, custom_fields, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5) RETURNING uid",
        params![
            project_uid,
            input.required("title")?,
            input.text("description")?.unwrap_or_default(),
            text(&changed(&input, Map::new())?),
            timestamp::now()
        ],
        |row| row.get(0),
    )?;
    find(connection, project, &ids::uuid(Kind::StepGroup, uid))
}

pub(crate) fn update(connection: &Connection, project: &str, id: &str, body: &Value) -> Result<Value> {
    let uid = uid(connection, projects::uid(connection, project)?, id)?;
    let input = Input::new(body)?;
    let kept: String =
        connection
            .query_row("SELECT custom_fields FROM step_groups WHERE uid = ?1", [uid], |row| row.get(0))?;
    connection.execute(
        "UPDATE step_groups SET title = coalesce(?2, title), description = coalesce(?3, description),
             custom_fields = ?4, updated_at = ?5 WHERE uid = ?1",
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

pub(crate) fn delete(connection: &Connection, project: &str, id: &str) -> Result<()> {
    let uid = uid(connection, projects::uid(connection, project)?, id)?;
    connection.execute("DELETE FROM step_groups WHERE uid = ?1", [uid])?;
    Ok(())
}

fn uid(connection: &Connection, project: i64, id: &str) -> Result<i64> {
    let uid = if ids::is_uuid(id) {
        ids::uid(connection, Kind::StepGroup, id)?
    } else {
        ids::human_number(id, &format!("{}-SG-", projects::prefix(connection, project)?))
    };
    let known = connection
        .prepare_cached("SELECT uid FROM step_groups WHERE project_uid = ?1 AND uid = ?2")?
        .query_row(params![project, uid], |row| row.get(0))
        .optional()?;
    known.ok_or_else(|| Error::not_found("step group", id))
}

fn changed(input: &Input<'_>, mut kept: Map<String, Value>) -> Result<Map<String, Value>> {
    for name in ["steps", "label_ids"] {
        if let Some(list) = input.array(name)? {
            kept.insert(name.to_owned(), list.clone().into());
        }
    }
    Ok(kept)
}

fn read(row: &Row<'_>, project: &str, prefix: &str) -> rusqlite::Result<Value> {
    let uid: i64 = row.get(0)?;
    let kept: Value = value(row.get_ref(3)?.as_str()?);
    Ok(json!({
        "id": ids::uuid(Kind::StepGroup, uid),
        "human_id": format!("{prefix}-SG-{uid}"),
        "title": row.get::<_, String>(1)?,
        "description": row.get::<_, String>(2)?,
        "steps": kept.get("steps").cloned().unwrap_or_else(|| json!([])),
        "label_ids": kept.get("label_ids").cloned().unwrap_or_else(|| json!([])),
        "project_id": project,
        "created_at": time(row.get_ref(4)?.as_str()?),
        "updated_at": time(row.get_ref(5)?.as_str()?),
    }))
}
