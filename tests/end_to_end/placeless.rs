//! Where nothing can be kept, or the local TestFiesta cannot be started, the tests run all the same.

use std::fs;

use tempfile::TempDir;

use crate::{
    fixtures::{FIRST, shop},
    support::{Program, Service, subcommand},
};

/// `cargo testfiesta test` in the shop, with a file where its directory should be.
fn tested() -> (Program, TempDir) {
    let data = tempfile::tempdir().expect("a directory");
    let occupied = data.path().join("occupied");
    fs::write(&occupied, "a file, not a directory").expect("written");
    let command = subcommand(&["test", "--test", "first"]).current_dir(shop().directory());
    (command.env("TESTFIESTA_DIR", occupied.join("data")), data)
}

#[test]
fn where_nothing_can_be_kept_test_processes_report_by_themselves() {
    for (variable, code) in [("TESTFIESTA_STRICT", 0), ("END_TO_END_BREAK", 101)] {
        let service = Service::start();
        let (command, _data) = tested();
        let output = command.envs(service.settings()).env(variable, "1").run().with_code(code);
        output.says(&["data cannot be written: ", "each test process reports by itself", "3 confirmed"]);
        assert_eq!(service.executions().len(), FIRST);
    }
}

#[test]
fn where_nothing_can_be_kept_and_no_service_is_set_the_tests_run_all_the_same() {
    for (variable, code) in [("NOTHING", 0), ("TESTFIESTA_STRICT", 102), ("END_TO_END_BREAK", 101)] {
        let (command, _data) = tested();
        let output = command.env(variable, "1").run().with_code(code);
        assert!(output.stdout.contains("running 3 tests"), "{}", output.text());
        output.says(&["data cannot be written: ", "nothing of the tests is kept or reported"]);
    }
}

#[test]
fn where_the_local_testfiesta_cannot_be_started_the_tests_run_and_are_kept() {
    for (variable, code) in [("NOTHING", 0), ("TESTFIESTA_STRICT", 102)] {
        let data = tempfile::tempdir().expect("a directory");
        // Its database would be there.
        fs::create_dir(data.path().join("testfiesta.db")).expect("made");
        let command = subcommand(&["test", "--test", "first"]).current_dir(shop().directory());
        let output = command.env("TESTFIESTA_DIR", data.path()).env(variable, "1").run().with_code(code);
        output.says(&["3 queued, because the local TestFiesta could not be started: ", "kept in"]);
    }
}
