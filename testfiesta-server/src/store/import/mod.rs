//! The bulk import: upserts by (source, external id), all of it or nothing (contract, sections 3.4 and 6).

mod entities;
mod references;
mod upsert;

use std::{borrow::Cow, collections::HashMap};

use rusqlite::{Connection, types::ValueRef::Integer};
use serde_json::Value;
use testfiesta_client::testfiesta::{CaseData, DataImport, ExecutionData, Properties};

use self::{references::References, upsert::Upsert};
use super::{Error, Result, fields::merged_raw, runs, statuses};
use crate::timestamp;

/// Under which names the official client tells of an execution on its case (contract, section 6).
pub(super) const REASONS: [&str; 5] = ["failure", "error", "skipped", "system-out", "system-err"];

/// Takes in one payload. The first entry that cannot be accepted is named, as in
/// `entities.executions.entries[3].caseRef`.
///
/// With `runId` the executions go to that run, whatever their `runRef` says and the `runs` entry holds: the run
/// exists already, and the official client sends a random reference.
pub(crate) fn import(connection: &Connection, project: i64, payload: &DataImport) -> Result<()> {
    let entities = &payload.entities;
    let import = Import { connection, project, now: timestamp::now() };
    let folders = import.folders(&entities.folders.entries)?;
    let cases = import.cases(&entities.cases.entries, folders)?;
    let runs = match payload.run_id {
        Some(uid) => {
            runs::must_be_open(connection, project, uid.get(), "runId")?;
            Runs::Given(uid.get())
        }
        None => Runs::Referred { known: import.runs(&entities.runs.entries)?, open: HashMap::new() },
    };
    let told = Told::of(&entities.cases.entries);
    import.executions(&entities.executions.entries, cases, &told, runs)
}

/// The case entries that tell of executions, by external id and source. What they tell is kept with the executions, since
/// the next run tells something else of the case.
struct Told<'p>(HashMap<(&'p str, &'p str), &'p CaseData>);

impl<'p> Told<'p> {
    fn of(entries: &'p [CaseData]) -> Self {
        let tell = |it: &&CaseData| REASONS.iter().any(|name| it.extra.contains_key(*name));
        Self(entries.iter().filter(tell).map(|it| ((&*it.external_id, &*it.source), it)).collect())
    }

    /// The properties of an execution, with those that its case entry tells of it.
    fn with<'e>(&self, entry: &'e ExecutionData) -> Cow<'e, Properties> {
        let Some(case) = self.0.get(&(&*entry.case_ref, &*entry.source)) else {
            return Cow::Borrowed(&entry.extra);
        };
        let told =
            REASONS.into_iter().filter_map(|name| Some((name.to_owned(), case.extra.get(name)?.clone())));
        Cow::Owned(told.chain(entry.extra.clone()).collect())
    }
}

/// What every step of one import shares.
struct Import<'a> {
    connection: &'a Connection,
    project: i64,
    now: String,
}

/// Where executions go.
enum Runs<'p> {
    Given(i64),
    Referred {
        known: References<'p>,
        /// Runs that were found to take executions, by reference and source.
        open: HashMap<(&'p str, &'p str), i64>,
    },
}

impl Import<'_> {
    fn executions<'p>(
        &self,
        entries: &'p [ExecutionData],
        mut cases: References<'p>,
        told: &Told<'_>,
        mut runs: Runs<'p>,
    ) -> Result<()> {
        // An execution without an external id has no identity: it is always another one.
        let mut upsert = Upsert::prepare(
            self.connection,
            "INSERT INTO executions (run_uid, case_uid, name, source, external_id, status, status_text, steps,
                 custom_fields, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '[]', ?8, ?9, ?9)
             ON CONFLICT (run_uid, external_id, case_uid, source) DO UPDATE SET
                 name = excluded.name, status = excluded.status, status_text = excluded.status_text,
                 custom_fields = excluded.custom_fields, updated_at = excluded.updated_at",
        )?;
        let mut statuses = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            let place = Place::new("executions", index);
            place.must_be_told("source", &entry.source)?;
            place.must_be_told("status", &entry.status)?;
            let run = self.run_of(entry, &mut runs, place)?;
            let reference = (&*entry.case_ref, &*entry.source);
            let (case, case_name) =
                cases.resolve(self.connection, self.project, reference, place, "caseRef")?;
            let status = match statuses.get(&*entry.status) {
                Some(uid) => *uid,
                None => {
                    let uid = statuses::of_execution(self.connection, &entry.status)?;
                    statuses.insert(&*entry.status, uid);
                    uid
                }
            };
            let name = entry.extra.get("name").and_then(Value::as_str).unwrap_or(case_name);
            let fields = merged_raw(&entry.custom_fields, &told.with(entry), entry.time.as_ref());
            upsert.execute([
                Integer(run),
                Integer(case),
                name.into(),
                entry.source.as_str().into(),
                entry.external_id.as_deref().into(),
                Integer(status),
                entry.status.as_str().into(),
                fields.as_str().into(),
                self.now.as_str().into(),
            ])?;
        }
        Ok(())
    }

    fn run_of<'p>(&self, entry: &'p ExecutionData, runs: &mut Runs<'p>, place: Place) -> Result<i64> {
        match runs {
            Runs::Given(uid) => Ok(*uid),
            Runs::Referred { known, open } => {
                let reference = (&*entry.run_ref, &*entry.source);
                if let Some(uid) = open.get(&reference) {
                    return Ok(*uid);
                }
                let (uid, _) = known.resolve(self.connection, self.project, reference, place, "runRef")?;
                runs::must_be_open(self.connection, self.project, uid, &place.property("runRef"))?;
                open.insert(reference, uid);
                Ok(uid)
            }
        }
    }
}

/// One entry of the payload. Its name is put together only when something is wrong there.
#[derive(Clone, Copy)]
struct Place {
    kind: &'static str,
    index: usize,
}

impl Place {
    const fn new(kind: &'static str, index: usize) -> Self {
        Self { kind, index }
    }

    fn property(self, name: &str) -> String {
        format!("entities.{}.entries[{}].{name}", self.kind, self.index)
    }

    fn must_be_told(self, name: &str, value: &str) -> Result<()> {
        if value.trim().is_empty() {
            Err(Error::invalid(self.property(name), "missing or empty"))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::{Store, projects};

    #[test]
    fn every_row_of_an_import_refers_to_one_that_is_there() {
        let directory = tempfile::tempdir().expect("a directory");
        let store = Store::open(directory.path()).expect("a store");
        let project = serde_json::from_value(json!({"name": "Shop", "key": "SHOP"})).expect("a project");
        store.write(|connection| projects::create(connection, &project)).expect("created");
        let payload = json!({"entities": {
            "folders": {"entries": [
                {"name": "cart", "externalId": "cart", "source": "s", "parentExternalId": "shop"},
                {"name": "shop", "externalId": "shop", "source": "s"},
            ]},
            "cases": {"entries": [
                {"name": "adds", "externalId": "TC-1", "source": "s", "folderExternalId": "cart", "tags": ["smoke"]},
            ]},
            "runs": {"entries": [{"name": "run", "externalId": "r", "source": "s"}]},
            "executions": {"entries": [{"caseRef": "TC-1", "runRef": "r", "source": "s", "status": "passed"}]},
        }});
        let payload: DataImport = serde_json::from_value(payload).expect("an import");
        let dangling: i64 = store
            .write_many(|connection| {
                import(connection, projects::uid(connection, "SHOP")?, &payload)?;
                let count = "SELECT count(*) FROM pragma_foreign_key_check";
                Ok(connection.query_row(count, [], |row| row.get(0))?)
            })
            .expect("imported");
        assert_eq!(dangling, 0);
    }
}
