//! The journal when the disk does not want it, and a service that many processes would wait for.

use std::fs;

use tempfile::TempDir;

use crate::{
    fixtures::{MANY, shop, shop_binary},
    support::{Program, Service, nextest_is_here, subcommand},
};

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn resend(service: &Service, data: &TempDir) -> Program {
    let command = subcommand(&["resend"]).current_dir(shop().directory()).envs(service.settings());
    command.env("TESTFIESTA_DIR", data.path())
}

const FIRST: [&str; 3] = ["may_fail: passed", "may_leak: passed", "passes: passed"];

#[test]
fn a_directory_that_cannot_be_written_costs_no_outcome() {
    let (service, data) = (Service::start(), directory());
    let occupied = data.path().join("occupied");
    fs::write(&occupied, "a file, not a directory").expect("written");
    let output = shop_binary("first", &service, &occupied).run().with_code(0);
    output.says(&["3 executed = 3 confirmed", "the journal could not be written"]);
    assert_eq!(service.verdicts(), FIRST);
}

/// A limit for the size of files stands for a disk that is full: the write fails in the same way.
#[cfg(unix)]
fn on_a_full_disk(built: &crate::support::Built, target: &str) -> Program {
    let limited = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    let program = Program::new("sh").args(["-c", limited]).args([built.executable(target)]);
    program.current_dir(built.directory())
}

#[test]
#[cfg(unix)]
fn a_disk_that_is_full_fails_no_test_that_prints() {
    let data = directory();
    let program = on_a_full_disk(crate::fixtures::isolated(), "printing")
        .args(["t_11"])
        .env("TESTFIESTA_DIR", data.path());
    let output = program.run().with_code(0);
    assert!(output.stdout.contains("t_11 from a child"), "{}", output.text());
    output.says(&[
        "tests run in the harness's own process",
        "executed, not all of them kept in",
        "not all of this run is known",
    ]);
}

#[test]
#[cfg(unix)]
fn a_disk_that_is_full_costs_no_outcome() {
    let (service, data) = (Service::start(), directory());
    let program = on_a_full_disk(shop(), "many").envs(service.settings());
    let output = program.env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    output.says(&[&format!("{MANY} executed = {MANY} confirmed"), "the journal could not be written"]);
    // What the journal lacks is nobody's crash.
    resend(&service, &data).run().with_code(0);
    let verdicts = service.verdicts();
    assert_eq!(verdicts.len(), MANY);
    assert!(verdicts.iter().all(|verdict| verdict.ends_with(": passed")), "{verdicts:?}");
}

#[test]
fn processes_of_one_run_do_not_all_wait_for_a_service_that_hangs() {
    if !nextest_is_here() {
        return;
    }
    let (service, data) = (Service::failing("hang"), directory());
    let command = shop().cargo(&["nextest", "run", "--test", "many"]).envs(service.settings());
    command.env("TESTFIESTA_DIR", data.path()).env("TESTFIESTA_DEADLINE", "2s").run().with_code(0);
    let asked = service.told().len();
    assert!(asked < MANY / 3, "{asked} requests of {MANY} processes");
    service.heal();
    resend(&service, &data).run().with_code(0).says(&[&format!("{MANY} executed = {MANY} confirmed")]);
    assert_eq!(service.runs().len(), 1);
}

#[test]
fn a_service_that_asks_to_wait_for_an_hour_is_not_waited_for() {
    let (service, data) = (Service::failing("503,retry-after=3600s"), directory());
    let said = shop_binary("first", &service, data.path()).run().with_code(0);
    said.says(&["3 queued, because", "503"]);
    resend(&service, &data).run().with_code(1).says(&["3 queued, because", "503"]);
    let command = subcommand(&["test", "--test", "first"]).current_dir(shop().directory());
    let command = command.envs(service.settings()).env("TESTFIESTA_DIR", data.path());
    command.run().with_code(0).says(&["3 queued, because", "503"]);
}
