//! Where test processes have no room for their journals: outcomes arrive all the same, or it is said which do not.
//!
//! A limit on the size of files stands for a full disk. It holds for test processes alone, since a cargo `runner` sets it.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    fixtures::{FIRST, shop},
    support::{Program, Service, nextest_is_here, subcommand},
};

/// A service, and a directory with little room for test processes.
struct Place {
    service: Service,
    data: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { service: Service::start(), data: tempfile::tempdir().expect("a directory") }
    }

    /// `program`, whose test processes have room for files of so many blocks, of 512 bytes or twice that.
    fn with_room(&self, program: Program, blocks: u32, before: &str) -> Program {
        let path = self.data.path().join("runner.sh");
        let script = format!("trap '' XFSZ\nulimit -f {blocks}\n{before}\nexec \"$@\"\n");
        fs::write(&path, script).expect("written");
        let libc = if cfg!(target_env = "musl") { "MUSL" } else { "GNU" };
        let runner =
            format!("CARGO_TARGET_{}_UNKNOWN_LINUX_{libc}_RUNNER", std::env::consts::ARCH.to_uppercase());
        program
            .env(&runner, format!("sh {}", path.display()))
            .env("TESTFIESTA_DIR", self.data.path().join("kept"))
    }

    fn tested(&self, arguments: &[&str], blocks: u32, before: &str) -> Program {
        let command = subcommand(arguments).current_dir(shop().directory()).envs(self.service.settings());
        self.with_room(command, blocks, before)
            .env("TESTFIESTA_SUMMARY", self.data.path().join("summary.json"))
    }

    fn summary(&self) -> Value {
        let text = fs::read(self.data.path().join("summary.json")).expect("a summary");
        serde_json::from_slice(&text).expect("JSON")
    }
}

#[test]
fn every_outcome_arrives_and_is_in_the_journal_afterwards() {
    for blocks in [0, 1] {
        let place = Place::new();
        let arguments = ["test", "--test", "first", "--test", "forgotten", "--no-fail-fast"];
        let output = place.tested(&arguments, blocks, "").run().with_code(101);
        let output = output.says(&["7 executed = 7 confirmed + 0 queued"]);
        assert!(!output.stderr.contains("not all of this run"), "{}", output.stderr);
        assert_eq!(place.service.executions().len(), 7);
        let summary = place.summary();
        assert_eq!(
            (&summary["passed"], &summary["failed"], &summary["crashed"]),
            (&json!(6), &json!(1), &json!(0))
        );
        assert_eq!(summary["not_known"], Value::Null);
        let resend = subcommand(&["resend", "--dry-run"]).current_dir(shop().directory());
        let resend =
            resend.envs(place.service.settings()).env("TESTFIESTA_DIR", place.data.path().join("kept"));
        resend.run().with_code(0).says(&["0 queued"]);
    }
}

#[test]
fn every_outcome_of_nextest_arrives() {
    if !nextest_is_here() {
        return;
    }
    let place = Place::new();
    let output = place.tested(&["nextest", "--test", "first"], 0, "").env("TESTFIESTA_STRICT", "1");
    output.run().with_code(0).says(&["3 executed = 3 confirmed + 0 queued"]);
    assert_eq!(place.service.executions().len(), FIRST);
}

#[test]
fn a_test_that_took_its_process_with_it_crashed_and_the_one_before_it_passed() {
    let place = Place::new();
    let output = place.tested(&["test", "--test", "crashing"], 0, "").run();
    output.says(&["2 executed = 2 confirmed + 0 queued", "1 passed, 1 failed, 0 skipped"]);
    assert_eq!(place.summary()["crashed"], json!(1));
}

/// Nobody takes over what there is no room for.
const ALONE: &str = "unset TESTFIESTA_HANDOVER";

#[test]
fn what_is_lost_is_named_and_not_all_of_the_run_is_known() {
    for (strict, code) in [("0", 0), ("1", 102)] {
        let place = Place::new();
        let output = place.tested(&["test", "--test", "first"], 1, ALONE).env("TESTFIESTA_STRICT", strict);
        let output = output.run().with_code(code);
        output.says(&[
            "not all of this run is known: ",
            "no room for ",
            "lost where no service confirmed it (may_",
            "File too large",
            "it does not say how the last of its tests ended",
        ]);
        assert_eq!(place.summary()["not_known"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn without_a_service_it_is_said_what_is_lost_and_no_test_fails() {
    let place = Place::new();
    let output = place.with_room(shop().cargo(&["test", "--test", "first"]), 0, "").run().with_code(0);
    output.says(&["no room for 3 outcomes, lost", "3 executed, not all of them kept"]);
}

#[test]
fn a_service_takes_what_there_is_no_room_for() {
    let place = Place::new();
    let cargo = shop().cargo(&["test", "--test", "first"]).envs(place.service.settings());
    let output = place
        .with_room(cargo, 1, "")
        .run()
        .with_code(0)
        .says(&["3 executed = 3 confirmed", "but every outcome is confirmed"]);
    assert!(!output.stderr.contains("lost"), "{}", output.stderr);
    assert_eq!(place.service.executions().len(), FIRST);
}

#[test]
fn a_target_without_a_harness_says_that_outcomes_wait_for_room() {
    let place = Place::new();
    let cargo = shop().cargo(&["test", "--test", "forgotten"]);
    let output = place.with_room(cargo, 0, "").run().with_code(101);
    output.says(&[
        "outcomes cannot be written, and those for which no room is found before this process ends are lost",
    ]);
}
