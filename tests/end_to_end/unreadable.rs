//! A journal that nobody here can read, since a later version wrote it or it is damaged, is named, and stands in nobody's
//! way.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    fixtures::{FIRST, SECOND, shop},
    support::{Program, Service, subcommand},
};

/// The key of a run that has such a journal.
const KEY: &str = "nightly";

/// A directory with the journal of a process of a later version, which died.
fn directory() -> TempDir {
    let data = tempfile::tempdir().expect("a directory");
    let write = |path: &str, text: &str| {
        let path = data.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    };
    let begun = json!({ "version": 99, "at": 1, "run_key": KEY, "package": "shop", "target": "cart" });
    write(&format!("journal/{KEY}/1-2.jsonl"), &format!("{}\n", json!({ "run_started": begun })));
    write(&format!("alive/{KEY}@1-2"), "");
    data
}

fn in_the_shop(service: &Service, data: &TempDir, arguments: &[&str]) -> Program {
    let command = subcommand(arguments).current_dir(shop().directory()).envs(service.settings());
    command.env("TESTFIESTA_DIR", data.path())
}

fn tested(service: &Service, data: &TempDir) -> Program {
    in_the_shop(service, data, &["test", "--test", "first"])
}

const NAMED: [&str; 2] = ["1-2.jsonl was written by a newer testfiesta", "update cargo-testfiesta"];

#[test]
fn it_is_named_at_the_end_and_the_exit_code_is_that_of_the_tests() {
    for (variable, code) in [("NOTHING", 0), ("END_TO_END_BREAK", 101)] {
        let (service, data) = (Service::start(), directory());
        let output = tested(&service, &data).env(variable, "1").run().with_code(code);
        output.says(&NAMED).says(&["3 executed = 3 confirmed"]);
        assert_eq!(service.executions().len(), FIRST);
    }
}

#[test]
fn of_another_run_it_is_no_concern_of_strict_mode() {
    let (service, data) = (Service::start(), directory());
    tested(&service, &data).env("TESTFIESTA_STRICT", "1").run().with_code(0).says(&NAMED);
}

#[test]
fn of_the_same_run_it_costs_no_other_outcome_and_is_a_concern_of_strict_mode() {
    for (variable, code) in [("NOTHING", 0), ("TESTFIESTA_STRICT", 102)] {
        let (service, data) = (Service::start(), directory());
        let command = tested(&service, &data).env("TESTFIESTA_RUN_KEY", KEY).env(variable, "1");
        let output = command.run().with_code(code).says(&["3 executed = 3 confirmed"]);
        output.says(&["not all of this run is known"]).says(&NAMED);
        assert_eq!(service.executions().len(), FIRST);
    }
}

#[test]
fn resend_names_it_and_delivers_all_else() {
    let (service, data) = (Service::start(), directory());
    shop().binary("first").env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    let dry_run = in_the_shop(&service, &data, &["resend", "--dry-run"]).run().with_code(1);
    dry_run.says(&NAMED).says(&["3 queued in 1 run"]);
    in_the_shop(&service, &data, &["resend"]).run().with_code(1).says(&NAMED);
    assert_eq!(service.executions().len(), FIRST);
}

/// What two test binaries of one run left, the first of whose journals was changed like this.
fn damaged(change: impl FnOnce(String) -> String) -> TempDir {
    let data = tempfile::tempdir().expect("a directory");
    for target in ["first", "second"] {
        let binary = shop().binary(target).env("TESTFIESTA_DIR", data.path());
        binary.env("TESTFIESTA_RUN_KEY", KEY).run().with_code(0);
    }
    let path = journal_of(&data, "first");
    let text = fs::read_to_string(&path).expect("a journal");
    fs::write(&path, change(text)).expect("written");
    data
}

/// The journal of the process that ran this target.
fn journal_of(data: &TempDir, target: &str) -> PathBuf {
    let entries = fs::read_dir(data.path().join("journal").join(KEY)).expect("journals");
    let mut paths = entries.map(|entry| entry.expect("a journal").path());
    let is_of =
        |path: &PathBuf| fs::read_to_string(path).is_ok_and(|text| text.contains(&format!("\"{target}\"")));
    paths.find(is_of).expect("a journal of that target")
}

#[test]
fn a_journal_whose_beginning_is_damaged_is_in_the_way_of_no_other() {
    let (service, data) = (Service::start(), damaged(|text| format!("\0\0{text}")));
    let output = in_the_shop(&service, &data, &["resend"]).run().with_code(1);
    output.says(&["its first line is damaged", "2 executed = 2 confirmed", "not all of this run is known"]);
    assert_eq!(service.executions().len(), SECOND);
}

#[test]
fn a_journal_whose_beginning_is_missing_is_not_taken_for_an_empty_one() {
    let (service, data) =
        (Service::start(), damaged(|text| text.lines().skip(1).collect::<Vec<_>>().join("\n") + "\n"));
    in_the_shop(&service, &data, &["resend"]).run().with_code(1).says(&["its first line is missing"]);
    let output = in_the_shop(&service, &data, &["doctor"]).run().with_code(1);
    assert!(output.stdout.contains("its first line is missing"), "{}", output.stdout);
    assert!(!output.stdout.contains("nothing waits"), "{}", output.stdout);
}

#[test]
fn a_result_that_is_damaged_is_named_and_the_others_arrive() {
    let (service, data) = (Service::start(), damaged(|text| text.replacen("{\"case_finished\"", "{\0", 1)));
    in_the_shop(&service, &data, &["resend"]).run().with_code(1).says(&["is damaged"]);
    assert_eq!(service.executions().len(), FIRST + SECOND - 1);
}

#[test]
fn a_run_s_file_that_is_damaged_is_named_and_begun_anew() {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    let file = data.path().join(format!("runs/{KEY}.json"));
    let tested = || tested(&service, &data).env("TESTFIESTA_RUN_KEY", KEY).run().with_code(0);
    tested();
    fs::write(&file, "").expect("written");
    tested().says(&[&format!("{KEY}.json: damaged"), "6 executed = 6 confirmed"]);
    let output = tested().says(&["9 executed = 9 confirmed"]);
    assert!(!output.stderr.contains("damaged"), "{}", output.stderr);
    assert_eq!(service.runs().len(), 1);
}

#[test]
fn resend_finds_a_run_whose_file_is_damaged() {
    let (service, data) = (Service::start(), damaged(|text| text));
    fs::write(data.path().join(format!("runs/{KEY}.json")), "").expect("written");
    let resend = || in_the_shop(&service, &data, &["resend"]).run().with_code(0);
    resend().says(&[&format!("{KEY}.json: damaged"), "5 executed = 5 confirmed"]);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST + SECOND);
}

#[test]
fn it_is_kept_for_who_can_read_it() {
    let (service, data) = (Service::start(), directory());
    tested(&service, &data).run().with_code(0);
    in_the_shop(&service, &data, &["resend"]).run().with_code(1);
    let first_line = |path: &Path| -> Value {
        let text = fs::read_to_string(path).expect("a journal");
        serde_json::from_str(text.trim_end()).expect("one line")
    };
    let journal = data.path().join(format!("journal/{KEY}/1-2.jsonl"));
    assert_eq!(first_line(&journal)["run_started"]["version"], 99);
    assert!(data.path().join(format!("alive/{KEY}@1-2")).is_file());
}

#[test]
fn the_doctor_names_it() {
    let (service, data) = (Service::start(), directory());
    let output = in_the_shop(&service, &data, &["doctor"]).run();
    assert!(output.stdout.contains("PROBLEM  ") && output.stdout.contains(NAMED[0]), "{}", output.stdout);
}

#[test]
fn journals_that_cannot_be_looked_for_are_a_problem_among_others() {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    let occupied = data.path().join("occupied");
    fs::write(&occupied, "a file, not a directory").expect("written");
    let output =
        in_the_shop(&service, &data, &["doctor"]).env("TESTFIESTA_DIR", &occupied).run().with_code(1);
    assert!(output.stdout.contains("occupied cannot be read"), "{}", output.text());
    assert!(output.stdout.contains("problems") || output.stdout.contains("1 problem"), "{}", output.stdout);
}
