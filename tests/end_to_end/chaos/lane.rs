//! One invocation after the other, some of which are killed.

use std::time::Duration;

use fastrand::Rng;
use tokio::{process::Child, time::timeout};

use super::place::Place;
use crate::{
    fixtures::chaotic,
    support::{Program, block_on, nextest_is_here, subcommand},
};

/// Runs modules of tests as long as there are any. Answers with how many invocations there were, and how many of them
/// were killed.
pub(super) fn run(place: &Place, mut random: Rng, modules: impl Fn() -> Option<usize>) -> [usize; 2] {
    let (mut begun, mut killed) = (0, 0);
    let mut try_it = |program: Program, random: &mut Rng| {
        begun += 1;
        killed += usize::from(!run_or_kill(place.set_up(program).saying_it_to(&place.log()).spawn(), random));
    };
    while let Some(module) = modules() {
        try_it(invocation(&format!("m{module:02}::"), &mut random), &mut random);
        if random.u8(..4) == 0 {
            try_it(subcommand(&["resend"]), &mut random);
        }
    }
    [begun, killed]
}

/// One of the ways to run tests.
fn invocation(filter: &str, random: &mut Rng) -> Program {
    let binary = |isolation: &str| {
        let program = chaotic().binary("chaotic").args([filter, "--test-threads=4"]);
        program.env("TESTFIESTA_ISOLATION", isolation)
    };
    match random.u8(..5) {
        0 | 1 => binary("workers"),
        2 => binary("threads"),
        3 if nextest_is_here() => subcommand(&["nextest", "--no-fail-fast", filter]),
        _ => subcommand(&["test", "--test", "chaotic", "--", filter, "--test-threads=4"]),
    }
}

/// Waits for the end of a process, or brings it about with SIGKILL; on Windows it is terminated, which is as sudden.
/// Answers whether it came to its end by itself.
fn run_or_kill(mut child: Child, random: &mut Rng) -> bool {
    // Long enough for most, or somewhere in the middle of what they do.
    let most = [60_000, 2_000, 200][random.usize(..3)];
    let patience = Duration::from_millis(random.u64(..most));
    block_on(async {
        let by_itself = timeout(patience, child.wait()).await.is_ok();
        child.kill().await.expect("killed");
        by_itself
    })
}
