//! Test cases. A case that came in through TestFiesta's API under an external id of the project's form has it for its
//! human id; any other is numbered apart from those.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Map, Value};
use testfiesta_client::testfiesta::{CreateCase, Properties, Uid};
use testfiesta_client::testsigma::{Case, Label};

use super::{
    OURS, Rows, folders,
    ids::{self, Kind},
    input::Input,
    json, lookups, projects, time,
};
use crate::{
    store::{
        Error, Result, cases,
        fields::{text, value},
    },
    timestamp,
};

const COLUMNS: &str = "uid, name, folder_uid, external_id, custom_fields, created_at, updated_at";

/// Numbers of human ids that nobody gave begin here.
const UNNAMED: i64 = 1_000_000;

/// The source of the external ids that are given here.
const SOURCE: &str = "testsigma";

pub(crate) fn list(connection: &Connection, project: &str) -> Result<Rows> {
    let uid = projects::uid(connection, project)?;
    let prefix = projects::prefix(connection, uid)?;
    let mut rows = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM cases WHERE project_uid = ?1"))?
        .query_map([uid], |row| Ok((row.get::<_, i64>(0)?, read(row, project, &prefix)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for (uid, case) in &mut rows {
        case.labels = labels(connection, *uid)?;
    }
    Ok(rows.into_iter().map(|(uid, case)| (uid, json(case))).collect())
}

pub(crate) fn find(connection: &Connection, project: &str, id: &str) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    Ok(json(numbered(connection, project, project_uid, uid(connection, project_uid, id)?)?))
}

/// The case with this number.
pub(super) fn numbered(connection: &Connection, project: &str, project_uid: i64, uid: i64) -> Result<Case> {
    let prefix = projects::prefix(connection, project_uid)?;
    let mut case = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM cases WHERE uid = ?1"))?
        .query_row([uid], |row| read(row, project, &prefix))?;
    case.labels = labels(connection, uid)?;
    Ok(case)
}

pub(crate) fn create(connection: &Connection, project: &str, body: &Value) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    let input = Input::new(body)?;
    if input.required_id(connection, "project_id", Kind::Project)? != project_uid {
        return Err(Error::invalid("project_id", "is not the project in the address"));
    }
    let folder = folders::uid(connection, project_uid, input.text("folder_id")?.unwrap_or_default());
    let folder = folder.map_err(|error| match error {
        Error::NotFound { .. } => Error::invalid("folder_id", error.to_string()),
        other => other,
    })?;
    for name in ["status_id", "priority_id", "type_id", "automation_type_id", "owner_id"] {
        // Without one of them the service speaks of the format of an id (contract, section 6).
        input.required_id(connection, name, kind_of(name))?;
    }
    let title = input.required("title")?;
    let details = details(connection, &input, Map::new())?;
    let prefix = projects::prefix(connection, project_uid)?;
    let human_id = format!("{prefix}-{}", next_number(connection, project_uid, &prefix)?);
    let uid = insert(connection, project_uid, Some(folder), title, &human_id, details)?;
    put_labels(connection, uid, &input)?;
    find(connection, project, &ids::uuid(Kind::Case, uid))
}

/// A case of this name under this human id.
pub(super) fn insert(
    connection: &Connection,
    project: i64,
    folder: Option<i64>,
    title: &str,
    human_id: &str,
    details: Map<String, Value>,
) -> Result<i64> {
    let new = CreateCase {
        name: title.to_owned(),
        custom_fields: Properties::from_iter([(OURS.to_owned(), details.into())]),
        parent_id: Uid::new(folder.unwrap_or(0)),
        project_id: Uid::new(project),
        external_id: Some(human_id.to_owned()),
        source: Some(SOURCE.to_owned()),
        ..CreateCase::default()
    };
    Ok(cases::create(connection, project, &new, "test_case")?.uid.get())
}

pub(crate) fn update(connection: &Connection, project: &str, id: &str, body: &Value) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    let uid = uid(connection, project_uid, id)?;
    let input = Input::new(body)?;
    let stored: String =
        connection.query_row("SELECT custom_fields FROM cases WHERE uid = ?1", [uid], |row| row.get(0))?;
    let mut fields: Properties = value(&stored);
    let kept = fields.get(OURS).and_then(Value::as_object).cloned().unwrap_or_default();
    fields.insert(OURS.to_owned(), details(connection, &input, kept)?.into());
    let folder = match input.text("folder_id")? {
        None | Some("") => None,
        Some(id) => Some(folders::uid(connection, project_uid, id)?),
    };
    connection.execute(
        "UPDATE cases SET name = coalesce(?2, name), folder_uid = coalesce(?3, folder_uid), custom_fields = ?4,
             updated_at = ?5 WHERE uid = ?1",
        params![uid, input.words("title")?, folder, text(&fields), timestamp::now()],
    )?;
    put_labels(connection, uid, &input)?;
    find(connection, project, id)
}

pub(crate) fn delete(connection: &Connection, project: &str, id: &str) -> Result<()> {
    let project = projects::uid(connection, project)?;
    cases::delete(connection, project, uid(connection, project, id)?)
}

/// The number of the case in a path, where it goes by UUID or human id.
pub(crate) fn uid(connection: &Connection, project: i64, id: &str) -> Result<i64> {
    if !ids::is_uuid(id) {
        return by_human_id(connection, project, id)?.ok_or_else(|| Error::not_found("test case", id));
    }
    let uid = ids::uid(connection, Kind::Case, id)?;
    let known = connection
        .prepare_cached("SELECT uid FROM cases WHERE project_uid = ?1 AND uid = ?2")?
        .query_row(params![project, uid], |row| row.get(0))
        .optional()?;
    known.ok_or_else(|| Error::not_found("test case", id))
}

pub(super) fn by_human_id(connection: &Connection, project: i64, id: &str) -> Result<Option<i64>> {
    let prefix = projects::prefix(connection, project)?;
    let Some(number) = ids::human_number(id, &format!("{prefix}-")) else { return Ok(None) };
    let found = connection
        .prepare_cached(
            "SELECT uid FROM cases WHERE project_uid = ?1 AND (external_id = ?2 OR uid = ?3)
             ORDER BY CASE WHEN external_id = ?2 THEN 0 ELSE 1 END, CASE WHEN source = ?4 THEN 0 ELSE 1 END, uid
             LIMIT 1",
        )?
        .query_row(params![project, id, number - UNNAMED, SOURCE], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// One more than the largest number that a case was given.
fn next_number(connection: &Connection, project: i64, prefix: &str) -> Result<i64> {
    let beginning = format!("{prefix}-");
    let mut statement = connection
        .prepare_cached("SELECT external_id FROM cases WHERE project_uid = ?1 AND external_id IS NOT NULL")?;
    let mut rows = statement.query([project])?;
    let mut largest = 0;
    while let Some(row) = rows.next()? {
        let number = ids::human_number(&row.get::<_, String>(0)?, &beginning);
        largest = number.filter(|it| *it < UNNAMED).unwrap_or_default().max(largest);
    }
    Ok(largest + 1)
}

/// What only this API knows of a case: `kept`, with what the request changes.
fn details(
    connection: &Connection,
    input: &Input<'_>,
    kept: Map<String, Value>,
) -> Result<Map<String, Value>> {
    let mut details = kept;
    if let Some(template) = input.one_of("template_type", &["TCD", "STEPS"])? {
        details.insert("template_type".to_owned(), template.into());
    }
    for name in ["description", "preconditions", "steps", "expected_results"] {
        if let Some(text) = input.text(name)? {
            details.insert(name.to_owned(), text.into());
        }
    }
    for name in ["status_id", "priority_id", "type_id", "automation_type_id", "owner_id", "reviewer_id"] {
        if input.id(connection, name, kind_of(name))?.is_some() {
            details.insert(name.to_owned(), input.get(name).cloned().unwrap_or_default());
        }
    }
    if let Some(steps) = input.array("individual_steps")? {
        details.insert("individual_steps".to_owned(), steps.clone().into());
    }
    Ok(details)
}

fn kind_of(name: &str) -> Kind {
    if matches!(name, "owner_id" | "reviewer_id") { Kind::User } else { Kind::Lookup }
}

/// Labels are TestFiesta's tags.
fn put_labels(connection: &Connection, uid: i64, input: &Input<'_>) -> Result<()> {
    let Some(labels) = input.array("label_ids")? else { return Ok(()) };
    connection.execute("DELETE FROM case_tags WHERE case_uid = ?1", [uid])?;
    for label in labels {
        let id = label.as_str().unwrap_or_default();
        let tag = ids::uid(connection, Kind::Label, id)?.filter(|tag| lookups::is_label(connection, *tag));
        let tag = tag.ok_or_else(|| Error::invalid("label_ids", format!("nothing has the ID {id}")))?;
        cases::put_tag(connection, uid, tag)?;
    }
    Ok(())
}

fn labels(connection: &Connection, case: i64) -> Result<Vec<Label>> {
    let labels = connection
        .prepare_cached(
            "SELECT uid, name, created_at, updated_at FROM tags JOIN case_tags ON tag_uid = uid
             WHERE case_uid = ?1 ORDER BY name",
        )?
        .query_map([case], lookups::read_label)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(labels)
}

fn read(row: &Row<'_>, project: &str, prefix: &str) -> rusqlite::Result<Case> {
    let uid: i64 = row.get(0)?;
    let given: Option<String> = row.get(3)?;
    let given = given.filter(|id| ids::human_number(id, &format!("{prefix}-")).is_some());
    let fields: Properties = value(row.get_ref(4)?.as_str()?);
    let of_testfiesta = fields.get("description").and_then(Value::as_str).unwrap_or_default();
    let mut details = fields.get(OURS).and_then(Value::as_object).cloned().unwrap_or_default();
    details.insert("id".to_owned(), ids::uuid(Kind::Case, uid).into());
    // What the wire type reads of our own details it reads leniently: nothing in them can spoil the answer.
    let details: Case = serde_json::from_value(details.into()).unwrap_or_default();
    Ok(Case {
        id: ids::uuid(Kind::Case, uid),
        human_id: given.unwrap_or_else(|| format!("{prefix}-{}", UNNAMED + uid)),
        title: row.get(1)?,
        description: Some(details.description)
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| of_testfiesta.to_owned()),
        template_type: Some(details.template_type)
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| "TCD".to_owned()),
        folder_id: row.get::<_, Option<i64>>(2)?.map(|uid| ids::uuid(Kind::Folder, uid)),
        project_id: Some(project.to_owned()),
        created_at: time(row.get_ref(5)?.as_str()?),
        updated_at: time(row.get_ref(6)?.as_str()?),
        ..details
    })
}
