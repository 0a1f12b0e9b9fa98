//! 10,000 trivial tests under testfiesta, against the same ones under libtest; and worker processes, against libtest and
//! against a process for each test; and what waits for a service that is down.
//!
//! `cargo bench --bench ten_thousand -- queued` measures one part: `threads`, `workers` or `queued`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod counting_proxy;
mod queued;
mod service;
#[path = "../support/mod.rs"]
mod support;
mod tests;
mod workers;

use std::{env, path::Path, process::Command};

use counting_proxy::CountingProxy;
use service::Service;
use support::{Comparison, Cost, compare, cost_of};
use tests::{Built, COUNT, Harness, NOTHING, ONE, Suite};

const PAIRS: usize = 9;
const REQUESTS: usize = 60;

fn main() {
    for (name, measure) in
        [("threads", on_threads as fn()), ("workers", workers::measure), ("queued", queued::measure)]
    {
        let mut wanted = env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
        if wanted.peek().is_none() || wanted.any(|wanted| wanted == name) {
            measure();
        }
    }
}

fn on_threads() {
    let suite = |harness| Suite { harness, tests: COUNT, ids: 1, does: NOTHING };
    let ours = suite(Harness::Testfiesta).build("thousands-testfiesta");
    let theirs = suite(Harness::Libtest).build("thousands-libtest");
    let server = service::build();

    println!("{COUNT} tests, debug build; {PAIRS} pairs in turn, medians, ratio of each pair");
    Comparison::print_header("libtest");
    let libtest = |arguments: &'static [&'static str]| {
        let theirs = &theirs;
        move || cost_of(Command::new(&theirs.executable).args(arguments))
    };
    let list: &[&str] = &["--list", "--format", "terse"];
    let one: &[&str] = &[ONE, "--exact"];

    compare("threads, no service", PAIRS, || run_alone(&ours, "threads"), libtest(&[])).print(0.3);
    compare("threads, local server", PAIRS, || run_reporting(&server, &ours), libtest(&[])).print(0.5);
    compare(
        "--list --format terse",
        PAIRS,
        || cost_of(Command::new(&ours.executable).args(list)),
        libtest(list),
    )
    .print(1.0);
    compare("--exact, no service", 3 * PAIRS, || run_one(&ours, one), libtest(one)).print(1.2);
    println!("requests for {COUNT} outcomes: {}, aim {REQUESTS}", count_requests(&server, &ours));
}

/// Runs all tests with nothing configured; every outcome is in the journal.
fn run_alone(tests: &Built, isolation: &str) -> Cost {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let mut command = Command::new(&tests.executable);
    let cost =
        cost_of(command.env("TESTFIESTA_DIR", directory.path()).env("TESTFIESTA_ISOLATION", isolation));
    let runs = testfiesta_harness::journal::runs(directory.path()).expect("runs");
    let journals = testfiesta_harness::journal::read_run(&runs[0]).expect("journals");
    assert_eq!(journals[0].finished.len(), tests.count, "an outcome is not in the journal");
    cost
}

/// Runs all tests and reports them to a fresh server; every outcome is there.
fn run_reporting(server: &Path, tests: &Built) -> Cost {
    let service = Service::start(server);
    let mut command = service.reporting(&tests.executable, service.address());
    let cost = cost_of(command.env("TESTFIESTA_ISOLATION", "threads"));
    assert_eq!(service.executions(), COUNT as u64, "an outcome is not on the server");
    cost
}

fn run_one(tests: &Built, arguments: &[&str]) -> Cost {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("one");
    // As under nextest: the processes of one run share a directory and a key.
    cost_of(
        Command::new(&tests.executable)
            .args(arguments)
            .env("TESTFIESTA_DIR", directory)
            .env("NEXTEST_RUN_ID", "bench"),
    )
}

fn count_requests(server: &Path, tests: &Built) -> usize {
    let service = Service::start(server);
    let proxy = CountingProxy::start(service.address());
    cost_of(&mut service.reporting(&tests.executable, &proxy.address()));
    assert_eq!(service.executions(), COUNT as u64, "an outcome is not on the server");
    proxy.requests()
}
