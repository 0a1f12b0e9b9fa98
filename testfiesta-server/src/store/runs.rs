//! Runs, and the figures that follow from their executions.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;
use testfiesta_client::testfiesta::{CreateRun, ListQuery, Page, Properties, Run, RunFields, Uid, UpdateRun};

use super::{
    Error, Result,
    fields::{answered_source, stored_source, text, value},
    identity::{self, Kind},
    list::{COMMON_ORDER, Listing},
    statuses, tags,
};
use crate::timestamp;

const COLUMNS: &str = "uid, name, description, link, project_uid, status, priority, due_at, custom_fields, \
                       external_id, source, created_at, updated_at, archived_at";

pub(crate) fn list(connection: &Connection, project: i64, query: &ListQuery) -> Result<Page<Run>> {
    let mut page = Listing {
        columns: COLUMNS,
        table: "runs",
        scope: "project_uid = ?1",
        parameters: vec![&project],
        searched: &["name", "external_id"],
        sortable: &[COMMON_ORDER, &[("status", "status"), ("priority", "priority"), ("dueAt", "due_at")]]
            .concat(),
    }
    .page(connection, query, read)?;
    for run in &mut page.items {
        count(connection, run)?;
    }
    Ok(page)
}

pub(crate) fn find(connection: &Connection, project: i64, uid: i64) -> Result<Run> {
    let mut run = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE project_uid = ?1 AND uid = ?2"))?
        .query_row([project, uid], read)
        .optional()?
        .ok_or_else(|| Error::not_found("run", uid))?;
    count(connection, &mut run)?;
    Ok(run)
}

/// The key of the project that a run is in, and its uid: of this run, or of the one that was created last.
pub(crate) fn place(connection: &Connection, uid: Option<i64>) -> Result<Option<(String, i64)>> {
    let place = connection
        .prepare_cached(
            "SELECT projects.key, runs.uid FROM runs JOIN projects ON projects.uid = project_uid \
             WHERE ?1 IS NULL OR runs.uid = ?1 ORDER BY runs.uid DESC LIMIT 1",
        )?
        .query_row([uid], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(place)
}

pub(crate) fn create(connection: &Connection, project: i64, new: &CreateRun) -> Result<Run> {
    if new.name.trim().is_empty() {
        return Err(Error::invalid("name", "a run needs a name"));
    }
    identity::must_be_free(connection, Kind::Run, project, (&new.source, &new.external_id), None)?;
    let status = new.status.map_or(statuses::RUN_ACTIVE, Uid::get);
    statuses::name(connection, statuses::Kind::Run, status, "status")?;
    tags_must_exist(connection, &new.tag_uids, "tagUids")?;
    must_be_date_time(new.due_at.as_deref(), "dueAt")?;

    let mut extra = Properties::new();
    change_uids(&mut extra, "tagUids", &new.tag_uids, &[]);
    change_uids(&mut extra, "milestoneUids", &new.milestone_uids, &[]);
    if !new.configs.is_empty() {
        extra.insert("configs".into(), new.configs.clone().into());
    }
    let uid: i64 = connection.query_row(
        "INSERT INTO runs (project_uid, name, description, link, source, external_id, status, priority, due_at,
             custom_fields, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11) RETURNING uid",
        params![
            project,
            new.name,
            new.description,
            new.link,
            stored_source(&new.source),
            new.external_id,
            status,
            new.priority.map(Uid::get),
            new.due_at,
            text(&extra),
            timestamp::now()
        ],
        |row| row.get(0),
    )?;
    for (index, case) in new.case_uids.iter().enumerate() {
        let added = connection
            .prepare_cached(
                "INSERT INTO run_cases (run_uid, case_uid)
                 SELECT ?1, uid FROM cases WHERE uid = ?2 AND project_uid = ?3
                 ON CONFLICT DO UPDATE SET case_uid = excluded.case_uid",
            )?
            .execute([uid, case.get(), project])?;
        if added == 0 {
            return Err(Error::invalid(
                format!("caseUids[{index}]"),
                format!("no case {case} in this project"),
            ));
        }
    }
    find(connection, project, uid)
}

pub(crate) fn update(connection: &Connection, project: i64, uid: i64, change: &UpdateRun) -> Result<Run> {
    let before = find(connection, project, uid)?;
    if before.archived_at.is_some() && change.archive != Some(false) {
        return Err(archived("archive", uid));
    }
    if change.name.as_ref().is_some_and(|it| it.trim().is_empty()) {
        return Err(Error::invalid("name", "a run needs a name"));
    }
    if let Some(status) = change.status {
        statuses::name(connection, statuses::Kind::Run, status.get(), "status")?;
    }
    tags_must_exist(connection, &change.add_tag_uids, "addTagUids")?;
    must_be_date_time(change.due_at.as_deref(), "dueAt")?;

    let mut fields = before.custom_fields;
    change_uids(&mut fields.extra, "tagUids", &change.add_tag_uids, &change.remove_tag_uids);
    change_uids(
        &mut fields.extra,
        "milestoneUids",
        &change.add_milestone_uids,
        &change.remove_milestone_uids,
    );
    change_uids(&mut fields.extra, "planUids", &change.add_plan_uids, &change.remove_plan_uids);
    if let Some(configs) = &change.configs {
        fields.extra.insert("configs".into(), configs.clone().into());
    }
    if let Some(start) = &change.start_at {
        fields.extra.insert("startAt".into(), start.clone().into());
    }
    let now = timestamp::now();
    let archived_at = match change.archive {
        None => before.archived_at,
        Some(archive) => archive.then(|| now.clone()),
    };
    connection.execute(
        "UPDATE runs SET name = ?2, description = ?3, status = ?4, priority = ?5, due_at = ?6, custom_fields = ?7,
             archived_at = ?8, updated_at = ?9 WHERE uid = ?1",
        params![
            uid,
            change.name.as_ref().unwrap_or(&before.name),
            change.description.as_ref().or(before.description.as_ref()),
            change.status.or(fields.status).map(Uid::get),
            change.priority.or(fields.priority).map(Uid::get),
            change.due_at.as_ref().or(fields.due_at.as_ref()),
            text(&fields.extra),
            archived_at,
            now
        ],
    )?;
    find(connection, project, uid)
}

/// Its executions go with it.
pub(crate) fn delete(connection: &Connection, project: i64, uid: i64) -> Result<()> {
    match connection.execute("DELETE FROM runs WHERE project_uid = ?1 AND uid = ?2", [project, uid])? {
        0 => Err(Error::not_found("run", uid)),
        _ => Ok(()),
    }
}

/// Refuses a run that takes no executions: one that this project does not have, or that is archived.
pub(super) fn must_be_open(connection: &Connection, project: i64, uid: i64, field: &str) -> Result<()> {
    let archived_at: Option<Option<String>> = connection
        .prepare_cached("SELECT archived_at FROM runs WHERE project_uid = ?1 AND uid = ?2")?
        .query_row([project, uid], |row| row.get(0))
        .optional()?;
    match archived_at {
        Some(None) => Ok(()),
        Some(Some(_)) => Err(archived(field, uid)),
        None => Err(Error::invalid(field, format!("no run {uid} in this project"))),
    }
}

fn archived(field: &str, uid: i64) -> Error {
    Error::invalid(field, format!("run {uid} is archived: take it back with `\"archive\": false` first"))
}

fn must_be_date_time(text: Option<&str>, field: &str) -> Result<()> {
    if text.is_none_or(timestamp::is_date_time) {
        return Ok(());
    }
    Err(Error::invalid(field, "expected a date and time such as `2026-01-31T12:00:00.000Z`"))
}

fn tags_must_exist(connection: &Connection, uids: &[Uid], field: &str) -> Result<()> {
    let mut uids = uids.iter().enumerate();
    uids.try_for_each(|(index, uid)| tags::must_exist(connection, uid.get(), &format!("{field}[{index}]")))
}

/// Keeps a list of uids among the custom fields, sorted, each once.
fn change_uids(fields: &mut Properties, name: &str, add: &[Uid], remove: &[Uid]) {
    if add.is_empty() && remove.is_empty() {
        return;
    }
    let kept = fields.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64);
    let mut uids: Vec<i64> = kept.chain(add.iter().map(|it| it.get())).collect();
    uids.retain(|uid| !remove.contains(&Uid::new(*uid)));
    uids.sort_unstable();
    uids.dedup();
    fields.insert(name.to_owned(), uids.into());
}

/// How many executions have each status. A case that the run was created for and that has no execution yet counts as
/// active, so that the numbers add up to the cases of the run.
fn count(connection: &Connection, run: &mut Run) -> Result<()> {
    let mut frequency = BTreeMap::new();
    let (mut all, mut done) = (0_u64, 0_u64);
    let mut statement = connection.prepare_cached(
        "SELECT status, coalesce(max(statuses.is_final), 0), count(*)
         FROM executions LEFT JOIN statuses ON statuses.uid = status
         WHERE run_uid = ?1 GROUP BY status
         UNION ALL
         SELECT ?2, 0, count(*) FROM run_cases WHERE run_uid = ?1 AND case_uid NOT IN (
             SELECT case_uid FROM executions WHERE run_uid = ?1 AND case_uid IS NOT NULL)",
    )?;
    let mut rows = statement.query([run.uid.get(), statuses::EXECUTION_ACTIVE])?;
    while let Some(row) = rows.next()? {
        let number: u64 = row.get(2)?;
        if number > 0 {
            *frequency.entry(row.get::<_, i64>(0)?.to_string()).or_default() += number;
            all += number;
            done += if row.get::<_, bool>(1)? { number } else { 0 };
        }
    }
    let fields = &mut run.custom_fields;
    fields.frequency = frequency;
    fields.case_count = Some(all);
    // In whole percent, as the service has it: 100 only when nothing is left.
    fields.progress = Some((done * 100).checked_div(all).unwrap_or_default() as f64);
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        uid: Uid::new(row.get(0)?),
        name: row.get(1)?,
        description: row.get(2)?,
        link: row.get(3)?,
        project_uid: row.get::<_, Option<i64>>(4)?.map(Uid::new),
        custom_fields: RunFields {
            status: row.get::<_, Option<i64>>(5)?.map(Uid::new),
            priority: row.get::<_, Option<i64>>(6)?.map(Uid::new),
            due_at: row.get(7)?,
            extra: value(row.get_ref(8)?.as_str()?),
            ..RunFields::default()
        },
        external_id: row.get(9)?,
        source: answered_source(row.get(10)?),
        created_at: row.get(11)?,
        updated_at: row.get(12)?,
        archived_at: row.get(13)?,
        system_type: Some("run".to_owned()),
        ..Run::default()
    })
}
