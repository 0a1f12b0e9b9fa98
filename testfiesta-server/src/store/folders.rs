//! Folders: a tree per project.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use testfiesta_client::testfiesta::{CreateFolder, Folder, ListQuery, Page, Properties, Uid, UpdateFolder};

use super::{
    Error, Result,
    fields::{answered_source, stored_source, text, value},
    identity::{self, Kind},
    list::{COMMON_ORDER, Listing},
};
use crate::timestamp;

const COLUMNS: &str =
    "uid, name, parent_uid, project_uid, custom_fields, external_id, source, created_at, updated_at";

pub(crate) fn list(connection: &Connection, project: i64, query: &ListQuery) -> Result<Page<Folder>> {
    let mut page = Listing {
        columns: COLUMNS,
        table: "folders",
        scope: "project_uid = ?1",
        parameters: vec![&project],
        searched: &["name", "external_id"],
        sortable: COMMON_ORDER,
    }
    .page(connection, query, read)?;
    for folder in &mut page.items {
        folder.path = Some(path(connection, folder.uid)?);
    }
    Ok(page)
}

pub(crate) fn find(connection: &Connection, project: i64, uid: i64) -> Result<Folder> {
    let mut folder = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM folders WHERE project_uid = ?1 AND uid = ?2"))?
        .query_row([project, uid], read)
        .optional()?
        .ok_or_else(|| Error::not_found("folder", uid))?;
    folder.path = Some(path(connection, folder.uid)?);
    Ok(folder)
}

pub(crate) fn create(connection: &Connection, project: i64, new: &CreateFolder) -> Result<Folder> {
    must_be_usable(&new.name)?;
    if new.project_uid.get() != project {
        return Err(Error::invalid(
            "projectUid",
            format!("is not {project}, the uid of the project in the address"),
        ));
    }
    identity::must_be_free(connection, Kind::Folder, project, (&new.source, &new.external_id), None)?;
    let uid = connection.query_row(
        "INSERT INTO folders
             (project_uid, parent_uid, name, source, external_id, custom_fields, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) RETURNING uid",
        params![
            project,
            parent(connection, project, new.parent_id, "parentId")?,
            new.name,
            stored_source(&new.source),
            new.external_id,
            text(&new.custom_fields),
            timestamp::now()
        ],
        |row| row.get(0),
    )?;
    find(connection, project, uid)
}

pub(crate) fn update(
    connection: &Connection,
    project: i64,
    uid: i64,
    change: &UpdateFolder,
) -> Result<Folder> {
    let before = find(connection, project, uid)?;
    let name = change.name.as_ref().unwrap_or(&before.name);
    must_be_usable(name)?;
    let external_id = change.external_id.clone().or(before.external_id);
    let source = change.source.clone().or(before.source);
    identity::must_be_free(connection, Kind::Folder, project, (&source, &external_id), Some(uid))?;
    let parent_uid = match change.parent_id {
        Some(wanted) => parent(connection, project, wanted, "parentId")?,
        None => before.parent_uid.map(Uid::get),
    };
    connection.execute(
        "UPDATE folders SET name = ?2, parent_uid = ?3, source = ?4, external_id = ?5, custom_fields = ?6,
             updated_at = ?7 WHERE uid = ?1",
        params![
            uid,
            name,
            parent_uid,
            stored_source(&source),
            external_id,
            text(change.custom_fields.as_ref().unwrap_or(&before.custom_fields)),
            timestamp::now()
        ],
    )?;
    if is_below_itself(connection, uid)? {
        return Err(Error::invalid("parentId", "a folder cannot lie in itself"));
    }
    find(connection, project, uid)
}

/// Deletes what lies in it too; the executions of its cases stay.
pub(crate) fn delete(connection: &Connection, project: i64, uid: i64) -> Result<()> {
    match connection.execute("DELETE FROM folders WHERE project_uid = ?1 AND uid = ?2", [project, uid])? {
        0 => Err(Error::not_found("folder", uid)),
        _ => Ok(()),
    }
}

fn must_be_usable(name: &str) -> Result<()> {
    if name.trim().is_empty() { Err(Error::invalid("name", "a folder needs a name")) } else { Ok(()) }
}

/// Whether the folders above this one lead back to it.
pub(super) fn is_below_itself(connection: &Connection, uid: i64) -> Result<bool> {
    let found = connection
        .prepare_cached(
            "WITH RECURSIVE above (uid) AS (
                 SELECT parent_uid FROM folders WHERE uid = ?1
                 UNION SELECT folders.parent_uid FROM folders JOIN above ON folders.uid = above.uid
             )
             SELECT count(*) FROM above WHERE uid = ?1",
        )?
        .query_row([uid], |row| row.get::<_, i64>(0))?;
    Ok(found > 0)
}

/// The folder of this project that a request names; 0, which is no uid, stands for the top.
pub(super) fn parent(connection: &Connection, project: i64, wanted: Uid, field: &str) -> Result<Option<i64>> {
    if wanted.get() == 0 {
        return Ok(None);
    }
    connection
        .prepare_cached("SELECT uid FROM folders WHERE project_uid = ?1 AND uid = ?2")?
        .query_row([project, wanted.get()], |row| row.get(0))
        .optional()?
        .map(Some)
        .ok_or_else(|| Error::invalid(field, format!("no folder {wanted} in this project")))
}

fn path(connection: &Connection, uid: Uid) -> Result<String> {
    let mut uids = connection
        .prepare_cached(
            "WITH RECURSIVE line (uid, parent_uid, steps) AS (
                 SELECT uid, parent_uid, 0 FROM folders WHERE uid = ?1
                 UNION ALL
                 SELECT folders.uid, folders.parent_uid, line.steps + 1
                 FROM folders JOIN line ON folders.uid = line.parent_uid
             )
             SELECT uid FROM line ORDER BY steps DESC",
        )?
        .query_map([uid.get()], |row| row.get::<_, i64>(0))?
        .map(|it| it.map(|uid| uid.to_string()))
        .collect::<rusqlite::Result<Vec<_>>>()?;
    uids.dedup();
    Ok(uids.join("."))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Folder> {
    Ok(Folder {
        uid: Uid::new(row.get(0)?),
        name: row.get(1)?,
        parent_uid: row.get::<_, Option<i64>>(2)?.map(Uid::new),
        project_uid: row.get::<_, Option<i64>>(3)?.map(Uid::new),
        custom_fields: value::<Properties>(row.get_ref(4)?.as_str()?),
        external_id: row.get(5)?,
        source: answered_source(row.get(6)?),
        created_at: row.get(7)?,
        updated_at: row.get(8)?,
        system_type: Some("folder".to_owned()),
        ..Folder::default()
    })
}
