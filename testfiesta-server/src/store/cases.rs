//! Test cases.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;
use testfiesta_client::testfiesta::{Case, CreateCase, ListQuery, Page, Properties, Uid};

use super::{
    Error, Result,
    fields::{answered_source, stored_source, text, value},
    folders,
    identity::{self, Kind},
    list::{COMMON_ORDER, Listing},
    tags,
};
use crate::timestamp;

const COLUMNS: &str = "uid, name, folder_uid, project_uid, status, priority, steps, custom_fields, external_id, \
                       source, created_at, updated_at";

/// What the contract lets a caller narrow a list of cases by (section 3.6).
#[derive(Clone, Debug, Default)]
pub(crate) struct CaseFilter {
    /// A priority. The contract takes any text; here they have numbers alone, so a name finds no case.
    pub(crate) priority: Option<String>,
    /// Name of a tag.
    pub(crate) tag: Option<String>,
}

pub(crate) fn list(
    connection: &Connection,
    project: i64,
    filter: &CaseFilter,
    query: &ListQuery,
) -> Result<Page<Case>> {
    let mut page = Listing {
        columns: COLUMNS,
        table: "cases",
        scope: "project_uid = ?1 AND (?2 IS NULL OR CAST(priority AS TEXT) = ?2) AND (?3 IS NULL OR uid IN (
                    SELECT case_uid FROM case_tags JOIN tags ON tags.uid = tag_uid WHERE tags.name = ?3))",
        parameters: vec![&project, &filter.priority, &filter.tag],
        searched: &["name", "external_id"],
        sortable: &[COMMON_ORDER, &[("priority", "priority"), ("status", "status")]].concat(),
    }
    .page(connection, query, read)?;
    for case in &mut page.items {
        case.tags = tags_of(connection, case.uid)?;
    }
    Ok(page)
}

pub(crate) fn find(connection: &Connection, project: i64, uid: i64) -> Result<Case> {
    let mut case = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM cases WHERE project_uid = ?1 AND uid = ?2"))?
        .query_row([project, uid], read)
        .optional()?
        .ok_or_else(|| Error::not_found("case", uid))?;
    case.tags = tags_of(connection, case.uid)?;
    Ok(case)
}

/// `field` names the element of the request, as in `[2]`.
pub(crate) fn create(connection: &Connection, project: i64, new: &CreateCase, field: &str) -> Result<Case> {
    if new.name.trim().is_empty() {
        return Err(Error::invalid(format!("{field}.name"), "a case needs a name"));
    }
    if new.project_id.get() != project {
        let message = format!("is not {project}, the uid of the project in the address");
        return Err(Error::invalid(format!("{field}.projectId"), message));
    }
    identity::must_be_free(connection, Kind::Case, project, (&new.source, &new.external_id), None)?;
    let folder = folders::parent(connection, project, new.parent_id, &format!("{field}.parentId"))?;
    let uid: i64 = connection.query_row(
        "INSERT INTO cases (project_uid, folder_uid, name, source, external_id, status, priority, steps,
             custom_fields, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10) RETURNING uid",
        params![
            project,
            folder,
            new.name,
            stored_source(&new.source),
            new.external_id,
            new.status.map(Uid::get),
            new.priority.map(Uid::get),
            text(&new.steps),
            text(&new.custom_fields),
            timestamp::now()
        ],
        |row| row.get(0),
    )?;
    for (index, tag) in new.tag_ids.iter().enumerate() {
        tags::must_exist(connection, tag.get(), &format!("{field}.tagIds[{index}]"))?;
        put_tag(connection, uid, tag.get())?;
    }
    for name in &new.tags {
        put_tag(connection, uid, tags::named(connection, name)?)?;
    }
    find(connection, project, uid)
}

/// Its executions stay, under its name.
pub(crate) fn delete(connection: &Connection, project: i64, uid: i64) -> Result<()> {
    match connection.execute("DELETE FROM cases WHERE project_uid = ?1 AND uid = ?2", [project, uid])? {
        0 => Err(Error::not_found("case", uid)),
        _ => Ok(()),
    }
}

pub(super) fn put_tag(connection: &Connection, case: i64, tag: i64) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO case_tags (case_uid, tag_uid) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute([case, tag])?;
    Ok(())
}

fn tags_of(connection: &Connection, case: Uid) -> Result<Vec<Value>> {
    let tags = connection
        .prepare_cached(
            "SELECT uid, name FROM tags JOIN case_tags ON tag_uid = uid WHERE case_uid = ?1 ORDER BY name",
        )?
        .query_map([case.get()], |row| {
            Ok(serde_json::json!({ "uid": row.get::<_, i64>(0)?, "name": row.get::<_, String>(1)? }))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(tags)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Case> {
    let uid = Uid::new(row.get(0)?);
    let custom_fields: Properties = value(row.get_ref(7)?.as_str()?);
    Ok(Case {
        uid,
        test_case_ref: Some(uid),
        version: Some(Uid::new(1)),
        active: Some(true),
        name: row.get(1)?,
        link: custom_fields.get("link").and_then(Value::as_str).map(str::to_owned),
        parent_uid: row.get::<_, Option<i64>>(2)?.map(Uid::new),
        project_uid: row.get::<_, Option<i64>>(3)?.map(Uid::new),
        status: row.get::<_, Option<i64>>(4)?.map(Uid::new),
        priority: row.get::<_, Option<i64>>(5)?.map(Uid::new),
        steps: value(row.get_ref(6)?.as_str()?),
        custom_fields,
        external_id: row.get(8)?,
        source: answered_source(row.get(9)?),
        created_at: row.get(10)?,
        updated_at: row.get(11)?,
        ..Case::default()
    })
}
