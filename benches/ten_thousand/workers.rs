//! What it costs to run tests in worker processes.

use std::{process::Command, time::Duration};

use crate::{
    PAIRS, run_alone,
    support::{Comparison, Cost, compare, cost_of},
    tests::{Built, COUNT, FEW, Harness, PRINTS, Suite},
};

/// A process of ours for a test of nextest's: at least sixty times as fast.
const OF_NEXTEST: f64 = 1.0 / 60.0;
/// How many workers there are in the two runs that tell what one costs.
const WORKERS: [usize; 2] = [2, 34];

/// Measures, and prints.
pub(crate) fn measure() {
    let suite = |harness, tests| Suite { harness, tests, ids: 1, does: PRINTS };
    let ours = suite(Harness::Testfiesta, COUNT).build("printing-testfiesta");
    let theirs = suite(Harness::Libtest, COUNT).build("printing-libtest");
    let few = suite(Harness::Testfiesta, FEW).build("hundreds-testfiesta");

    println!("\n{COUNT} tests that print a line, captured");
    Comparison::print_header("libtest");
    let libtest = || cost_of(&mut Command::new(&theirs.executable));
    compare("workers, no service", PAIRS, || run_alone(&ours, "workers"), libtest).print(0.6);
    let largest = |cost: Cost| cost.peak as f64 / f64::from(1 << 20);
    println!(
        "peak memory, MiB: harness or worker, whichever is larger, {:.1}; on threads {:.1}; libtest {:.1}",
        largest(run_alone(&ours, "workers")),
        largest(run_alone(&ours, "threads")),
        largest(libtest())
    );
    let [wall, cpu] = one_more_worker(&few);
    println!("one more worker, ms: {wall:.1} until it works, {cpu:.1} on processors");

    println!("\n{FEW} tests that print a line, a process for each");
    if !nextest(&few, &["--version"]).output().is_ok_and(|output| output.status.success()) {
        println!("not measured: cargo-nextest is not on this machine");
        return;
    }
    Comparison::print_header("nextest");
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let process_each = || {
        let mut command = nextest(&few, &["run", "--test", "all", "--status-level", "none"]);
        cost_of(command.env("TESTFIESTA_DIR", directory.path()))
    };
    compare("workers, no service", PAIRS, || run_alone(&few, "workers"), process_each).print(OF_NEXTEST);
}

fn nextest(tests: &Built, arguments: &[&str]) -> Command {
    let mut command = tests.package.cargo("nextest");
    command.args(arguments);
    command
}

/// What a worker adds to a run that has work for it: time that passes, and time on processors, in milliseconds.
fn one_more_worker(tests: &Built) -> [f64; 2] {
    let [fewer, more] = WORKERS.map(|workers| workers.to_string());
    let run = |threads: &str| {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        let mut command = Command::new(&tests.executable);
        cost_of(command.args(["--test-threads", threads]).env("TESTFIESTA_DIR", directory.path()))
    };
    let Comparison { ours, theirs, .. } = compare("one more worker", PAIRS, || run(&more), || run(&fewer));
    let each = |more: Duration, fewer: Duration| {
        (more.as_secs_f64() - fewer.as_secs_f64()) * 1e3 / (WORKERS[1] - WORKERS[0]) as f64
    };
    [each(ours.wall, theirs.wall), each(ours.cpu, theirs.cpu)]
}
