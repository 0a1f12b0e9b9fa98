//! One worker, from the harness's side: it is told of tests, and asked how each fared.

use std::{
    collections::VecDeque,
    io::{self, Read},
    net::TcpListener,
    path::Path,
    process::{Command, ExitStatus},
    time::{Duration, Instant, SystemTime},
};

use super::{
    ledger::Record,
    printing::Printing,
    process::{self, Process, Ties},
    protocol::{self, News, Order},
};
use crate::{
    attempt::Output,
    execution::{Executed, capture::Printed, queue::LocalQueue},
};

/// How long workers may take to write what they write at exit.
const RETIREMENT: Duration = Duration::from_secs(5);
/// How often to look after a test that runs: whether it passed its limit, how much it printed, and whether others wait
/// behind it.
const TICK: Duration = Duration::from_millis(20);

/// A worker that waits for tests, or runs them.
pub(super) struct Worker {
    ties: Ties,
    news: News,
    /// The tests that it was told of and whose ends nobody took yet, in its order.
    told: VecDeque<u32>,
    /// The ends of the first of those.
    ended: VecDeque<End>,
    /// When it began the one after them, if it has.
    began: Option<SystemTime>,
    /// It was asked to give back what it has not begun, and has not answered.
    is_giving_back: bool,
    /// Where the output of the last test ends that somebody took, if others may have printed since.
    end_of_output: Option<Printed>,
}

struct End {
    began: SystemTime,
    executed: Executed,
    printed: Printed,
}

/// How a worker fared with a test.
#[expect(clippy::large_enum_variant, reason = "nearly every one is of the large kind, and none is kept")]
pub(super) enum Fared {
    /// The test came to its end.
    Ended { began: SystemTime, executed: Executed },
    /// The test was still running at its limit.
    PassedItsLimit,
    /// The worker died in the test.
    Died { began: SystemTime },
    /// The worker was gone before the test began.
    NeverStarted,
}

impl Worker {
    /// Starts one, as [`process::start`] says.
    pub(super) fn start(
        command: Command,
        listener: &TcpListener,
        directory: &Path,
        journal: &Path,
        printing: Printing,
    ) -> io::Result<Self> {
        let ties = process::start(command, listener, directory, journal, printing)?;
        ties.connection.set_nodelay(true)?;
        ties.connection.set_read_timeout(Some(TICK))?;
        Ok(Self {
            ties,
            news: News::default(),
            told: VecDeque::new(),
            ended: VecDeque::new(),
            began: None,
            is_giving_back: false,
            end_of_output: None,
        })
    }

    /// Its process.
    pub(super) fn process(&self) -> &Process {
        &self.ties.process
    }

    /// Where its ledger is.
    pub(super) fn ledger(&self) -> &Path {
        self.ties.ledger.path()
    }

    /// The panics of the test that it ran when it ended, as they are printed.
    pub(super) fn panics(&mut self) -> String {
        self.ties.ledger.panics()
    }

    /// The test that it was told to run next and that nobody asked about yet.
    pub(super) fn next(&self) -> Option<u32> {
        self.told.front().copied()
    }

    /// Runs the test with this number, for no longer than `limit`, and meanwhile begins with what `local` holds. It
    /// must be idle, or have been told of this test.
    pub(super) fn run(&mut self, number: u32, local: &mut LocalQueue<'_>, limit: Option<Duration>) -> Fared {
        let clock = Instant::now();
        loop {
            if local.holds_up_others() {
                self.give_back(local);
            }
            let told = self.tell(number, local);
            if let Some(End { began, executed, printed }) = self.ended.pop_front() {
                self.told.pop_front();
                self.end_of_output = Some(printed).filter(|_| !self.told.is_empty());
                return Fared::Ended { began, executed };
            }
            let heard = told.and_then(|()| self.listen());
            let read = self.read_ledger(local);
            if !self.ended.is_empty() {
                continue;
            }
            match heard.and_then(|heard| read.map(|()| heard)) {
                Ok(Heard::News) => {}
                Ok(Heard::Nothing) if limit.is_some_and(|limit| clock.elapsed() >= limit) => {
                    return Fared::PassedItsLimit;
                }
                Ok(Heard::Nothing) => self.look_after(local),
                Err(_) => match self.began {
                    Some(began) => return Fared::Died { began },
                    None => return Fared::NeverStarted,
                },
            }
        }
    }

    /// Tells it of the test, and of what comes after it.
    fn tell(&mut self, number: u32, local: &LocalQueue<'_>) -> io::Result<()> {
        // It would give back what it is told now.
        if self.is_giving_back {
            return Ok(());
        }
        let known = self.told.len();
        if known == 0 {
            self.told.push_back(number);
        }
        // To be emptied, the files have to stand still.
        if !self.ties.output.as_ref().is_some_and(|output| output.are_full()) {
            let more = local.upcoming().skip(self.told.len() - 1);
            self.told.extend(more.map(|test| test.ordinal));
        }
        if self.told.len() == known {
            return Ok(());
        }
        protocol::order(&self.ties.connection, self.told.range(known..).map(|number| Order::Run(*number)))
    }

    /// Waits for news for a [`TICK`].
    fn listen(&mut self) -> io::Result<Heard> {
        let mut heard = [0; 256];
        match self.ties.connection.read(&mut heard) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => match self.news.ledger(&heard[..length]) {
                [] => Ok(Heard::News),
                more => self.ties.ledger.go_on_with(more).map(|()| Heard::News),
            },
            Err(error) if is_for_later(&error) => Ok(Heard::Nothing),
            Err(error) => Err(error),
        }
    }

    fn read_ledger(&mut self, local: &mut LocalQueue<'_>) -> io::Result<()> {
        while let Some(record) = self.ties.ledger.next()? {
            match record {
                Record::Began { at } => self.began = Some(at),
                Record::Ended { executed, printed } => {
                    let began = self.began.take().unwrap_or_else(SystemTime::now);
                    self.ended.push_back(End { began, executed, printed });
                }
                Record::GaveBack => {
                    self.is_giving_back = false;
                    self.told.truncate(self.ended.len() + usize::from(self.began.is_some()));
                    local.give_back(self.told.len().saturating_sub(1));
                }
            }
        }
        Ok(())
    }

    /// A test takes its time.
    fn look_after(&mut self, local: &mut LocalQueue<'_>) {
        self.give_back(local);
        let is_the_last = self.told.len() == 1 && !self.is_giving_back;
        if let Some(output) = self.ties.output.as_mut().filter(|_| is_the_last) {
            output.trim();
        }
    }

    /// Sees to it that the tests which were not begun are run by others.
    fn give_back(&mut self, local: &mut LocalQueue<'_>) {
        if self.is_giving_back {
            return;
        }
        if self.told.len() > 1 {
            // Who cannot be asked is gone, as will be noticed soon.
            self.is_giving_back = protocol::order(&self.ties.connection, [Order::GiveBack]).is_ok();
        } else {
            local.give_back(0);
        }
    }

    /// What the test printed whose end was taken last.
    pub(super) fn take_output(&mut self) -> Output {
        let end = self.end_of_output.take();
        self.ties.output.as_mut().map(|output| output.take(end)).unwrap_or_default()
    }

    /// Passes over what that test printed.
    pub(super) fn skip_output(&mut self) {
        let end = self.end_of_output.take();
        if let Some(output) = &mut self.ties.output {
            output.skip(end);
        }
    }

    /// Lets all of these come to their ends in good order, side by side, and ends what their tests left behind. Answers how
    /// those ended that did not succeed in that, as where a sanitizer found something, and what they said.
    pub(super) fn retire(mut workers: Vec<Self>) -> Vec<(ExitStatus, Output)> {
        // What ends one between tests is no concern of any.
        workers.retain(|worker| matches!(worker.process().exit_status(), Ok(None)));
        for worker in &workers {
            // Who does not hear it is gone, or is ended in a moment.
            let _ = protocol::order(&worker.ties.connection, [Order::Retire]);
        }
        let deadline = Instant::now() + RETIREMENT;
        let mut ended_badly = Vec::new();
        for mut worker in workers {
            let status = worker.process().wait(deadline.saturating_duration_since(Instant::now()));
            worker.process().kill();
            if let Some(status) = status.filter(|status| !status.success()) {
                ended_badly.push((status, worker.take_output()));
            }
        }
        ended_badly
    }
}

enum Heard {
    News,
    Nothing,
}

/// Whether a read that ended so may be tried again. What a read says that waited for too long depends on the system.
fn is_for_later(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}
