//! Rows to choose from: statuses, priorities, types, labels and users (contract, section 6).

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use testfiesta_client::testsigma::{Label, Status, User};

use super::{
    Rows,
    ids::{self, Kind},
    json, time,
};
use crate::store::{Result, statuses};

/// What a row is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// What became of a case in a run.
    Result,
    /// How far a case is written.
    Case,
    Priority,
    Type,
    Automation,
}

impl Lookup {
    pub(crate) const ALL: [Self; 5] =
        [Self::Result, Self::Case, Self::Priority, Self::Type, Self::Automation];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Case => "case",
            Self::Priority => "priority",
            Self::Type => "type",
            Self::Automation => "automation",
        }
    }
}

pub(crate) fn list(connection: &Connection, kind: Lookup) -> Result<Rows> {
    let rows = connection
        .prepare_cached("SELECT uid, uuid, name, position FROM lookups WHERE kind = ?1")?
        .query_map([kind.as_str()], |row| Ok((row.get(3)?, json(read(row)?))))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

pub(crate) fn labels(connection: &Connection) -> Result<Rows> {
    let rows = connection
        .prepare_cached("SELECT uid, name, created_at, updated_at FROM tags")?
        .query_map([], |row| Ok((row.get(0)?, json(read_label(row)?))))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

pub(crate) fn users(connection: &Connection) -> Result<Rows> {
    let rows = connection
        .prepare_cached("SELECT uid, uuid, email, first_name, last_name, identity, status FROM users")?
        .query_map([], |row| Ok((row.get(0)?, json(read_user(row)?))))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

/// The result status that an execution's status is shown as: its own row, or else that of a failure, or of nothing yet.
pub(super) fn of_execution(connection: &Connection, status: i64) -> Result<(String, String)> {
    let row = connection
        .prepare_cached(
            "SELECT uid, uuid, name, position FROM lookups
             WHERE kind = 'result' AND status_uid IN (?1,
                 CASE WHEN (SELECT is_final FROM statuses WHERE uid = ?1) <> 0 THEN 4 ELSE ?2 END)
             ORDER BY CASE WHEN status_uid = ?1 THEN 0 ELSE 1 END, position LIMIT 1",
        )?
        .query_row([status, statuses::EXECUTION_ACTIVE], read)
        .optional()?
        .unwrap_or_default();
    Ok((row.id, row.name))
}

/// What a result status is to TestFiesta: the number and the word. `None` for a row that is no result status.
pub(super) fn execution_status(connection: &Connection, lookup: i64) -> Result<Option<(i64, String)>> {
    let status = connection
        .prepare_cached(
            "SELECT status_uid, statuses.name FROM lookups JOIN statuses ON statuses.uid = status_uid
             WHERE lookups.uid = ?1 AND lookups.kind = 'result'",
        )?
        .query_row([lookup], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(status)
}

pub(super) fn is_user(connection: &Connection, uid: i64) -> bool {
    exists(connection, "SELECT uid FROM users WHERE uid = ?1", uid)
}

pub(super) fn is_label(connection: &Connection, uid: i64) -> bool {
    exists(connection, "SELECT uid FROM tags WHERE uid = ?1", uid)
}

fn exists(connection: &Connection, query: &str, uid: i64) -> bool {
    connection.prepare_cached(query).and_then(|mut it| it.exists(params![uid])).unwrap_or_default()
}

pub(super) fn read_label(row: &Row<'_>) -> rusqlite::Result<Label> {
    Ok(Label {
        id: ids::uuid(Kind::Label, row.get(0)?),
        name: row.get(1)?,
        created_at: time(row.get_ref(2)?.as_str()?),
        updated_at: time(row.get_ref(3)?.as_str()?),
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<Status> {
    let name: String = row.get(2)?;
    Ok(Status {
        id: row.get::<_, Option<String>>(1)?.unwrap_or(ids::uuid(Kind::Lookup, row.get(0)?)),
        alias: name.to_lowercase().replace(' ', "_"),
        name,
        order: row.get(3)?,
        icon_url: String::new(),
    })
}

fn read_user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get::<_, Option<String>>(1)?.unwrap_or(ids::uuid(Kind::User, row.get(0)?)),
        email: row.get(2)?,
        first_name: row.get(3)?,
        last_name: row.get(4)?,
        identity_user_uuid: row.get(5)?,
        status: row.get(6)?,
    })
}
