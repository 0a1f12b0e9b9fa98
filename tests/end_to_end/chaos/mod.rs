//! Everything fails at random: the service answers with faults, and the server, the harness and the subcommand are killed.
//! Afterwards the service holds each outcome once, and nothing that did not happen.
//!
//! `CHAOS_SECONDS` lengthens it. The choice of faults is the same each time, as far as what runs side by side can be repeated;
//! `CHAOS_SEED` makes another one, or any, where it is `random`.

mod lane;
mod place;
mod server;

use std::{
    collections::BTreeMap,
    env, fs,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ScopedJoinHandle},
    time::{Duration, Instant},
};

use fastrand::Rng;
use serde_json::Value;
use testfiesta_harness::journal;

use self::{place::Place, server::Server};
use crate::{fixtures, support::block_on};

/// How long a storm goes on, in seconds, unless the tests are used up before.
const SECONDS: u64 = 60;
/// The choice of faults, unless another one is asked for: what fails in the suite is to fail there again.
const SEED: u64 = 4711;
/// How many modules of tests there are; each is run once.
const MODULES: usize = 100;
/// How many tests a module has.
pub(crate) const TESTS: usize = 50;
/// How many invocations run side by side.
const LANES: u64 = 2;

/// What a variable of the environment asks for.
fn number(variable: &str) -> Option<u64> {
    env::var(variable)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

#[test]
fn whatever_fails_each_outcome_is_held_once() {
    let seed = match env::var("CHAOS_SEED").as_deref() {
        Ok("random") => fastrand::u64(..),
        _ => number("CHAOS_SEED").unwrap_or(SEED),
    };
    let seconds = number("CHAOS_SECONDS").unwrap_or(SECONDS);
    eprintln!("chaos: CHAOS_SEED={seed} CHAOS_SECONDS={seconds}");
    let mut left = seconds;
    // One storm after the other, each of a minute, each with a store and a run of its own.
    for storm in 0.. {
        ride_out(seed.wrapping_add(storm), Duration::from_secs(left.min(SECONDS)));
        left = left.saturating_sub(SECONDS);
        if left == 0 {
            break;
        }
    }
}

fn ride_out(seed: u64, duration: Duration) {
    // What is built now takes no time away from the rest.
    fixtures::chaotic();
    let place = Place::new();
    let modules = Mutex::new(0..MODULES);
    let over = AtomicBool::new(false);
    let mut server = Server::start(&place, Rng::with_seed(seed));
    let end = Instant::now() + duration;
    let (mut invocations, mut deaths) = ([0, 0], 0);
    thread::scope(|scope| {
        let lane = |lane: u64| {
            let random = Rng::with_seed(seed.rotate_left(32).wrapping_add(lane));
            scope.spawn(|| lane::run(&place, random, || next(&modules, end)))
        };
        let lanes: Vec<_> = (1..=LANES).map(lane).collect();
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                server.live_and_die();
                deaths += 1;
            }
        });
        let lanes: Vec<_> = lanes.into_iter().map(ScopedJoinHandle::join).collect();
        over.store(true, Ordering::Relaxed);
        for lane in lanes {
            let [begun, killed] = lane.expect("a lane");
            invocations = [invocations[0] + begun, invocations[1] + killed];
        }
    });
    server.heal();
    place.resend_until_nothing_is_queued();
    let [begun, killed] = invocations;
    let counts = assert_held(&place);
    eprintln!(
        "chaos: {begun} invocations, {killed} of them killed; the server died {deaths} times; {counts:?}"
    );
}

/// The next module, while there is time.
fn next(modules: &Mutex<std::ops::Range<usize>>, end: Instant) -> Option<usize> {
    modules.lock().expect("a module").next().filter(|_| Instant::now() < end)
}

/// What became of the tests, by name: how often, and how.
type Verdicts = BTreeMap<String, Vec<String>>;

/// Compares what the service holds with what the journals say, and both with what the tests themselves noted.
fn assert_held(place: &Place) -> BTreeMap<String, usize> {
    let (kept, held) = (kept(place), held(place));
    for (test, verdicts) in &kept {
        assert_eq!(verdicts.len(), 1, "{test} is in the journals more than once: {verdicts:?}");
        assert_eq!(held.get(test), Some(verdicts), "{test} is not held as it is in the journal");
    }
    for (test, verdicts) in &held {
        assert!(kept.contains_key(test), "{test} is in no journal: {verdicts:?}");
    }
    let ledger = fs::read_to_string(place.ledger()).expect("a ledger");
    let noted = |what: &str| -> Vec<&str> {
        ledger.lines().filter_map(|line| line.strip_suffix(what)).map(str::trim_end).collect()
    };
    let (began, ended) = (noted(" began"), noted(" ended"));
    let mut counts = BTreeMap::new();
    for (test, verdicts) in &held {
        *counts.entry(verdicts[0].clone()).or_default() += 1;
        if verdicts[0] == "crashed" {
            continue;
        }
        assert!(ended.contains(&test.as_str()), "{test} never ended, and is held as {verdicts:?}");
        let number: u64 = test.rsplit('t').next().and_then(|it| it.parse().ok()).expect("a number");
        assert_eq!(verdicts[0], if number % 7 == 3 { "failed" } else { "passed" }, "{test}");
    }
    for test in began {
        assert!(held.contains_key(test), "{test} began, and is not held");
    }
    counts
}

/// What the journals say.
fn kept(place: &Place) -> Verdicts {
    let mut verdicts = Verdicts::new();
    let run = journal::run_directory(place.data(), place::RUN_KEY);
    for case in journal::read_run(&run).expect("journals").into_iter().flat_map(|process| process.finished) {
        let outcome = serde_json::to_value(&case.outcome).expect("JSON");
        let kind = outcome["kind"].as_str().expect("a kind").to_owned();
        verdicts.entry(case.test.into_owned()).or_default().push(kind);
    }
    verdicts
}

/// What the service holds, in its one run.
fn held(place: &Place) -> Verdicts {
    let project = place.client();
    let runs = block_on(project.runs().all()).expect("runs");
    assert_eq!(runs.len(), 1, "{runs:?}");
    let mut verdicts = Verdicts::new();
    for execution in block_on(project.executions().all()).expect("executions") {
        let test = execution.custom_fields.get("test").and_then(Value::as_str).expect("a test").to_owned();
        verdicts.entry(test).or_default().push(execution.status_text.unwrap_or_default());
    }
    verdicts
}

/// The source of the tests.
pub(crate) fn source() -> String {
    let test = |module: usize, number: usize| {
        format!(
            "    #[testfiesta::case(\"C{module}-{number}\")]\n    fn t{number}() {{\n        \
             crate::act(\"m{module:02}::t{number}\", {number});\n    }}\n"
        )
    };
    let module = |module: usize| {
        let tests: String = (0..TESTS).map(|number| test(module, number)).collect();
        format!("mod m{module:02} {{\n{tests}}}\n\n")
    };
    let modules: String = (0..MODULES).map(module).collect();
    format!("{}{modules}testfiesta::main!();\n", include_str!("../sources/chaotic.rs"))
}
