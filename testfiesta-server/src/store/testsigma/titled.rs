//! What has a title, a description and a few properties of its own kind: plans and step groups.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Map, Value, json};

use super::{
    Rows,
    ids::{self, Kind},
    input::Input,
    projects, time,
};
use crate::{
    store::{
        Error, Result,
        fields::{text, value},
    },
    timestamp,
};

/// The properties that only one kind has.
pub(super) type Own = Map<String, Value>;

/// A kind of such things.
pub(crate) struct Titled {
    pub(super) kind: Kind,
    pub(super) table: &'static str,
    /// What stands between prefix and number, as in `WEB-SG-7`.
    pub(super) infix: &'static str,
    /// As people call it.
    pub(super) called: &'static str,
    /// Reads its own properties from a body, over those that it has.
    pub(super) read_own: fn(&Input<'_>, &mut Own) -> Result<()>,
    /// Its own properties, as they are told.
    pub(super) tell_own: fn(&Own) -> Value,
}

const COLUMNS: &str = "uid, title, description, custom_fields, created_at, updated_at";

impl Titled {
    pub(crate) fn list(&self, connection: &Connection, project: &str) -> Result<Rows> {
        let uid = projects::uid(connection, project)?;
        let prefix = projects::prefix(connection, uid)?;
        let rows = connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM {} WHERE project_uid = ?1", self.table))?
            .query_map([uid], |row| Ok((row.get(0)?, self.told(row, project, &prefix)?)))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(rows)
    }

    pub(crate) fn find(&self, connection: &Connection, project: &str, id: &str) -> Result<Value> {
        let project_uid = projects::uid(connection, project)?;
        let prefix = projects::prefix(connection, project_uid)?;
        let found = connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM {} WHERE uid = ?1", self.table))?
            .query_row([self.uid(connection, project, id)?], |row| self.told(row, project, &prefix))?;
        Ok(found)
    }

    pub(crate) fn create(&self, connection: &Connection, project: &str, body: &Value) -> Result<Value> {
        let project_uid = projects::uid(connection, project)?;
        let input = Input::new(body)?;
        let mut own = Own::new();
        (self.read_own)(&input, &mut own)?;
        let uid: i64 = connection.query_row(
            &format!(
                "INSERT INTO {} (project_uid, title, description, custom_fields, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5) RETURNING uid",
                self.table
            ),
            params![
                project_uid,
                input.required("title")?,
                input.text("description")?.unwrap_or_default(),
                text(&own),
                timestamp::now()
            ],
            |row| row.get(0),
        )?;
        self.find(connection, project, &ids::uuid(self.kind, uid))
    }

    pub(crate) fn update(
        &self,
        connection: &Connection,
        project: &str,
        id: &str,
        body: &Value,
    ) -> Result<Value> {
        let input = Input::new(body)?;
        self.change(connection, project, id, |own| (self.read_own)(&input, own))?;
        connection.execute(
            &format!(
                "UPDATE {} SET title = coalesce(?2, title), description = coalesce(?3, description) WHERE uid = ?1",
                self.table
            ),
            params![self.uid(connection, project, id)?, input.words("title")?, input.text("description")?],
        )?;
        self.find(connection, project, id)
    }

    /// Changes the properties that only this kind has.
    pub(super) fn change(
        &self,
        connection: &Connection,
        project: &str,
        id: &str,
        change: impl FnOnce(&mut Own) -> Result<()>,
    ) -> Result<()> {
        let uid = self.uid(connection, project, id)?;
        let kept: String = connection.query_row(
            &format!("SELECT custom_fields FROM {} WHERE uid = ?1", self.table),
            [uid],
            |row| row.get(0),
        )?;
        let mut own = value(&kept);
        change(&mut own)?;
        connection.execute(
            &format!("UPDATE {} SET custom_fields = ?2, updated_at = ?3 WHERE uid = ?1", self.table),
            params![uid, text(&own), timestamp::now()],
        )?;
        Ok(())
    }

    pub(crate) fn delete(&self, connection: &Connection, project: &str, id: &str) -> Result<()> {
        let uid = self.uid(connection, project, id)?;
        connection.execute(&format!("DELETE FROM {} WHERE uid = ?1", self.table), [uid])?;
        Ok(())
    }

    /// Its number, by UUID or human id.
    pub(super) fn uid(&self, connection: &Connection, project: &str, id: &str) -> Result<i64> {
        let project = projects::uid(connection, project)?;
        let uid = if ids::is_uuid(id) {
            ids::uid(connection, self.kind, id)?
        } else {
            ids::human_number(id, &format!("{}-{}-", projects::prefix(connection, project)?, self.infix))
        };
        let known = connection
            .prepare_cached(&format!("SELECT uid FROM {} WHERE project_uid = ?1 AND uid = ?2", self.table))?
            .query_row(params![project, uid], |row| row.get(0))
            .optional()?;
        known.ok_or_else(|| Error::not_found(self.called, id))
    }

    fn told(&self, row: &Row<'_>, project: &str, prefix: &str) -> rusqlite::Result<Value> {
        let uid: i64 = row.get(0)?;
        let own: Own = value(row.get_ref(3)?.as_str()?);
        let mut told = json!({
            "id": ids::uuid(self.kind, uid),
            "human_id": format!("{prefix}-{}-{uid}", self.infix),
            "title": row.get::<_, String>(1)?,
            "description": row.get::<_, String>(2)?,
            "project_id": project,
            "created_at": time(row.get_ref(4)?.as_str()?),
            "updated_at": time(row.get_ref(5)?.as_str()?),
        });
        if let (Value::Object(told), Value::Object(own)) = (&mut told, (self.tell_own)(&own)) {
            told.extend(own);
        }
        Ok(told)
    }
}
