//! 10,000 trivial tests under testfiesta, against the same ones under libtest.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod counting_proxy;
mod service;
#[path = "../support/mod.rs"]
mod support;
mod tests;

use std::{path::Path, process::Command};

use counting_proxy::CountingProxy;
use service::Service;
use support::{Comparison, Cost, compare, cost_of};
use tests::{COUNT, Harness, ONE};

const PAIRS: usize = 9;
const REQUESTS: usize = 60;

fn main() {
    let ours = tests::build(Harness::Testfiesta);
    let theirs = tests::build(Harness::Libtest);
    let server = service::build();

    println!("{COUNT} tests, debug build; {PAIRS} pairs in turn, medians, ratio of each pair");
    Comparison::print_header("libtest");
    let libtest = |arguments: &'static [&'static str]| {
        let theirs = &theirs;
        move || cost_of(Command::new(theirs).args(arguments))
    };
    let list: &[&str] = &["--list", "--format", "terse"];
    let one: &[&str] = &[ONE, "--exact"];

    compare("run, no service", PAIRS, || run_alone(&ours), libtest(&[])).print(0.3);
    compare("run, local server", PAIRS, || run_reporting(&server, &ours), libtest(&[])).print(0.5);
    compare("--list --format terse", PAIRS, || cost_of(Command::new(&ours).args(list)), libtest(list))
        .print(1.0);
    compare("--exact, no service", 3 * PAIRS, || run_one(&ours, one), libtest(one)).print(1.2);
    println!("requests for {COUNT} outcomes: {}, aim {REQUESTS}", count_requests(&server, &ours));
}

/// Runs all tests with nothing configured; every outcome is in the journal.
fn run_alone(executable: &Path) -> Cost {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let cost = cost_of(Command::new(executable).env("TESTFIESTA_DIR", directory.path()));
    let runs = testfiesta_harness::journal::runs(directory.path()).expect("runs");
    let journals = testfiesta_harness::journal::read_run(&runs[0]).expect("journals");
    assert_eq!(journals[0].finished.len(), COUNT, "an outcome is not in the journal");
    cost
}

/// Runs all tests and reports them to a fresh server; every outcome is there.
fn run_reporting(server: &Path, executable: &Path) -> Cost {
    let service = Service::start(server);
    let cost = cost_of(&mut service.reporting(executable, service.address()));
    assert_eq!(service.executions(), COUNT as u64, "an outcome is not on the server");
    cost
}

fn run_one(executable: &Path, arguments: &[&str]) -> Cost {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("one");
    // As under nextest: the processes of one run share a directory and a key.
    cost_of(
        Command::new(executable)
            .args(arguments)
            .env("TESTFIESTA_DIR", directory)
            .env("NEXTEST_RUN_ID", "bench"),
    )
}

fn count_requests(server: &Path, executable: &Path) -> usize {
    let service = Service::start(server);
    let proxy = CountingProxy::start(service.address());
    cost_of(&mut service.reporting(executable, &proxy.address()));
    assert_eq!(service.executions(), COUNT as u64, "an outcome is not on the server");
    proxy.requests()
}
