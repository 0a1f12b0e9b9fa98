//! From results to the body of a bulk import: no network here.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
    fmt::Display,
    time::Duration,
};

use crate::{
    json::{Member, Members, Text},
    provider::{CaseKey, Run, TestResult, Verdict},
    testfiesta::{Properties, Uid},
};

/// The body that imports `results` into `run`: a [`DataImport`](crate::testfiesta::DataImport), as JSON. Both ways of
/// naming the run are given: the number, which the newer specification knows, and an entry that the executions refer to
/// (contract, sections 3.4 and 6).
pub(super) fn import(run: &Run, uid: Uid, source: &str, results: &[TestResult]) -> String {
    let labels = Labels { source: Text(source).to_string(), run: Text(&run.key).to_string() };
    let mut folders = Folders::default();
    let cases = cases(&labels, results, &mut folders);
    let folders: Vec<_> = folders.found.iter().map(|folder| folder.entry(&labels)).collect();
    let executions: Vec<_> = results.iter().map(|result| execution(&labels, result)).collect();
    format!(
        "{{\"entities\":{{\"folders\":{{\"entries\":[{}]}},\"cases\":{{\"entries\":[{}]}},\
         \"executions\":{{\"entries\":[{}]}},\
         \"runs\":{{\"entries\":[{{\"name\":{},\"externalId\":{},\"source\":{}}}]}}}},\"runId\":{uid}}}",
        folders.join(","),
        cases.join(","),
        executions.join(","),
        Text(&run.name),
        labels.run,
        labels.source,
    )
}

/// What every entry of a batch repeats, as JSON.
struct Labels {
    source: String,
    run: String,
}

/// Several tests may cover one case: it is described once.
fn cases<'r>(labels: &Labels, results: &'r [TestResult], folders: &mut Folders<'r>) -> Vec<String> {
    // Without optimisation, hashing a text takes longer than comparing it with ten others.
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut entries = Vec::new();
    for result in results {
        // Somebody put a case with an id where it belongs: it is not moved.
        let (external_id, folder) = match &result.case {
            CaseKey::Id(id) => (id, None),
            CaseKey::Own { external_id, folders: path } => {
                (external_id, folders.innermost(&result.package, path))
            }
        };
        if seen.insert(external_id) {
            entries.push(format!(
                "{{\"name\":{},\"externalId\":{},\"source\":{}{}{}{}}}",
                Text(&result.case_name),
                Text(external_id),
                labels.source,
                Member("folderExternalId", folder),
                Member("description", Some(&*result.description).filter(|text| !text.is_empty())),
                Members("tags", &result.tags),
            ));
        }
    }
    entries
}

fn execution(labels: &Labels, result: &TestResult) -> String {
    let (CaseKey::Id(case) | CaseKey::Own { external_id: case, .. }) = &result.case;
    let mut more = String::new();
    for (name, text) in reasons(result) {
        more.push_str(&Member(name, Some(&text)).to_string());
    }
    format!(
        "{{\"caseRef\":{},\"runRef\":{},\"source\":{},\"status\":\"{}\",\"externalId\":{},\"time\":{},\"customFields\":{{\
         \"test\":{},\"package\":{},\"target\":{},\"location\":{},\"startedAt\":\"{}\"{more}}}}}",
        Text(case),
        labels.run,
        labels.source,
        result.verdict.as_str(),
        Text(&result.external_id),
        seconds(result.duration),
        Text(&result.test),
        Text(&result.package),
        Text(&result.target),
        Text(&result.location),
        started_at(result),
    )
}

/// The folders of a batch, each once.
#[derive(Default)]
struct Folders<'r> {
    /// The path that was asked for last, and its innermost folder's external id: the next test's is mostly the same.
    last: Option<(&'r str, &'r [String], Option<String>)>,
    seen: HashSet<String>,
    /// Parents before their children.
    found: Vec<Folder<'r>>,
}

struct Folder<'r> {
    name: &'r str,
    external_id: String,
    parent: Option<String>,
}

impl<'r> Folders<'r> {
    /// The external id of the last folder of a path that begins with the outermost one; adds those that are new.
    fn innermost(&mut self, package: &'r str, path: &'r [String]) -> Option<&str> {
        if !matches!(&self.last, Some((of, last, _)) if *of == package && *last == path) {
            self.last = Some((package, path, self.add(package, path)));
        }
        self.last.as_ref().and_then(|(_, _, innermost)| innermost.as_deref())
    }

    fn add(&mut self, package: &str, path: &'r [String]) -> Option<String> {
        let mut parent: Option<String> = None;
        for name in path {
            let external_id = match &parent {
                Some(parent) => format!("{parent}::{name}"),
                None => format!("folder:{package}:{name}"),
            };
            if self.seen.insert(external_id.clone()) {
                self.found.push(Folder { name, external_id: external_id.clone(), parent });
            }
            parent = Some(external_id);
        }
        parent
    }
}

impl Folder<'_> {
    fn entry(&self, labels: &Labels) -> String {
        format!(
            "{{\"name\":{},\"externalId\":{},\"source\":{}{}}}",
            Text(self.name),
            Text(&self.external_id),
            labels.source,
            Member("parentExternalId", self.parent.as_deref()),
        )
    }
}

/// What is known of an execution beyond its status, as [`execution`] has it in an import, which has no other place for
/// the reason of a failure.
pub(super) fn execution_properties(result: &TestResult) -> Properties {
    let mut properties = Properties::new();
    let mut add = |name: &str, text: String| drop(properties.insert(name.to_owned(), text.into()));
    add("test", result.test.clone());
    add("package", result.package.clone());
    add("target", result.target.clone());
    add("location", result.location.clone());
    add("startedAt", started_at(result).to_string());
    for (name, text) in reasons(result) {
        add(name, text.into_owned());
    }
    properties
}

/// What only a test has to tell that did not just pass: a name and a text each.
fn reasons(result: &TestResult) -> Vec<(&'static str, Cow<'_, str>)> {
    let mut told = Vec::new();
    // Call by call: without optimisation, an iterator takes longer than a test that passed has to tell.
    tell(&mut told, "message", &result.message);
    tell(&mut told, "failedAt", &result.failed_at);
    tell(&mut told, "backtrace", &result.backtrace);
    for (name, text) in &result.reasons {
        told.push((name, text.into()));
    }
    tell(&mut told, "stdout", &result.stdout);
    tell(&mut told, "stderr", &result.stderr);
    if !result.earlier.is_empty() {
        told.push(("attempts", (result.earlier.len() + 1).to_string().into()));
        told.push(("earlierAttempts", result.earlier.join("\n\n").into()));
        if result.verdict == Verdict::Passed {
            told.push(("flaky", "true".into()));
        }
    }
    told
}

fn tell<'r>(told: &mut Vec<(&'static str, Cow<'r, str>)>, name: &'static str, text: &'r Option<String>) {
    if let Some(text) = text {
        told.push((name, text.into()));
    }
}

fn started_at(result: &TestResult) -> impl Display {
    humantime::format_rfc3339_millis(result.started_at)
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

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use serde_json::{Value, json};

    use super::*;
    use crate::testfiesta::DataImport;

    fn result(case: CaseKey, test: &str) -> TestResult {
        TestResult {
            external_id: format!("key/shop/cart/{test}"),
            case,
            case_name: "Adds \"one\"".to_owned(),
            description: String::new(),
            tags: Vec::new(),
            verdict: Verdict::Passed,
            started_at: UNIX_EPOCH + Duration::from_millis(1_500),
            duration: Duration::from_micros(1_250),
            message: None,
            failed_at: None,
            backtrace: None,
            stdout: None,
            stderr: None,
            earlier: Vec::new(),
            reasons: Vec::new(),
            test: test.to_owned(),
            package: "shop".to_owned(),
            target: "cart".to_owned(),
            location: "tests/cart.rs:3:4".to_owned(),
        }
    }

    fn with_id(id: &str, test: &str) -> TestResult {
        result(CaseKey::Id(id.to_owned()), test)
    }

    fn own(external_id: &str, folders: &[&str]) -> TestResult {
        let folders = folders.iter().map(|&name| name.to_owned()).collect();
        result(CaseKey::Own { external_id: external_id.to_owned(), folders }, external_id)
    }

    fn imported(results: &[TestResult]) -> Value {
        let run = Run { id: "7".into(), key: "key".into(), name: "run".into(), url: None };
        let body = import(&run, Uid::new(7), "cargo-test", results);
        serde_json::from_str::<DataImport>(&body).expect("an import");
        serde_json::from_str(&body).expect("JSON")
    }

    #[test]
    fn a_case_with_an_id_is_named_and_not_moved() {
        let result = TestResult {
            description: "What it does.".to_owned(),
            tags: vec!["smoke".to_owned()],
            ..with_id("TC-1", "adds")
        };
        let expected = json!([{ "name": "Adds \"one\"", "externalId": "TC-1", "source": "cargo-test",
            "description": "What it does.", "tags": ["smoke"] }]);
        assert_eq!(imported(&[result])["entities"]["cases"]["entries"], expected);
    }

    #[test]
    fn an_execution_says_what_ran_and_how_it_ended() {
        let result = TestResult {
            verdict: Verdict::Failed,
            message: Some("left\nright".to_owned()),
            failed_at: Some("src/cart.rs:9:1".to_owned()),
            ..with_id("TC-1", "adds")
        };
        let expected = json!([{ "caseRef": "TC-1", "runRef": "key", "source": "cargo-test", "status": "failed",
            "externalId": "key/shop/cart/adds", "time": 0.00125, "customFields": {
                "test": "adds", "package": "shop", "target": "cart", "location": "tests/cart.rs:3:4",
                "startedAt": "1970-01-01T00:00:01.500Z", "message": "left\nright",
                "failedAt": "src/cart.rs:9:1" } }]);
        assert_eq!(imported(&[result])["entities"]["executions"]["entries"], expected);
    }

    #[test]
    fn tests_of_one_case_describe_it_once() {
        let body = imported(&[with_id("TC-1", "adds"), with_id("TC-1", "removes")]);
        assert_eq!(body["entities"]["cases"]["entries"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn folders_come_once_each_below_its_parent() {
        let body =
            imported(&[own("a", &["shop", "cart"]), own("b", &["shop", "cart"]), own("c", &["shop", "pay"])]);
        let folder = |name: &str, external_id: &str| {
            json!({ "name": name, "externalId": external_id, "source": "cargo-test",
                "parentExternalId": "folder:shop:shop" })
        };
        let outermost = json!({ "name": "shop", "externalId": "folder:shop:shop", "source": "cargo-test" });
        let expected = json!([
            outermost,
            folder("cart", "folder:shop:shop::cart"),
            folder("pay", "folder:shop:shop::pay")
        ]);
        assert_eq!(body["entities"]["folders"]["entries"], expected);
    }

    #[test]
    fn a_case_of_its_own_lies_in_its_innermost_folder() {
        let body = imported(&[own("a", &["shop", "cart"])]);
        assert_eq!(body["entities"]["cases"]["entries"][0]["folderExternalId"], "folder:shop:shop::cart");
    }

    #[test]
    fn the_run_is_named_by_number_and_by_entry() {
        let body = imported(&[with_id("TC-1", "adds")]);
        assert_eq!(body["runId"], 7);
        let expected = json!([{ "name": "run", "externalId": "key", "source": "cargo-test" }]);
        assert_eq!(body["entities"]["runs"]["entries"], expected);
    }
}
