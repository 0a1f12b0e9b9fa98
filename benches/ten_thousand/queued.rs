//! What outcomes take in memory that a service does not take.

use std::{net::TcpListener, process::Command};

use crate::{
    run_alone,
    support::{Comparison, Cost, compare, cost_of},
    tests::{Built, COUNT, Harness, NOTHING, Suite},
};

/// How many outcomes each test has.
const IDS: usize = 5;
const PAIRS: usize = 5;
/// What the harness may hold at most while a service is down, against itself without one.
const AIM: f64 = 2.5;

/// Measures, and prints.
pub(crate) fn measure() {
    let suite = |harness| Suite { harness, tests: COUNT, ids: IDS, does: NOTHING };
    let ours = suite(Harness::Testfiesta).build("thousands-queued");
    let theirs = suite(Harness::Libtest).build("thousands-libtest");

    println!("\n{} outcomes of {COUNT} tests on threads, and nobody to take them: peak memory", COUNT * IDS);
    let alone = || run_alone(&ours, "threads");
    let libtest = || cost_of(&mut Command::new(&theirs.executable));
    print("a service that is down, to none", &compare("", PAIRS, || run_down(&ours), alone), Some(AIM));
    print("no service, to libtest", &compare("", PAIRS, alone, libtest), None);
}

fn print(name: &str, compared: &Comparison, aim: Option<f64>) {
    let mebibytes = |cost: &Cost| cost.peak as f64 / f64::from(1 << 20);
    let verdict = aim.map(|aim| format!("  {aim} {}", if compared.peak <= aim { "met" } else { "missed" }));
    println!(
        "{name:<34} {:>8.1} MiB {:>8.1} MiB {:>8.2}{}",
        mebibytes(&compared.ours),
        mebibytes(&compared.theirs),
        compared.peak,
        verdict.unwrap_or_default()
    );
}

/// Runs all tests and reports them to an address where nobody listens; every outcome is in the journal.
fn run_down(tests: &Built) -> Cost {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let address = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port");
    let mut command = Command::new(&tests.executable);
    command
        .env("TESTFIESTA_URL", format!("http://{address}"))
        .env("TESTFIESTA_TOKEN", "testfiesta_bench.bench")
        .env("TESTFIESTA_HANDLE", "local")
        .env("TESTFIESTA_PROJECT", "BENCH")
        .env("TESTFIESTA_ISOLATION", "threads");
    let cost = cost_of(command.env("TESTFIESTA_DIR", directory.path()));
    let [run] = testfiesta_harness::journal::runs(directory.path()).expect("runs").try_into().expect("one");
    let summary =
        testfiesta_harness::journal::sum_up(&run, Vec::new(), testfiesta_harness::journal::Elsewhere::Left)
            .expect("journals");
    assert_eq!(summary.executed, (COUNT * IDS) as u64, "an outcome is not in the journal");
    cost
}
