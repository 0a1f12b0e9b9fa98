//! The service: a process that fails while it lives, dies, and comes back at the same address.

use std::{thread, time::Duration};

use fastrand::Rng;

use super::place::Place;
use crate::support::{Program, Serving, subcommand};

/// What may go wrong, each for a share of the requests.
const FAULTS: &[&str] = &[
    "429",
    "429,retry-after=1s",
    "500",
    "502",
    "503",
    "503,retry-after=1s",
    "html",
    "reset=before",
    "reset=within",
    "reset=after",
    "truncated",
    "slow=200ms",
    "latency=100ms",
    "too-large=16KiB",
    "hang,times=2",
    "hang=after,times=2",
];

pub(super) struct Server<'a> {
    place: &'a Place,
    random: Rng,
    serving: Option<Serving>,
}

impl<'a> Server<'a> {
    pub(super) fn start(place: &'a Place, random: Rng) -> Self {
        let mut server = Self { place, random, serving: None };
        server.serve();
        server
    }

    /// Goes on for a while, dies, and comes back after a while.
    pub(super) fn live_and_die(&mut self) {
        self.pause(4_000);
        self.die();
        self.pause(500);
        self.serve();
    }

    /// From now on nothing goes wrong.
    pub(super) fn heal(&mut self) {
        self.die();
        self.serving = Some(Serving::of(self.program(&[])));
    }

    fn die(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.kill();
        }
    }

    fn serve(&mut self) {
        let mut faults = Vec::new();
        for _ in 0..self.random.usize(1..5) {
            let fault = FAULTS[self.random.usize(..FAULTS.len())];
            let (share, seed) = (self.random.u8(5..40), self.random.u32(..));
            faults.push(format!("{fault},share={share}%,seed={seed}"));
        }
        self.serving = Some(Serving::of(self.program(&faults)));
    }

    fn program(&self, faults: &[String]) -> Program {
        let program =
            subcommand(&["serve", "--listen", self.place.address(), "--data"]).args([self.place.store()]);
        faults.iter().fold(program, |program, fault| program.args(["--fault", fault.as_str()]))
    }

    fn pause(&mut self, milliseconds: u64) {
        thread::sleep(Duration::from_millis(self.random.u64(..milliseconds)));
    }
}
