//! From results to the body of a bulk import: no network here.

use std::{collections::HashSet, time::Duration};

use serde_json::{Value, json};

use crate::{
    provider::{CaseKey, Run, TestResult, Verdict},
    testfiesta::{CaseData, DataImport, Entities, ExecutionData, FolderData, Properties, RunData, Uid},
};

/// The import of `results` into `run`. Both ways of naming the run are given: the number, which the newer
/// specification knows, and an entry that the executions refer to (contract, sections 3.4 and 6).
pub(super) fn import(run: &Run, uid: Uid, source: &str, results: &[TestResult]) -> DataImport {
    let mut folders = Folders { source, seen: HashSet::new(), entries: Vec::new() };
    let mut cases = Vec::with_capacity(results.len());
    let mut cases_seen = HashSet::with_capacity(results.len());
    let mut executions = Vec::with_capacity(results.len());
    for result in results {
        let external_id = case_external_id(&result.case);
        // Several tests may cover one case: it is described once.
        if cases_seen.insert(external_id) {
            cases.push(CaseData {
                name: result.case_name.clone(),
                external_id: external_id.to_owned(),
                source: source.to_owned(),
                // Somebody put a case with an id where it belongs: it is not moved.
                folder_external_id: match &result.case {
                    CaseKey::Id(_) => None,
                    CaseKey::Own { folders: path, .. } => folders.add(&result.package, path),
                },
                extra: case_properties(result),
                ..CaseData::default()
            });
        }
        executions.push(ExecutionData {
            case_ref: external_id.to_owned(),
            run_ref: run.key.clone(),
            source: source.to_owned(),
            status: result.verdict.as_str().to_owned(),
            external_id: Some(result.external_id.clone()),
            time: Some(seconds(result.duration)),
            custom_fields: execution_properties(result),
            ..ExecutionData::default()
        });
    }
    let run_entry = RunData {
        name: run.name.clone(),
        external_id: run.key.clone(),
        source: source.to_owned(),
        ..RunData::default()
    };
    DataImport {
        entities: Entities {
            folders: folders.entries.into(),
            cases: cases.into(),
            executions: executions.into(),
            runs: vec![run_entry].into(),
        },
        run_id: Some(uid),
    }
}

fn case_external_id(case: &CaseKey) -> &str {
    match case {
        CaseKey::Id(id) => id,
        CaseKey::Own { external_id, .. } => external_id,
    }
}

struct Folders<'a> {
    source: &'a str,
    seen: HashSet<String>,
    entries: Vec<FolderData>,
}

impl Folders<'_> {
    /// Adds a path of folders, outermost first, and answers the innermost one's external id.
    fn add(&mut self, package: &str, path: &[String]) -> Option<String> {
        let mut parent: Option<String> = None;
        for name in path {
            let external_id = match &parent {
                Some(parent) => format!("{parent}::{name}"),
                None => format!("folder:{package}:{name}"),
            };
            if self.seen.insert(external_id.clone()) {
                self.entries.push(FolderData {
                    name: name.clone(),
                    external_id: external_id.clone(),
                    source: self.source.to_owned(),
                    parent_external_id: parent,
                    ..FolderData::default()
                });
            }
            parent = Some(external_id);
        }
        parent
    }
}

fn case_properties(result: &TestResult) -> Properties {
    let mut properties = Properties::new();
    if !result.description.is_empty() {
        properties.insert("description".to_owned(), result.description.clone().into());
    }
    if !result.tags.is_empty() {
        properties.insert("tags".to_owned(), result.tags.clone().into());
    }
    properties
}

/// What is known of an execution beyond its status. An import has no other place for the reason of a failure.
pub(super) fn execution_properties(result: &TestResult) -> Properties {
    let mut properties = Properties::new();
    let mut add = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    add("test", result.test.clone().into());
    add("package", result.package.clone().into());
    add("target", result.target.clone().into());
    add("location", result.location.clone().into());
    add("startedAt", json!(iso(result)));
    for (name, text) in
        [("message", &result.message), ("failedAt", &result.failed_at), ("backtrace", &result.backtrace)]
    {
        if let Some(text) = text {
            add(name, text.clone().into());
        }
    }
    properties
}

fn iso(result: &TestResult) -> String {
    humantime::format_rfc3339_millis(result.started_at).to_string()
}

/// The service counts in seconds (contract, section 6); a microsecond is as fine as we measure.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e6
}

/// The uid that an annotation means: the number at the end of `TC-123`.
pub(super) fn uid_in(id: &str) -> Option<Uid> {
    let digits = id.len() - id.bytes().rev().take_while(u8::is_ascii_digit).count();
    id[digits..].parse::<i64>().ok().map(Uid::new)
}

/// The status numbers that the settings give, by verdict.
pub(super) fn status(ids: &dyn Fn(&str) -> Option<u64>, verdict: Verdict) -> Option<Uid> {
    i64::try_from(ids(verdict.as_str())?).ok().map(Uid::new)
}
