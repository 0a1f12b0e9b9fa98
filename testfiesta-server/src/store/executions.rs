//! Executions: what became of a case in a run.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::json;
use testfiesta_client::testfiesta::{
    CreateExecution, Execution, ListQuery, Page, Properties, Uid, UpdateExecution,
};

use super::{
    Error, Result, attachments,
    fields::{answered_source, stored_source, text, value},
    list::{COMMON_ORDER, Listing},
    runs, statuses,
};
use crate::timestamp;

const COLUMNS: &str = "uid, name, run_uid, case_uid, status, status_text, custom_fields, external_id, source, \
                       created_at, updated_at";

/// `run` narrows the list to one run: an extension, the contract declares no such filter (section 3.3).
pub(crate) fn list(
    connection: &Connection,
    project: i64,
    run: Option<i64>,
    query: &ListQuery,
) -> Result<Page<Execution>> {
    let mut page = Listing {
        columns: COLUMNS,
        table: "executions",
        scope: match run {
            Some(_) => "run_uid = (SELECT uid FROM runs WHERE project_uid = ?1 AND uid = ?2)",
            None => "run_uid IN (SELECT uid FROM runs WHERE project_uid = ?1) AND ?2 IS NULL",
        },
        parameters: vec![&project, &run],
        searched: &["name", "external_id"],
        sortable: &[COMMON_ORDER, &[("status", "status")]].concat(),
    }
    .page(connection, query, read)?;
    for execution in &mut page.items {
        execution.attachments = attachments::of_execution(connection, execution)?;
    }
    Ok(page)
}

pub(crate) fn find(connection: &Connection, project: i64, uid: i64) -> Result<Execution> {
    let mut execution = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM executions
             WHERE uid = ?2 AND run_uid IN (SELECT uid FROM runs WHERE project_uid = ?1)"
        ))?
        .query_row([project, uid], read)
        .optional()?
        .ok_or_else(|| Error::not_found("execution", uid))?;
    execution.attachments = attachments::of_execution(connection, &execution)?;
    Ok(execution)
}

pub(crate) fn create(connection: &Connection, project: i64, new: &CreateExecution) -> Result<Execution> {
    let run = new.test_run_uid.ok_or_else(|| Error::invalid("testRunUid", "missing"))?.get();
    runs::must_be_open(connection, project, run, "testRunUid")?;
    let (case, field) = match (new.test_case_uid, new.test_case_ref) {
        (Some(uid), _) => (uid.get(), "testCaseUid"),
        (None, Some(uid)) => (uid.get(), "testCaseRef"),
        (None, None) => return Err(Error::invalid("testCaseUid", "missing: expected it or testCaseRef")),
    };
    let name: String = connection
        .prepare_cached("SELECT name FROM cases WHERE project_uid = ?1 AND uid = ?2")?
        .query_row([project, case], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Error::invalid(field, format!("no case {case} in this project")))?;
    let status = new.status.map_or(statuses::EXECUTION_ACTIVE, Uid::get);
    let status_text = statuses::name(connection, statuses::Kind::Execution, status, "status")?;
    let clash: Option<i64> = connection
        .prepare_cached(
            "SELECT uid FROM executions WHERE run_uid = ?1 AND external_id = ?2 AND case_uid = ?3 AND source = ?4",
        )?
        .query_row(params![run, new.external_id, case, stored_source(&new.source)], |row| row.get(0))
        .optional()?;
    if let Some(uid) = clash {
        let message = format!("execution {uid} has this source and externalId in the run already");
        return Err(Error::Conflict { message, uid });
    }
    let uid = connection
        .prepare_cached(
            "INSERT INTO executions (run_uid, case_uid, name, source, external_id, status, status_text, steps,
                 custom_fields, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10) RETURNING uid",
        )?
        .query_row(
            params![
                run,
                case,
                name,
                stored_source(&new.source),
                new.external_id,
                status,
                status_text,
                text(&new.steps),
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
    change: &UpdateExecution,
) -> Result<Execution> {
    let before = find(connection, project, uid)?;
    if let Some(run) = before.test_run_uid {
        runs::must_be_open(connection, project, run.get(), "testRunUid")?;
    }
    let status_text = match change.status {
        Some(status) => Some(statuses::name(connection, statuses::Kind::Execution, status.get(), "status")?),
        None => before.status_text,
    };
    let mut fields = before.custom_fields;
    let told = [
        ("priority", change.priority.map(|it| it.get().into())),
        ("dueAt", change.due_at.clone().map(Into::into)),
        ("assignedTo", change.assigned_to.clone().map(Into::into)),
        ("tagUids", (!change.tag_uids.is_empty()).then(|| json!(change.tag_uids))),
        ("templateFields", change.template_fields.clone()),
    ];
    fields.extend(told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    let steps = (!change.steps.is_empty()).then(|| text(&change.steps));
    connection.execute(
        "UPDATE executions SET name = ?2, status = ?3, status_text = ?4, steps = coalesce(?5, steps),
             custom_fields = ?6, updated_at = ?7 WHERE uid = ?1",
        params![
            uid,
            change.name.as_ref().or(before.name.as_ref()),
            change.status.or(before.status).map(Uid::get),
            status_text,
            steps,
            text(&fields),
            timestamp::now()
        ],
    )?;
    find(connection, project, uid)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Execution> {
    let case = row.get::<_, Option<i64>>(3)?.map(Uid::new);
    let custom_fields: Properties = value(row.get_ref(6)?.as_str()?);
    let text_field = |name: &str| custom_fields.get(name).and_then(|it| it.as_str()).map(str::to_owned);
    Ok(Execution {
        uid: Uid::new(row.get(0)?),
        name: row.get(1)?,
        test_run_uid: row.get::<_, Option<i64>>(2)?.map(Uid::new),
        test_case_uid: case,
        test_case_ref: case,
        status: row.get::<_, Option<i64>>(4)?.map(Uid::new),
        status_text: row.get(5)?,
        priority: custom_fields.get("priority").and_then(|it| it.as_i64()).map(Uid::new),
        assigned_to: text_field("assignedTo"),
        due_at: text_field("dueAt"),
        custom_fields,
        external_id: row.get(7)?,
        source: answered_source(row.get(8)?),
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
        attachments: Vec::new(),
    })
}
