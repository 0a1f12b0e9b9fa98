//! Counts what happens, and writes it in the chosen format.

use std::{
    io::{self, Write},
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use anstream::{AutoStream, ColorChoice};

use super::{
    progress::{Ended, Present, Progress},
    tally::Tally,
    words::Colours,
};
use crate::{
    cli::{Arguments, Color},
    lock::locked,
    registry::Test,
};

/// Written to from every thread that runs tests: the order of the lines is the order of what happened.
pub(crate) struct Printer {
    tells_of_beginnings: bool,
    state: Mutex<State>,
}

struct State {
    format: Box<dyn Present>,
    out: Box<dyn Write + Send>,
    tally: Tally,
    /// What kept something from being written. Nothing is written after it.
    trouble: Option<io::Error>,
}

impl Printer {
    /// A printer to stdout.
    pub(super) fn new(format: Box<dyn Present>, colours: Colours, arguments: &Arguments) -> Self {
        let stdout = io::stdout();
        let out: Box<dyn Write + Send> = match (colours, arguments.color) {
            (Colours::Off, _) => Box::new(stdout),
            (Colours::On, Some(Color::Always)) => Box::new(AutoStream::new(stdout, ColorChoice::Always)),
            (Colours::On, _) => Box::new(AutoStream::new(stdout, ColorChoice::Auto)),
        };
        Self::to(out, format, arguments)
    }

    pub(super) fn to(out: Box<dyn Write + Send>, format: Box<dyn Present>, arguments: &Arguments) -> Self {
        let tally = Tally { successes: arguments.show_output.then(Vec::new), ..Tally::default() };
        let tells_of_beginnings = format.tells_of_beginnings();
        Self { tells_of_beginnings, state: Mutex::new(State { format, out, tally, trouble: None }) }
    }

    /// Writes what happened.
    pub(super) fn show(&self, progress: &Progress<'_>) {
        self.state().write(progress);
    }

    /// Writes that a test begins, or that it does not since it is ignored, where that is told.
    pub(super) fn began(&self, test: &Test, is_run: bool) {
        // Few formats do, and the others need not wait for each other.
        if self.tells_of_beginnings {
            self.show(&Progress::TestStarted {
                name: test.name,
                should_panic: is_run && test.should_panic(),
            });
        }
    }

    /// Writes and counts a test.
    pub(super) fn ended(&self, test: Ended) {
        let mut state = self.state();
        state.write(&Progress::TestEnded(&test));
        state.tally.count(test);
    }

    /// Writes what it all came to.
    ///
    /// # Errors
    ///
    /// Whatever kept this or anything before it from being written.
    pub(super) fn finish(&self, filtered_out: usize, elapsed: Duration) -> io::Result<()> {
        let mut state = self.state();
        let tally = Tally { filtered_out, elapsed, ..std::mem::take(&mut state.tally) };
        state.write(&Progress::RunEnded(&tally));
        state.trouble.take().map_or(Ok(()), Err)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

impl State {
    fn write(&mut self, progress: &Progress<'_>) {
        let text = self.format.present(progress);
        if text.is_empty() || self.trouble.is_some() {
            return;
        }
        // At once: whoever reads this may be waiting for it.
        let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        self.trouble = written.err();
    }
}
