//! Projects. One that came in through TestFiesta's API has its key for a prefix.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};
use testfiesta_client::testfiesta::CreateProject;
use testfiesta_client::testsigma::Project;

use super::{
    Rows,
    ids::{self, Kind},
    input::Input,
    json, time,
};
use crate::{
    store::{Error, Result, fields::value, projects},
    timestamp,
};

const COLUMNS: &str = "uid, uuid, name, custom_fields, coalesce(prefix, key), created_at, updated_at";

pub(crate) fn list(connection: &Connection) -> Result<Rows> {
    let rows = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM projects"))?
        .query_map([], |row| Ok((row.get(0)?, json(read(row)?))))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

pub(crate) fn find(connection: &Connection, id: &str) -> Result<Value> {
    let uid = uid(connection, id)?;
    let project = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM projects WHERE uid = ?1"))?
        .query_row([uid], read)?;
    Ok(json(project))
}

/// The number of the project in a path. There it goes by UUID alone.
pub(crate) fn uid(connection: &Connection, id: &str) -> Result<i64> {
    let uid = ids::uid(connection, Kind::Project, id)?;
    let known = connection
        .prepare_cached("SELECT uid FROM projects WHERE uid = ?1")?
        .query_row([uid], |row| row.get(0))
        .optional()?;
    known.ok_or_else(|| Error::not_found("project", id))
}

pub(super) fn prefix(connection: &Connection, uid: i64) -> Result<String> {
    let prefix = connection
        .prepare_cached("SELECT coalesce(prefix, key) FROM projects WHERE uid = ?1")?
        .query_row([uid], |row| row.get(0))?;
    Ok(prefix)
}

pub(crate) fn create(connection: &Connection, body: &Value) -> Result<Value> {
    let input = Input::new(body)?;
    let (name, prefix) = (input.required("name")?, input.required("human_id_prefix")?);
    let uid = named(connection, name, prefix, None)?;
    describe(connection, uid, None, input.text("description")?)?;
    find(connection, &ids::uuid(Kind::Project, uid))
}

pub(crate) fn update(connection: &Connection, id: &str, body: &Value) -> Result<Value> {
    let uid = uid(connection, id)?;
    let input = Input::new(body)?;
    describe(connection, uid, input.words("name")?, input.text("description")?)?;
    find(connection, id)
}

pub(crate) fn delete(connection: &Connection, id: &str) -> Result<()> {
    let uid = uid(connection, id)?;
    connection.execute("DELETE FROM projects WHERE uid = ?1", [uid])?;
    Ok(())
}

/// A project with this prefix, which is also its key in TestFiesta's API.
pub(super) fn named(connection: &Connection, name: &str, prefix: &str, uuid: Option<&str>) -> Result<i64> {
    let taken: i64 = connection.query_row(
        "SELECT count(*) FROM projects WHERE upper(coalesce(prefix, key)) = upper(?1)",
        [prefix],
        |row| row.get(0),
    )?;
    if taken > 0 {
        return Err(Error::invalid("human_id_prefix", format!("`{prefix}` is another project's")));
    }
    let new = CreateProject { name: name.to_owned(), key: prefix.to_owned(), ..CreateProject::default() };
    let uid = projects::create(connection, &new)?.uid.get();
    connection
        .execute("UPDATE projects SET prefix = ?2, uuid = ?3 WHERE uid = ?1", params![uid, prefix, uuid])?;
    Ok(uid)
}

fn describe(connection: &Connection, uid: i64, name: Option<&str>, description: Option<&str>) -> Result<()> {
    let fields: String =
        connection.query_row("SELECT custom_fields FROM projects WHERE uid = ?1", [uid], |row| row.get(0))?;
    let mut fields: Value = value(&fields);
    if let Some(description) = description {
        if !fields.is_object() {
            fields = json!({});
        }
        fields["description"] = description.into();
    }
    connection.execute(
        "UPDATE projects SET name = coalesce(?2, name), custom_fields = ?3, updated_at = ?4 WHERE uid = ?1",
        params![uid, name, fields.to_string(), timestamp::now()],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Project> {
    let uid: i64 = row.get(0)?;
    let fields: Value = value(row.get_ref(3)?.as_str()?);
    Ok(Project {
        id: row.get::<_, Option<String>>(1)?.unwrap_or_else(|| ids::uuid(Kind::Project, uid)),
        name: row.get(2)?,
        description: fields["description"].as_str().unwrap_or_default().to_owned(),
        human_id_prefix: row.get(4)?,
        created_at: time(row.get_ref(5)?.as_str()?),
        updated_at: time(row.get_ref(6)?.as_str()?),
    })
}
