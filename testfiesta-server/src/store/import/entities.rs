//! The upserts of folders, cases and runs. What an entry does not mention stays as it was.

use rusqlite::{
    CachedStatement, params,
    types::ValueRef::{self, Integer},
};
use serde_json::Value;
use testfiesta_client::testfiesta::{CaseData, FolderData, RunData};

use super::{Import, Place, references::References, upsert::Upsert};
use crate::store::{
    Error, Result, cases,
    fields::{merged, text},
    folders,
    identity::{self, Kind},
    statuses, tags,
};

impl Import<'_> {
    /// Stores an entry and answers its uid. To let the upsert return it would take several times as long: SQLite keeps
    /// what a statement returns in a table made for it.
    fn store<const N: usize>(
        &self,
        upsert: &mut Upsert<'_>,
        values: [ValueRef<'_>; N],
        holder: &mut CachedStatement<'_>,
        (external_id, source): (&str, &str),
    ) -> Result<i64> {
        let before = self.connection.last_insert_rowid();
        upsert.execute(values)?;
        let after = self.connection.last_insert_rowid();
        // What was there is updated, which inserts nothing.
        if after == before {
            Ok(holder.query_row(params![self.project, external_id, source], |row| row.get(0))?)
        } else {
            Ok(after)
        }
    }

    pub(super) fn folders<'p>(&self, entries: &'p [FolderData]) -> Result<References<'p>> {
        let mut upsert = Upsert::prepare(
            self.connection,
            "INSERT INTO folders (project_uid, name, source, external_id, custom_fields, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
             ON CONFLICT (project_uid, external_id, source) DO UPDATE SET
                 name = excluded.name,
                 custom_fields = CASE WHEN excluded.custom_fields = '{}'
                     THEN folders.custom_fields ELSE excluded.custom_fields END,
                 updated_at = excluded.updated_at",
        )?;
        let mut holder = identity::holder(self.connection, Kind::Folder)?;
        let mut known = References::new(Kind::Folder, "folder", entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let place = Place::new("folders", index);
            place.must_be_told("name", &entry.name)?;
            place.must_be_told("externalId", &entry.external_id)?;
            place.must_be_told("source", &entry.source)?;
            let fields = merged(&entry.custom_fields, &entry.extra, None);
            let values = [
                Integer(self.project),
                entry.name.as_str().into(),
                entry.source.as_str().into(),
                entry.external_id.as_str().into(),
                fields.as_str().into(),
                self.now.as_str().into(),
            ];
            let identity = (&*entry.external_id, &*entry.source);
            let uid = self.store(&mut upsert, values, &mut holder, identity)?;
            known.remember(&entry.external_id, &entry.source, uid, &*entry.name);
        }
        self.lay_folders(entries, &mut known)?;
        Ok(known)
    }

    /// A second pass, because a parent may come after its child.
    fn lay_folders<'p>(&self, entries: &'p [FolderData], known: &mut References<'p>) -> Result<()> {
        let mut lay = self.connection.prepare_cached(
            "UPDATE folders SET parent_uid = ?2 WHERE uid = ?1 AND parent_uid IS DISTINCT FROM ?2",
        )?;
        for (index, entry) in entries.iter().enumerate() {
            let Some(parent) = &entry.parent_external_id else { continue };
            let place = Place::new("folders", index);
            let mut uid_of = |external_id| {
                let reference = (external_id, &*entry.source);
                let found =
                    known.resolve(self.connection, self.project, reference, place, "parentExternalId");
                found.map(|(uid, _)| uid)
            };
            let (uid, parent) = (uid_of(&*entry.external_id)?, uid_of(parent)?);
            if lay.execute([uid, parent])? > 0 && folders::is_below_itself(self.connection, uid)? {
                return Err(Error::invalid(
                    place.property("parentExternalId"),
                    "a folder cannot lie in itself",
                ));
            }
        }
        Ok(())
    }

    pub(super) fn cases<'p>(
        &self,
        entries: &'p [CaseData],
        mut folders: References<'p>,
    ) -> Result<References<'p>> {
        let mut upsert = Upsert::prepare(
            self.connection,
            "INSERT INTO cases (project_uid, folder_uid, name, source, external_id, steps, custom_fields,
                 created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
             ON CONFLICT (project_uid, external_id, source) DO UPDATE SET
                 name = excluded.name,
                 folder_uid = coalesce(excluded.folder_uid, cases.folder_uid),
                 steps = CASE WHEN excluded.steps = '[]' THEN cases.steps ELSE excluded.steps END,
                 custom_fields = CASE WHEN excluded.custom_fields = '{}'
                     THEN cases.custom_fields ELSE excluded.custom_fields END,
                 updated_at = excluded.updated_at",
        )?;
        let mut holder = identity::holder(self.connection, Kind::Case)?;
        let mut known = References::new(Kind::Case, "case", entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let place = Place::new("cases", index);
            place.must_be_told("name", &entry.name)?;
            place.must_be_told("externalId", &entry.external_id)?;
            place.must_be_told("source", &entry.source)?;
            let folder = match &entry.folder_external_id {
                None => None,
                Some(folder) => {
                    let reference = (&**folder, &*entry.source);
                    let place_of =
                        folders.resolve(self.connection, self.project, reference, place, "folderExternalId");
                    Some(place_of?.0)
                }
            };
            let steps =
                entry.extra.get("steps").filter(|it| it.is_array()).map_or_else(|| "[]".to_owned(), text);
            let fields = merged(&entry.custom_fields, &entry.extra, None);
            let values = [
                Integer(self.project),
                folder.map_or(ValueRef::Null, Integer),
                entry.name.as_str().into(),
                entry.source.as_str().into(),
                entry.external_id.as_str().into(),
                steps.as_str().into(),
                fields.as_str().into(),
                self.now.as_str().into(),
            ];
            let identity = (&*entry.external_id, &*entry.source);
            let uid = self.store(&mut upsert, values, &mut holder, identity)?;
            for tag in entry.extra.get("tags").and_then(Value::as_array).into_iter().flatten() {
                if let Some(name) = tag.as_str().filter(|it| !it.trim().is_empty()) {
                    cases::put_tag(self.connection, uid, tags::named(self.connection, name)?)?;
                }
            }
            known.remember(&entry.external_id, &entry.source, uid, &*entry.name);
        }
        Ok(known)
    }

    pub(super) fn runs<'p>(&self, entries: &'p [RunData]) -> Result<References<'p>> {
        let mut upsert = Upsert::prepare(
            self.connection,
            "INSERT INTO runs (project_uid, name, description, link, source, external_id, status, custom_fields,
                 created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
             ON CONFLICT (project_uid, external_id, source) DO UPDATE SET
                 name = excluded.name,
                 description = coalesce(excluded.description, runs.description),
                 link = coalesce(excluded.link, runs.link),
                 custom_fields = CASE WHEN excluded.custom_fields = '{}'
                     THEN runs.custom_fields ELSE excluded.custom_fields END,
                 updated_at = excluded.updated_at",
        )?;
        let mut holder = identity::holder(self.connection, Kind::Run)?;
        let mut known = References::new(Kind::Run, "run", entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let place = Place::new("runs", index);
            // Not `source`: the official client leaves it out unless it is told one (contract, section 5).
            place.must_be_told("name", &entry.name)?;
            place.must_be_told("externalId", &entry.external_id)?;
            let mut extra = entry.extra.clone();
            let mut taken = |name| extra.remove(name).and_then(|it| it.as_str().map(str::to_owned));
            let (description, link) = (taken("description"), taken("link"));
            let fields = merged(&entry.custom_fields, &extra, None);
            let values = [
                Integer(self.project),
                entry.name.as_str().into(),
                description.as_deref().into(),
                link.as_deref().into(),
                entry.source.as_str().into(),
                entry.external_id.as_str().into(),
                Integer(statuses::RUN_ACTIVE),
                fields.as_str().into(),
                self.now.as_str().into(),
            ];
            let identity = (&*entry.external_id, &*entry.source);
            let uid = self.store(&mut upsert, values, &mut holder, identity)?;
            known.remember(&entry.external_id, &entry.source, uid, &*entry.name);
        }
        Ok(known)
    }
}
