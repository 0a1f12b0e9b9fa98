//! A journal that nobody here can read, since a later version wrote it, stands in nobody's way.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    fixtures::{FIRST, shop},
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
fn of_the_same_run_it_leaves_the_exit_code_to_the_tests_and_to_strict_mode() {
    for (variable, code) in [("NOTHING", 0), ("TESTFIESTA_STRICT", 102)] {
        let (service, data) = (Service::start(), directory());
        let command = tested(&service, &data).env("TESTFIESTA_RUN_KEY", KEY).env(variable, "1");
        command.run().with_code(code).says(&NAMED).says(&["what became of the outcomes is not known"]);
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
