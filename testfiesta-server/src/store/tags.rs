//! Tags: the organization's, not a project's.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use testfiesta_client::testfiesta::{Entity, ListQuery, Page, Properties, Uid};

use super::{
    Error, Result,
    fields::{text, value},
    list::{COMMON_ORDER, Listing},
};
use crate::timestamp;

/// What a tag may be for (contract, section 3.12).
const ENTITY_TYPES: [&str; 9] =
    ["cases", "milestones", "executions", "results", "runs", "plans", "defects", "users", "roles"];

const COLUMNS: &str = "uid, name, description, entity_types, created_at, updated_at, archived_at";

/// A tag, as the service answers it.
pub(crate) type Tag = Entity<Properties>;

/// What a new tag is made of, or what of one is changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct TagChange {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) entity_types: Option<Vec<String>>,
    pub(crate) archived: Option<bool>,
}

/// `entity_type` narrows the list to tags that are for it.
pub(crate) fn list(
    connection: &Connection,
    entity_type: Option<&str>,
    query: &ListQuery,
) -> Result<Page<Tag>> {
    if let Some(entity_type) = entity_type {
        must_be_known(entity_type, "entityType")?;
    }
    Listing {
        columns: COLUMNS,
        table: "tags",
        // A list of known words, each in its quotes.
        scope: "(?1 IS NULL OR entity_types LIKE '%\"' || ?1 || '\"%')",
        parameters: vec![&entity_type],
        searched: &["name", "description"],
        sortable: COMMON_ORDER,
    }
    .page(connection, query, read)
}

pub(crate) fn find(connection: &Connection, uid: i64) -> Result<Tag> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM tags WHERE uid = ?1"))?
        .query_row([uid], read)
        .optional()?
        .ok_or_else(|| Error::not_found("tag", uid))
}

pub(crate) fn create(connection: &Connection, new: &TagChange) -> Result<Tag> {
    let name = usable_name(new.name.as_deref())?;
    must_be_free(connection, name, None)?;
    let entity_types = new.entity_types.as_deref().unwrap_or_default();
    must_all_be_known(entity_types)?;
    let uid = insert(connection, name, new.description.as_deref(), entity_types)?;
    find(connection, uid)
}

pub(crate) fn update(connection: &Connection, uid: i64, change: &TagChange) -> Result<Tag> {
    let before = find(connection, uid)?;
    let name = usable_name(change.name.as_deref().or(Some(&before.name)))?;
    must_be_free(connection, name, Some(uid))?;
    must_all_be_known(change.entity_types.as_deref().unwrap_or_default())?;
    let now = timestamp::now();
    let archived_at = match change.archived {
        None => before.archived_at,
        Some(true) => before.archived_at.or_else(|| Some(now.clone())),
        Some(false) => None,
    };
    let entity_types = change.entity_types.clone().or(before.entity_types).unwrap_or_default();
    connection.execute(
        "UPDATE tags SET name = ?2, description = ?3, entity_types = ?4, archived_at = ?5, updated_at = ?6
         WHERE uid = ?1",
        params![
            uid,
            name,
            change.description.as_ref().or(before.description.as_ref()),
            text(&entity_types),
            archived_at,
            now
        ],
    )?;
    find(connection, uid)
}

pub(crate) fn delete(connection: &Connection, uid: i64) -> Result<()> {
    match connection.execute("DELETE FROM tags WHERE uid = ?1", [uid])? {
        0 => Err(Error::not_found("tag", uid)),
        _ => Ok(()),
    }
}

/// The tag with this name, made for cases when there is none.
pub(super) fn named(connection: &Connection, name: &str) -> Result<i64> {
    match uid_of(connection, name)? {
        Some(uid) => Ok(uid),
        None => insert(connection, name, None, &["cases".to_owned()]),
    }
}

pub(super) fn must_exist(connection: &Connection, uid: i64, field: &str) -> Result<()> {
    let known: i64 = connection
        .prepare_cached("SELECT count(*) FROM tags WHERE uid = ?1")?
        .query_row([uid], |row| row.get(0))?;
    if known == 0 { Err(Error::invalid(field, format!("no tag {uid} here"))) } else { Ok(()) }
}

fn must_be_free(connection: &Connection, name: &str, own: Option<i64>) -> Result<()> {
    match uid_of(connection, name)? {
        Some(uid) if Some(uid) != own => {
            Err(Error::Conflict { message: format!("there is a tag `{name}` already"), uid })
        }
        _ => Ok(()),
    }
}

fn must_all_be_known(entity_types: &[String]) -> Result<()> {
    let mut entity_types = entity_types.iter().enumerate();
    entity_types.try_for_each(|(index, it)| must_be_known(it, &format!("entityTypes[{index}]")))
}

fn must_be_known(entity_type: &str, field: &str) -> Result<()> {
    if ENTITY_TYPES.contains(&entity_type) {
        return Ok(());
    }
    let known = ENTITY_TYPES.join(", ");
    Err(Error::invalid(field, format!("no entity type `{entity_type}`: expected one of {known}")))
}

fn uid_of(connection: &Connection, name: &str) -> Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT uid FROM tags WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

fn insert(
    connection: &Connection,
    name: &str,
    description: Option<&str>,
    entity_types: &[String],
) -> Result<i64> {
    let uid = connection.query_row(
        "INSERT INTO tags (name, description, entity_types, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?4) RETURNING uid",
        params![name, description, text(&entity_types), timestamp::now()],
        |row| row.get(0),
    )?;
    Ok(uid)
}

fn usable_name(name: Option<&str>) -> Result<&str> {
    name.filter(|it| !it.trim().is_empty()).ok_or_else(|| Error::invalid("name", "a tag needs a name"))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Tag> {
    Ok(Tag {
        uid: Uid::new(row.get(0)?),
        name: row.get(1)?,
        description: row.get(2)?,
        entity_types: Some(value(row.get_ref(3)?.as_str()?)),
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
        archived_at: row.get(6)?,
        system_type: Some("tag".to_owned()),
        ..Tag::default()
    })
}
