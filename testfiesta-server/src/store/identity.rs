//! The identity that callers give: an external id under a source, unique among the things of one kind in a project.

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, params};

use super::{Error, Result, fields::stored_source};

/// A kind of thing that carries such an identity.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Folder,
    Case,
    Run,
}

impl Kind {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Folder => ("folders", "folder"),
            Self::Case => ("cases", "case"),
            Self::Run => ("runs", "run"),
        }
    }
}

/// Refuses an identity that another thing than `own` has. Without an external id there is none to clash.
pub(super) fn must_be_free(
    connection: &Connection,
    kind: Kind,
    project: i64,
    (source, external_id): (&Option<String>, &Option<String>),
    own: Option<i64>,
) -> Result<()> {
    let Some(external_id) = external_id else { return Ok(()) };
    let (_, word) = kind.words();
    let holder: Option<i64> = holder(connection, kind)?
        .query_row(params![project, external_id, stored_source(source)], |row| row.get(0))
        .optional()?;
    match holder {
        Some(uid) if Some(uid) != own => Err(Error::Conflict {
            message: format!("{word} {uid} has the externalId `{external_id}` under this source already"),
            uid,
        }),
        _ => Ok(()),
    }
}

/// Finds the uid of the thing that has an identity, given as project, external id and source.
pub(super) fn holder(connection: &Connection, kind: Kind) -> Result<CachedStatement<'_>> {
    let (table, _) = kind.words();
    Ok(connection.prepare_cached(&format!(
        "SELECT uid FROM {table} WHERE project_uid = ?1 AND external_id = ?2 AND source = ?3"
    ))?)
}

/// The thing that an import refers to by external id. When several sources use the id, the one of `source` comes
/// first, then the oldest.
pub(super) fn referred(
    connection: &Connection,
    kind: Kind,
    project: i64,
    external_id: &str,
    source: &str,
) -> Result<Option<(i64, String)>> {
    let (table, _) = kind.words();
    let found = connection
        .prepare_cached(&format!(
            "SELECT uid, name FROM {table} WHERE project_uid = ?1 AND external_id = ?2
             ORDER BY CASE WHEN source = ?3 THEN 0 ELSE 1 END, uid LIMIT 1"
        ))?
        .query_row(params![project, external_id, source], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(found.optional()?)
}
