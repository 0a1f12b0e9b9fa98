//! Projects.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use testfiesta_client::testfiesta::{CreateProject, ListQuery, Page, Project, Uid};

use super::{
    Error, Result,
    fields::{answered_source, stored_source, text, value},
    list::{COMMON_ORDER, Listing},
};
use crate::timestamp;

const COLUMNS: &str = "uid, name, key, custom_fields, external_id, source, created_at, updated_at";

pub(crate) fn list(connection: &Connection, query: &ListQuery) -> Result<Page<Project>> {
    Listing {
        columns: COLUMNS,
        table: "projects",
        scope: "1 = 1",
        parameters: Vec::new(),
        searched: &["name", "key"],
        sortable: &[COMMON_ORDER, &[("key", "key")]].concat(),
    }
    .page(connection, query, read)
}

pub(crate) fn find(connection: &Connection, key: &str) -> Result<Project> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM projects WHERE key = ?1"))?
        .query_row([key], read)
        .optional()?
        .ok_or_else(|| Error::not_found("project", key))
}

/// The uid alone: what every call inside a project begins with.
pub(crate) fn uid(connection: &Connection, key: &str) -> Result<i64> {
    connection
        .prepare_cached("SELECT uid FROM projects WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Error::not_found("project", key))
}

pub(crate) fn create(connection: &Connection, new: &CreateProject) -> Result<Project> {
    if new.name.trim().is_empty() {
        return Err(Error::invalid("name", "a project needs a name"));
    }
    let key_is_usable = (1..=32).contains(&new.key.len())
        && new.key.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'));
    if !key_is_usable {
        return Err(Error::invalid("key", "expected 1 to 32 of A-Z, a-z, 0-9, `-` and `_`, as in `DEMO`"));
    }
    if let Ok(uid) = uid(connection, &new.key) {
        return Err(Error::Conflict {
            message: format!("there is a project with the key `{}` already", new.key),
            uid,
        });
    }
    connection.execute(
        "INSERT INTO projects (name, key, custom_fields, external_id, source, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        params![
            new.name,
            new.key,
            text(&new.custom_fields),
            new.external_id,
            stored_source(&new.source),
            timestamp::now()
        ],
    )?;
    find(connection, &new.key)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Project> {
    Ok(Project {
        uid: Uid::new(row.get(0)?),
        name: row.get(1)?,
        key: row.get(2)?,
        custom_fields: value(row.get_ref(3)?.as_str()?),
        external_id: row.get(4)?,
        source: answered_source(row.get(5)?),
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}
