//! Folders.

use rusqlite::{Connection, Row, params};
use serde_json::{Value, json};
use testfiesta_client::testfiesta::{CreateFolder, Uid, UpdateFolder};

use super::{
    Rows,
    ids::{self, Kind},
    input::Input,
    projects,
};
use crate::store::{Error, Result, folders};

const COLUMNS: &str = "uid, name, parent_uid, position";

/// `children` is always empty in a list (contract, section 6).
pub(crate) fn list(connection: &Connection, project: &str) -> Result<Rows> {
    let uid = projects::uid(connection, project)?;
    let rows = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM folders WHERE project_uid = ?1"))?
        .query_map([uid], |row| Ok((row.get(0)?, read(row, project)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

pub(crate) fn find(connection: &Connection, project: &str, id: &str) -> Result<Value> {
    let uid = uid(connection, projects::uid(connection, project)?, id)?;
    let folder = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM folders WHERE uid = ?1"))?
        .query_row([uid], |row| read(row, project))?;
    Ok(folder)
}

pub(crate) fn create(connection: &Connection, project: &str, body: &Value) -> Result<Value> {
    let input = Input::new(body)?;
    let project_uid = projects::uid(connection, project)?;
    let parent = parent(connection, project_uid, &input)?;
    let new = CreateFolder {
        name: input.required("name")?.to_owned(),
        parent_id: Uid::new(parent.unwrap_or(0)),
        project_uid: Uid::new(project_uid),
        ..CreateFolder::default()
    };
    let uid = folders::create(connection, project_uid, &new)?.uid.get();
    order(connection, uid, &input)?;
    find(connection, project, &ids::uuid(Kind::Folder, uid))
}

pub(crate) fn update(connection: &Connection, project: &str, id: &str, body: &Value) -> Result<Value> {
    let input = Input::new(body)?;
    let project_uid = projects::uid(connection, project)?;
    let uid = uid(connection, project_uid, id)?;
    let change = UpdateFolder { name: input.words("name")?.map(str::to_owned), ..UpdateFolder::default() };
    folders::update(connection, project_uid, uid, &change)?;
    order(connection, uid, &input)?;
    find(connection, project, id)
}

/// To another folder, or with null to the top.
pub(crate) fn relocate(connection: &Connection, project: &str, id: &str, body: &Value) -> Result<Value> {
    let input = Input::new(body)?;
    let project_uid = projects::uid(connection, project)?;
    let uid = uid(connection, project_uid, id)?;
    let parent = parent(connection, project_uid, &input)?;
    let change = UpdateFolder { parent_id: Some(Uid::new(parent.unwrap_or(0))), ..UpdateFolder::default() };
    folders::update(connection, project_uid, uid, &change)?;
    find(connection, project, id)
}

pub(crate) fn delete(connection: &Connection, project: &str, id: &str) -> Result<()> {
    let project = projects::uid(connection, project)?;
    folders::delete(connection, project, uid(connection, project, id)?)
}

pub(super) fn uid(connection: &Connection, project: i64, id: &str) -> Result<i64> {
    let uid = ids::uid(connection, Kind::Folder, id)?;
    let known = uid.filter(|uid| folders::find(connection, project, *uid).is_ok());
    known.ok_or_else(|| Error::not_found("folder", id))
}

fn parent(connection: &Connection, project: i64, input: &Input<'_>) -> Result<Option<i64>> {
    match input.text("parent_folder_id")? {
        None | Some("") => Ok(None),
        Some(id) => uid(connection, project, id).map(Some),
    }
}

fn order(connection: &Connection, uid: i64, input: &Input<'_>) -> Result<()> {
    if let Some(order) = input.get("order") {
        let order = order.as_f64().ok_or_else(|| Error::invalid("order", "must be a number"))?;
        connection.execute("UPDATE folders SET position = ?2 WHERE uid = ?1", params![uid, order])?;
    }
    Ok(())
}

fn read(row: &Row<'_>, project: &str) -> rusqlite::Result<Value> {
    let parent: Option<i64> = row.get(2)?;
    Ok(json!({
        "id": ids::uuid(Kind::Folder, row.get(0)?),
        "name": row.get::<_, String>(1)?,
        "project_id": project,
        "parent_folder_id": parent.map(|uid| ids::uuid(Kind::Folder, uid)),
        "order": row.get::<_, Option<f64>>(3)?.unwrap_or_default(),
        "children": [],
    }))
}
