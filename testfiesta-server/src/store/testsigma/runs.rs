//! Test runs (contract, sections 6.1 and 6.2). A closed run is an archived one to TestFiesta: neither takes results.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Map, Value, json};
use testfiesta_client::testfiesta::{CreateRun, Properties};
use testfiesta_client::testsigma::{Run, Selection, Time};

use super::{
    OURS, Rows,
    ids::{self, Kind},
    input::Input,
    json, lookups, plans, projects, results, time,
};
use crate::{
    store::{
        Error, Result,
        fields::{text, value},
        runs,
    },
    timestamp,
};

const COLUMNS: &str = "uid, name, description, custom_fields, archived_at, created_at, updated_at";

pub(crate) fn list(connection: &Connection, project: &str) -> Result<Rows> {
    let project_uid = projects::uid(connection, project)?;
    let uids = connection
        .prepare_cached("SELECT uid FROM runs WHERE project_uid = ?1")?
        .query_map([project_uid], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    uids.into_iter().map(|uid| Ok((uid, numbered(connection, project, project_uid, uid)?))).collect()
}

pub(crate) fn find(connection: &Connection, project: &str, id: &str) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    numbered(connection, project, project_uid, uid(connection, project_uid, id)?)
}

fn numbered(connection: &Connection, project: &str, project_uid: i64, uid: i64) -> Result<Value> {
    let prefix = projects::prefix(connection, project_uid)?;
    let mut run = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE uid = ?1"))?
        .query_row([uid], |row| read(row, project, &prefix))?;
    let cases = results::cases(connection, uid)?;
    run.test_cases_count = cases.len() as u64;
    if run.selection_type == "STATIC" {
        let ids = cases.iter().map(|case| ids::uuid(Kind::Case, *case)).collect();
        run.static_selection_filters = vec![Selection::of(ids)];
    }
    run.test_run_status_summary = Some(results::summary(connection, uid, &cases)?);
    Ok(json(run))
}

pub(crate) fn create(connection: &Connection, project: &str, body: &Value) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    let input = Input::new(body)?;
    if input.required_id(connection, "project_id", Kind::Project)? != project_uid {
        return Err(Error::invalid("project_id", "is not the project in the address"));
    }
    let title = input.required("title")?;
    title_must_be_free(connection, project_uid, title)?;
    input.one_of("status", &["ACTIVE"])?;
    let selection = input.one_of("selection_type", &["STATIC", "DYNAMIC"])?.unwrap_or("STATIC");
    let cases = match selection {
        "STATIC" => selected(connection, project_uid, &input)?.unwrap_or_default(),
        // The live service takes every case, whatever the filters say (contract, section 6.1).
        _ => connection
            .prepare_cached("SELECT uid FROM cases WHERE project_uid = ?1")?
            .query_map([project_uid], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?,
    };
    let mut kept = Map::from_iter([("selection_type".to_owned(), selection.into())]);
    change(connection, &input, &mut kept)?;
    let new = CreateRun {
        name: title.to_owned(),
        description: input.text("description")?.map(str::to_owned),
        ..CreateRun::default()
    };
    let uid = runs::create(connection, project_uid, &new)?.uid.get();
    keep(connection, uid, kept)?;
    for case in cases {
        add(connection, uid, case)?;
    }
    numbered(connection, project, project_uid, uid)
}

pub(crate) fn update(connection: &Connection, project: &str, id: &str, body: &Value) -> Result<Value> {
    let project_uid = projects::uid(connection, project)?;
    let uid = uid(connection, project_uid, id)?;
    let input = Input::new(body)?;
    // The service refuses its own null (contract, section 6.2).
    if input.has("dynamic_selection_excluded_test_case_ids")
        && input.array("dynamic_selection_excluded_test_case_ids")?.is_none()
    {
        return Err(Error::invalid("dynamic_selection_excluded_test_case_ids", "must be an array"));
    }
    must_be_open(connection, uid)?;
    let title = input.words("title")?;
    if let Some(title) = title {
        let (before, _) = details(connection, uid)?;
        if before != title {
            title_must_be_free(connection, project_uid, title)?;
        }
    }
    let (_, mut kept) = details(connection, uid)?;
    change(connection, &input, &mut kept)?;
    if input.one_of("status", &["ACTIVE", "CLOSED"])? == Some("CLOSED") {
        kept.insert("closed_by".to_owned(), first_user(connection)?.into());
        connection
            .execute("UPDATE runs SET archived_at = ?2 WHERE uid = ?1", params![uid, timestamp::now()])?;
    }
    if let Some(wanted) = selected(connection, project_uid, &input)? {
        connection.execute("DELETE FROM run_cases WHERE run_uid = ?1", [uid])?;
        for case in wanted {
            add(connection, uid, case)?;
        }
    }
    keep(connection, uid, kept)?;
    connection.execute(
        "UPDATE runs SET name = coalesce(?2, name), description = coalesce(?3, description), updated_at = ?4
         WHERE uid = ?1",
        params![uid, title, input.text("description")?, timestamp::now()],
    )?;
    numbered(connection, project, project_uid, uid)
}

pub(crate) fn delete(connection: &Connection, project: i64, uid: i64) -> Result<()> {
    runs::delete(connection, project, uid)
}

/// The number of the run in a path, where it goes by UUID or human id.
pub(crate) fn uid(connection: &Connection, project: i64, id: &str) -> Result<i64> {
    let uid = if ids::is_uuid(id) {
        ids::uid(connection, Kind::Run, id)?
    } else {
        ids::human_number(id, &format!("{}-R-", projects::prefix(connection, project)?))
    };
    let known = connection
        .prepare_cached("SELECT uid FROM runs WHERE project_uid = ?1 AND uid = ?2")?
        .query_row(params![project, uid], |row| row.get(0))
        .optional()?;
    known.ok_or_else(|| Error::not_found("test run", id))
}

pub(super) fn must_be_open(connection: &Connection, uid: i64) -> Result<()> {
    let archived_at: Option<String> =
        connection.query_row("SELECT archived_at FROM runs WHERE uid = ?1", [uid], |row| row.get(0))?;
    match archived_at {
        None => Ok(()),
        Some(_) => Err(Error::invalid("test_run_id", "the run is closed")),
    }
}

/// The cases that a static selection names; all of them must be there.
fn selected(connection: &Connection, project: i64, input: &Input<'_>) -> Result<Option<BTreeSet<i64>>> {
    const NAME: &str = "static_selection_filters";
    let Some(filters) = input.array(NAME)? else { return Ok(None) };
    let mut cases = BTreeSet::new();
    for filter in filters {
        let filter: Selection = serde_json::from_value(filter.clone()).unwrap_or_default();
        if filter.field != "id" || filter.operator != "IN" {
            return Err(Error::invalid(NAME, "expected the field `id` and the operator `IN`"));
        }
        for id in &filter.values {
            let uid = ids::uid(connection, Kind::Case, id)?;
            let known = connection
                .prepare_cached("SELECT uid FROM cases WHERE project_uid = ?1 AND uid = ?2")?
                .query_row(params![project, uid], |row| row.get(0))
                .optional()?;
            cases.insert(known.ok_or_else(|| Error::invalid(NAME, format!("no test case has the ID {id}")))?);
        }
    }
    Ok(Some(cases))
}

fn add(connection: &Connection, run: i64, case: i64) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO run_cases (run_uid, case_uid) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute([run, case])?;
    Ok(())
}

/// Nobody states that titles are unique, and a public client acts as if they were (contract, section 6.1).
fn title_must_be_free(connection: &Connection, project: i64, title: &str) -> Result<()> {
    let taken: i64 = connection.query_row(
        "SELECT count(*) FROM runs WHERE project_uid = ?1 AND name = ?2",
        params![project, title],
        |row| row.get(0),
    )?;
    if taken > 0 { Err(Error::invalid("title", "another run has this title")) } else { Ok(()) }
}

/// What only this API knows of a run, changed as the request says.
fn change(connection: &Connection, input: &Input<'_>, kept: &mut Map<String, Value>) -> Result<()> {
    if let Some(user) = input.id(connection, "assignee_id", Kind::User)? {
        if !lookups::is_user(connection, user) {
            return Err(Error::invalid("assignee_id", "there is no such user"));
        }
        kept.insert("assignee_id".to_owned(), input.get("assignee_id").cloned().unwrap_or_default());
    }
    if let Some(plan) = input.text("test_plan_id")?.filter(|id| !id.is_empty()) {
        kept.insert("test_plan_id".to_owned(), plans::must_exist(connection, plan)?.into());
    }
    for name in ["start_date", "end_date"] {
        if let Some(at) = input.get(name) {
            // Not validated, as somebody who sends seconds found out (contract, section 4).
            let at: Option<Time> = serde_json::from_value(at.clone()).ok();
            kept.insert(name.to_owned(), json(at));
        }
    }
    for name in ["dynamic_selection_filters", "environment_ids", "label_names"] {
        if let Some(list) = input.array(name)? {
            kept.insert(name.to_owned(), list.clone().into());
        }
    }
    Ok(())
}

fn first_user(connection: &Connection) -> Result<String> {
    let users = lookups::users(connection)?;
    Ok(users.first().and_then(|(_, user)| user["id"].as_str()).unwrap_or_default().to_owned())
}

/// The name of a run, and what only this API knows of it.
fn details(connection: &Connection, uid: i64) -> Result<(String, Map<String, Value>)> {
    let (name, fields): (String, String) =
        connection.query_row("SELECT name, custom_fields FROM runs WHERE uid = ?1", [uid], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let fields: Properties = value(&fields);
    Ok((name, fields.get(OURS).and_then(Value::as_object).cloned().unwrap_or_default()))
}

fn keep(connection: &Connection, uid: i64, kept: Map<String, Value>) -> Result<()> {
    let stored: String =
        connection.query_row("SELECT custom_fields FROM runs WHERE uid = ?1", [uid], |row| row.get(0))?;
    let mut fields: Properties = value(&stored);
    fields.insert(OURS.to_owned(), kept.into());
    connection.execute("UPDATE runs SET custom_fields = ?2 WHERE uid = ?1", params![uid, text(&fields)])?;
    Ok(())
}

fn read(row: &Row<'_>, project: &str, prefix: &str) -> rusqlite::Result<Run> {
    let uid: i64 = row.get(0)?;
    let fields: Properties = value(row.get_ref(3)?.as_str()?);
    let kept = fields.get(OURS).cloned().unwrap_or_else(|| json!({}));
    let text = |name: &str| kept[name].as_str().map(str::to_owned);
    let at = |name: &str| kept[name].as_i64().map(Time::from_millis);
    Ok(Run {
        id: ids::uuid(Kind::Run, uid),
        human_id: format!("{prefix}-R-{uid}"),
        title: row.get(1)?,
        description: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        status: if row.get::<_, Option<String>>(4)?.is_some() { "CLOSED" } else { "ACTIVE" }.to_owned(),
        selection_type: text("selection_type").unwrap_or_else(|| "STATIC".to_owned()),
        dynamic_selection_filters: kept["dynamic_selection_filters"].as_array().cloned().unwrap_or_default(),
        start_date: at("start_date"),
        end_date: at("end_date"),
        assignee_id: text("assignee_id"),
        project_id: Some(project.to_owned()),
        labels: kept["label_names"].as_array().cloned().unwrap_or_default(),
        test_plan_id: text("test_plan_id"),
        closed_by: text("closed_by"),
        created_at: time(row.get_ref(5)?.as_str()?),
        updated_at: time(row.get_ref(6)?.as_str()?),
        ..Run::default()
    })
}
