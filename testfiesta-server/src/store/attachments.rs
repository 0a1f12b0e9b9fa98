//! Attachments: announced first, then uploaded under a signature of their own (contract, sections 3.5 and 6).
//!
//! The database says what there is; the bytes lie in files named by a random key, never by anything a caller said.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use testfiesta_client::testfiesta::{Execution, UploadFile};

use super::{Error, Result, Store, runs};
use crate::{random, timestamp};

/// How long an announced file may be uploaded.
const UPLOAD_TIME: Duration = Duration::from_secs(60 * 60);
/// How long the name of a file may be, in bytes.
const LONGEST_NAME: usize = 1000;
/// How long its content type may be, in bytes.
const LONGEST_TYPE: usize = 255;

/// An announced file and where it may be put.
#[derive(Clone, Debug)]
pub(crate) struct Announced {
    pub(crate) key: String,
    pub(crate) signature: String,
}

/// A file as it was announced.
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    pub(crate) key: String,
    pub(crate) file_name: String,
    pub(crate) file_type: String,
    pub(crate) size: u64,
}

pub(crate) fn announce(
    connection: &Connection,
    project: i64,
    file: &UploadFile,
    field: &str,
) -> Result<Announced> {
    runs::must_be_open(connection, project, file.run_id.get(), &format!("{field}.runId"))?;
    if file.file_name.is_empty() {
        return Err(Error::invalid(format!("{field}.fileName"), "a file needs a name"));
    }
    // Both come back in headers, which clients take so long and no longer.
    for (name, value, longest) in
        [("fileName", &file.file_name, LONGEST_NAME), ("fileType", &file.file_type, LONGEST_TYPE)]
    {
        if value.len() > longest {
            let message = format!("is longer than {longest} bytes");
            return Err(Error::invalid(format!("{field}.{name}"), message));
        }
    }
    let announced = Announced { key: random::hex32(), signature: random::hex32() };
    connection
        .prepare_cached(
            "INSERT INTO attachments (project_uid, run_uid, external_id, key, signature, file_name, file_type, size,
                 expires_at, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            project,
            file.run_id.get(),
            file.external_id,
            announced.key,
            announced.signature,
            file.file_name,
            file.file_type,
            file.size,
            timestamp::format(SystemTime::now() + UPLOAD_TIME),
            timestamp::now()
        ])?;
    Ok(announced)
}

/// The announced file that this signature may upload; none when there is no such file, or no longer.
pub(crate) fn signed(connection: &Connection, key: &str, signature: &str) -> Result<Option<Attachment>> {
    let found = connection
        .prepare_cached(
            "SELECT key, file_name, file_type, size, signature FROM attachments WHERE key = ?1 AND expires_at > ?2",
        )?
        .query_row([key, &timestamp::now()], |row| Ok((read(row)?, row.get::<_, String>(4)?)))
        .optional()?;
    let found = found.filter(|(_, expected)| expected.as_bytes().ct_eq(signature.as_bytes()).into());
    Ok(found.map(|(attachment, _)| attachment))
}

/// The file that was announced under this key.
pub(crate) fn announced(connection: &Connection, key: &str) -> Result<Attachment> {
    let attachment = connection
        .prepare_cached("SELECT key, file_name, file_type, size FROM attachments WHERE key = ?1")?
        .query_row([key], read)?;
    Ok(attachment)
}

/// An uploaded file of this project.
pub(crate) fn find(connection: &Connection, project: i64, key: &str) -> Result<Attachment> {
    connection
        .prepare_cached(
            "SELECT key, file_name, file_type, size FROM attachments
             WHERE project_uid = ?1 AND key = ?2 AND stored_at IS NOT NULL",
        )?
        .query_row(params![project, key], read)
        .optional()?
        .ok_or_else(|| Error::not_found("attachment", key))
}

/// What an execution answers as its attachments: the files announced for its run under its external id.
pub(super) fn of_execution(connection: &Connection, execution: &Execution) -> Result<Vec<Value>> {
    let (Some(run), Some(external_id)) = (execution.test_run_uid, &execution.external_id) else {
        return Ok(Vec::new());
    };
    let attachments = connection
        .prepare_cached(
            "SELECT key, file_name, file_type, size FROM attachments
             WHERE run_uid = ?1 AND external_id = ?2 AND stored_at IS NOT NULL ORDER BY uid",
        )?
        .query_map(params![run.get(), external_id], read)?
        .map(|it| {
            it.map(|it| {
                serde_json::json!({
                    "key": it.key, "fileName": it.file_name, "fileType": it.file_type, "size": it.size,
                })
            })
        })
        .collect::<rusqlite::Result<_>>()?;
    Ok(attachments)
}

/// The files that go when a run goes.
pub(crate) fn of_run(connection: &Connection, run: i64) -> Result<Vec<Attachment>> {
    let attachments = connection
        .prepare_cached(
            "SELECT key, file_name, file_type, size FROM attachments WHERE run_uid = ?1 AND stored_at IS NOT NULL",
        )?
        .query_map([run], read)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(attachments)
}

impl Store {
    /// Where the bytes of an attachment lie.
    pub(crate) fn attachment_path(&self, attachment: &Attachment) -> PathBuf {
        self.directory().join("attachments").join(&attachment.key)
    }

    /// Removes the bytes of attachments that the database no longer has. One that cannot be removed is in nobody's
    /// way: nothing names it any more.
    pub(crate) fn forget(&self, attachments: &[Attachment]) {
        for attachment in attachments {
            let _ = fs::remove_file(self.attachment_path(attachment));
        }
    }

    /// Lets a file take the place of those that were uploaded before under its name for the same execution: who did not
    /// hear that an upload had arrived announces it again.
    pub(crate) fn replace_others(&self, attachment: &Attachment) -> Result<()> {
        let replaced = self.write(|connection| {
            let replaced = connection
                .prepare_cached(
                    "DELETE FROM attachments WHERE key <> ?1 AND stored_at IS NOT NULL
                         AND (run_uid, external_id, file_name) = (SELECT run_uid, external_id, file_name FROM attachments WHERE key = ?1)
                     RETURNING key, file_name, file_type, size",
                )?
                .query_map([&attachment.key], read)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(replaced)
        })?;
        self.forget(&replaced);
        Ok(())
    }

    /// Keeps the bytes of an announced attachment. A second upload replaces the first.
    pub(crate) fn keep(&self, attachment: &Attachment, bytes: &[u8]) -> Result<()> {
        let path = self.attachment_path(attachment);
        // Under another name until it is whole: a reader sees all of it or nothing.
        let partial = path.with_extension(random::hex32());
        let file_error = |path: &Path| {
            let path = path.to_path_buf();
            move |source| Error::File { path, source }
        };
        fs::create_dir_all(self.directory().join("attachments")).map_err(file_error(&path))?;
        fs::write(&partial, bytes).map_err(file_error(&partial))?;
        fs::rename(&partial, &path).map_err(file_error(&path))?;
        self.write(|connection| {
            connection.execute(
                "UPDATE attachments SET stored_at = ?2, size = ?3 WHERE key = ?1",
                params![attachment.key, timestamp::now(), bytes.len()],
            )?;
            Ok(())
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Attachment> {
    Ok(Attachment { key: row.get(0)?, file_name: row.get(1)?, file_type: row.get(2)?, size: row.get(3)? })
}
