//! From results to the body of a bulk import: no network here.
//!
//! It is made once for every test, in debug builds: see [`json`](crate::json) for why it is written as it is.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashSet},
    time::SystemTime,
};

use crate::{
    json::{self, json},
    provider::{CaseKey, FailedAttempt, Run, TestResult, Verdict},
    testfiesta::{Properties, Uid},
};

/// The body that imports `results` into `run`: a [`DataImport`](crate::testfiesta::DataImport), as JSON. Both ways of
/// naming the run are given: the number, which the newer specification knows, and an entry that the executions refer to
/// (contract, sections 3.4 and 6).
pub(super) fn import(run: &Run, uid: Uid, source: &str, results: &[TestResult]) -> String {
    let labels = Labels { source: json::text(source), run: json::text(&run.key) };
    let mut folders = Folders { labels: &labels, last: None, seen: HashSet::new(), entries: String::new() };
    // Without optimisation, hashing a text takes longer than comparing it with ten others.
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut times = Times::default();
    let (mut cases, mut executions) = (String::new(), String::new());
    for result in results {
        // Somebody put a case with an id where it belongs: it is not moved.
        let (external_id, folder) = match &result.case {
            CaseKey::Id(id) => (id, None),
            CaseKey::Own { external_id, module_path } => {
                (external_id, Some(folders.innermost(&result.package, module_path)))
            }
        };
        // Several tests may cover one case: it is described once.
        if seen.insert(external_id) {
            cases.push_str(&case(&labels, external_id, folder, result));
        }
        executions.push_str(&execution(&labels, external_id, times.text(result.started_at), result));
    }
    format!(
        "{{\"entities\":{{\"folders\":{{\"entries\":[{}]}},\"cases\":{{\"entries\":[{}]}},\
         \"executions\":{{\"entries\":[{}]}},\
         \"runs\":{{\"entries\":[{{\"name\":{},\"externalId\":{},\"source\":{}}}]}}}},\"runId\":{uid}}}",
        without_comma(&folders.entries),
        without_comma(&cases),
        without_comma(&executions),
        json::text(&run.name),
        labels.run,
        labels.source,
    )
}

/// Entries, each of which was written with a comma before it.
fn without_comma(entries: &str) -> &str {
    entries.strip_prefix(',').unwrap_or(entries)
}

/// What every entry of a batch repeats, as JSON.
struct Labels {
    source: String,
    run: String,
}

fn case(labels: &Labels, external_id: &str, folder: Option<&str>, result: &TestResult) -> String {
    json(|quoting| {
        format!(
            ",{{\"name\":{},\"externalId\":{},\"source\":{}{}{}{}}}",
            quoting.text(&result.case_name),
            quoting.text(external_id),
            labels.source,
            quoting.member("folderExternalId", folder),
            quoting.member("description", Some(&*result.description).filter(|text| !text.is_empty())),
            quoting.members("tags", &result.tags),
        )
    })
}

fn execution(labels: &Labels, case: &str, started_at: &str, result: &TestResult) -> String {
    let mut more = String::new();
    if let Some(variant) = &result.variant {
        more.push_str(&json(|quoting| quoting.member("variant", Some(variant)).to_string()));
    }
    for (name, text) in reasons(result) {
        more.push_str(&json(|quoting| quoting.member(name, Some(&text)).to_string()));
    }
    // The service counts in seconds (contract, section 6); a microsecond is as fine as we measure.
    let (seconds, micros) = (result.duration.as_secs(), result.duration.subsec_micros());
    json(|quoting| {
        format!(
            ",{{\"caseRef\":{},\"runRef\":{},\"source\":{},\"status\":\"{}\",\"externalId\":{},\
             \"time\":{seconds}.{micros:06},\"customFields\":{{\
             \"test\":{},\"package\":{},\"target\":{},\"location\":{},\"startedAt\":\"{started_at}\"{more}}}}}",
            quoting.text(case),
            labels.run,
            labels.source,
            result.verdict.as_str(),
            quoting.text(&result.external_id),
            quoting.text(&result.test),
            quoting.text(&result.package),
            quoting.text(&result.target),
            quoting.text(&result.location),
        )
    })
}

/// Times as text. Tests that follow one another mostly began in the same millisecond.
#[derive(Default)]
struct Times {
    last: Option<(SystemTime, String)>,
}

impl Times {
    fn text(&mut self, time: SystemTime) -> &str {
        if !matches!(&self.last, Some((last, _)) if *last == time) {
            self.last = Some((time, rfc3339(time)));
        }
        self.last.as_ref().map_or("", |(_, text)| text)
    }
}

/// The folders of a batch, each once.
struct Folders<'l, 'r> {
    labels: &'l Labels,
    /// The path that was asked for last, and its innermost folder's external id: the next test's is mostly the same.
    last: Option<(&'r str, &'r str, String)>,
    seen: HashSet<String>,
    /// Parents before their children.
    entries: String,
}

impl<'r> Folders<'_, 'r> {
    /// The external id of a module's folder; adds those that are new.
    fn innermost(&mut self, package: &'r str, module_path: &'r str) -> &str {
        if !matches!(&self.last, Some((of, last, _)) if *of == package && *last == module_path) {
            let innermost = self.add(package, module_path);
            self.last = Some((package, module_path, innermost));
        }
        self.last.as_ref().map_or("", |(_, _, innermost)| innermost)
    }

    /// Adds the folder of a package, and those of a module below it.
    fn add(&mut self, package: &str, module_path: &str) -> String {
        let mut parent = self.add_one(package, format!("folder:{package}:{package}"), None);
        let mut modules = module_path.split("::").peekable();
        // A library is named like its package: one folder for both.
        modules.next_if(|name| is_crate_of(name, package));
        for name in modules {
            parent = self.add_one(name, format!("{parent}::{name}"), Some(&parent));
        }
        parent
    }

    fn add_one(&mut self, name: &str, external_id: String, parent: Option<&str>) -> String {
        if self.seen.insert(external_id.clone()) {
            let entry = json(|quoting| {
                format!(
                    ",{{\"name\":{},\"externalId\":{},\"source\":{}{}}}",
                    quoting.text(name),
                    quoting.text(&external_id),
                    self.labels.source,
                    quoting.member("parentExternalId", parent),
                )
            });
            self.entries.push_str(&entry);
        }
        external_id
    }
}

/// Whether this is what rustc calls a package's library.
fn is_crate_of(name: &str, package: &str) -> bool {
    name == package || (package.contains('-') && name == package.replace('-', "_"))
}

/// What is known of an execution beyond its status, as [`execution`] has it in an import, which has no other place for
/// the reason of a failure.
pub(super) fn execution_properties(result: &TestResult) -> Properties {
    let mut properties = Properties::new();
    let mut add = |name: &str, text: String| drop(properties.insert(name.to_owned(), text.into()));
    add("test", result.test.to_string());
    add("package", result.package.to_string());
    add("target", result.target.to_string());
    if let Some(variant) = &result.variant {
        add("variant", variant.to_string());
    }
    add("location", result.location.to_string());
    add("startedAt", rfc3339(result.started_at));
    for (name, text) in reasons(result) {
        add(name, text.into_owned());
    }
    // In seconds, as in an import, where it ends up here too (contract, section 10).
    properties.insert("time".to_owned(), result.duration.as_secs_f64().into());
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
        told.push(("earlierAttempts", attempts(&result.earlier).into()));
        if result.verdict == Verdict::Passed {
            told.push(("flaky", "true".into()));
        }
    }
    told
}

/// Why attempts failed, each followed by what it printed.
fn attempts(failed: &[FailedAttempt]) -> String {
    let mut told = String::new();
    for text in failed.iter().flat_map(|attempt| [&attempt.reason, &attempt.printed]) {
        if !text.is_empty() {
            told += if told.is_empty() { "" } else { "\n\n" };
            told += text;
        }
    }
    told
}

fn tell<'r>(told: &mut Vec<(&'static str, Cow<'r, str>)>, name: &'static str, text: &'r Option<String>) {
    if let Some(text) = text {
        told.push((name, text.into()));
    }
}

fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

/// The status numbers that the settings give, by verdict.
pub(super) fn status(ids: &dyn Fn(&str) -> Option<u64>, verdict: Verdict) -> Option<Uid> {
    i64::try_from(ids(verdict.as_str())?).ok().map(Uid::new)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use serde_json::{Value, json};

    use super::*;
    use crate::testfiesta::DataImport;

    fn result(case: CaseKey, test: &str) -> TestResult {
        TestResult {
            case_name: "Adds \"one\"".into(),
            started_at: UNIX_EPOCH + Duration::from_millis(1_500),
            duration: Duration::from_micros(1_250),
            package: "shop".into(),
            target: "cart".into(),
            location: "tests/cart.rs:3:4".into(),
            ..TestResult::passed(format!("key/shop/cart/{test}"), case, test.to_owned().into())
        }
    }

    fn with_id(id: &str, test: &str) -> TestResult {
        result(CaseKey::Id(id.to_owned()), test)
    }

    fn own(external_id: &str, module_path: &'static str) -> TestResult {
        let key = CaseKey::Own { external_id: external_id.to_owned(), module_path: module_path.into() };
        result(key, external_id)
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
            description: "What it does.".into(),
            tags: vec!["smoke".into()],
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
    fn earlier_attempts_are_told_with_what_they_printed() {
        let attempt = |reason: &str, printed: &str| FailedAttempt {
            reason: reason.to_owned(),
            printed: printed.to_owned(),
        };
        let earlier = vec![attempt("not yet", "stdout:\n1"), attempt("nor now", "")];
        let body = imported(&[TestResult { earlier, ..with_id("TC-1", "adds") }]);
        let fields = &body["entities"]["executions"]["entries"][0]["customFields"];
        assert_eq!(fields["earlierAttempts"], "not yet\n\nstdout:\n1\n\nnor now");
        assert_eq!(fields["attempts"], "3");
    }

    #[test]
    fn tests_of_one_case_describe_it_once() {
        let body = imported(&[with_id("TC-1", "adds"), with_id("TC-1", "removes")]);
        assert_eq!(body["entities"]["cases"]["entries"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn folders_come_once_each_below_its_parent() {
        let body = imported(&[own("a", "cart"), own("b", "cart"), own("c", "pay")]);
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
        let body = imported(&[own("a", "cart::deep")]);
        assert_eq!(
            body["entities"]["cases"]["entries"][0]["folderExternalId"],
            "folder:shop:shop::cart::deep"
        );
    }

    #[test]
    fn a_library_s_folder_is_its_package_s() {
        let library = TestResult { package: "web-shop".into(), ..own("a", "web_shop::price") };
        let body = imported(&[library]);
        let names = |entry: &Value| entry["name"].as_str().map(str::to_owned);
        let folders = body["entities"]["folders"]["entries"].as_array().expect("folders");
        assert_eq!(folders.iter().filter_map(names).collect::<Vec<_>>(), ["web-shop", "price"]);
    }

    #[test]
    fn the_run_is_named_by_number_and_by_entry() {
        let body = imported(&[with_id("TC-1", "adds")]);
        assert_eq!(body["runId"], 7);
        let expected = json!([{ "name": "run", "externalId": "key", "source": "cargo-test" }]);
        assert_eq!(body["entities"]["runs"]["entries"], expected);
    }
}
