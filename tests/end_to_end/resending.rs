//! Of several `cargo testfiesta resend` at once, one delivers.

use std::{fs::File, path::Path, thread};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::{
    fixtures::{FIRST, shop},
    support::{Program, Service, block_on, subcommand},
};

/// Outcomes that nobody was there to take.
fn undelivered() -> TempDir {
    let data = tempfile::tempdir().expect("a directory");
    shop().binary("first").env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    data
}

/// `cargo testfiesta resend …` to a service.
fn resend(service: &Service, data: &Path, arguments: &[&str]) -> Program {
    let command = subcommand(&["resend"]).args(arguments).current_dir(shop().directory());
    command.envs(service.settings()).env("TESTFIESTA_DIR", data)
}

/// Somebody who delivers.
fn delivering(data: &TempDir) -> File {
    let lock = File::create(data.path().join("resend.lock")).expect("a file");
    lock.lock().expect("locked");
    lock
}

#[test]
fn several_at_once_deliver_everything_once() {
    let (service, data) = (Service::start(), undelivered());
    service.fail("latency=100ms");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| resend(&service, data.path(), &[]).run().with_code(0));
        }
    });
    let imports = service.told().into_iter().filter(|told| told.path.ends_with("/data")).count();
    assert_eq!((imports, service.execution_count(service.the_run().uid)), (1, FIRST));
}

#[test]
fn who_comes_second_waits_and_says_so() {
    let (service, data) = (Service::start(), undelivered());
    let delivering = delivering(&data);
    let mut second = resend(&service, data.path(), &[]).spawn();
    let mut lines = BufReader::new(second.stderr.take().expect("a stderr")).lines();
    let line = block_on(lines.next_line()).expect("a line").expect("a line before the end");
    assert!(line.contains("another `cargo testfiesta resend` is delivering"), "{line}");
    assert_eq!(service.told().len(), 0);
    drop(delivering);
    assert_eq!(block_on(second.wait()).expect("an end").code(), Some(0));
    assert_eq!(service.executions().len(), FIRST);
}

#[test]
fn a_deadline_that_leaves_no_time_to_wait_leaves_a_request_its_own() {
    let (service, data) = (Service::start(), undelivered());
    let resend = resend(&service, data.path(), &[]).env("TESTFIESTA_DEADLINE", "0s");
    resend.run().with_code(0).says(&["3 executed = 3 confirmed"]);
}

#[test]
fn where_nobody_answers_the_other_runs_are_not_tried_and_counted() {
    let data = undelivered();
    for _ in 0..2 {
        shop().binary("first").env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    }
    let output = resend(&Service::gone(), data.path(), &[]).run().with_code(1);
    let output = output.says(&["9 queued in 3 runs", "not tried, and still queued: 2 runs"]);
    assert_eq!(output.stderr.matches("3 executed = 0 confirmed + 3 queued").count(), 1, "{}", output.stderr);
}

#[test]
fn a_dry_run_waits_for_nobody() {
    let (service, data) = (Service::start(), undelivered());
    let _delivering = delivering(&data);
    resend(&service, data.path(), &["--dry-run"]).run().with_code(0).says(&["3 queued in 1 run"]);
}
