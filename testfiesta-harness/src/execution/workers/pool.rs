//! The workers that there are, and who of them is free.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::ExitStatus,
    sync::Mutex,
    time::{Duration, SystemTime},
};

use super::{
    crowd::{Crowd, Found},
    executable::Executable,
    printing::Printing,
    process::Process,
    scratch::Scratch,
    worker::{Fared, Worker},
};
use crate::{
    attempt::{Attempt, Output},
    execution::{Executed, Interrupted, LocalQueue, crash},
    lock::locked,
    outcome::{Failure, Outcome},
    registry::Test,
    say::say,
    scrub::without_secrets,
};

/// How often a test is given to another worker, when one was gone before the test began.
const HANDOVERS: usize = 3;

/// How many descriptors are left when as many workers live as can.
const SPARE: usize = 8;

/// How long a call over loopback may take, where something holds it up.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a worker that is ending may take: a core is being dumped, perhaps.
const LAST_BREATH: Duration = Duration::from_secs(10);

/// Workers, started when they are first needed.
pub(crate) struct Pool {
    executable: Executable,
    listener: TcpListener,
    scratch: Scratch,
    journal: PathBuf,
    printing: Printing,
    crowd: Crowd,
    // One at a time: a listener hands out calls in no order that we could choose.
    starting: Mutex<()>,
    /// Why there are no more.
    shortage: Mutex<Option<io::Error>>,
    all: Mutex<Vec<Process>>,
    /// Those of all workers that there were.
    ledgers: Mutex<Vec<PathBuf>>,
}

impl Pool {
    /// A pool without a worker yet, for the tests of a journal.
    ///
    /// # Errors
    ///
    /// When nobody can call over loopback, or no file be written anywhere.
    pub(crate) fn open(directory: &Path, journal: &Path, printing: Printing) -> io::Result<Self> {
        Ok(Self {
            executable: Executable::of_this_process()?,
            listener: listen()?,
            scratch: Scratch::open(directory)?,
            journal: journal.to_owned(),
            printing,
            crowd: Crowd::new(),
            starting: Mutex::default(),
            shortage: Mutex::default(),
            all: Mutex::default(),
            ledgers: Mutex::default(),
        })
    }

    /// Whether what tests print is kept.
    pub(crate) fn captures(&self) -> bool {
        self.printing.is_captured
    }

    /// Whether no worker lives, or can.
    pub(crate) fn is_given_up(&self) -> bool {
        self.crowd.limit() == Some(0)
    }

    /// Runs a test once, in a free worker or a new one; nothing where there can be none.
    pub(crate) fn attempt(
        &self,
        test: &Test,
        local: &mut LocalQueue<'_>,
        limit: Option<Duration>,
    ) -> Result<Option<Attempt>, Interrupted> {
        let attempt = |started_at: SystemTime, outcome, output| {
            let duration = started_at.elapsed().unwrap_or_default();
            Ok(Some(Attempt { started_at, duration, outcome, output, stray_panics: Vec::new() }))
        };
        for _ in 0..HANDOVERS {
            let Some(mut worker) = self.worker(test.ordinal, local)? else { return Ok(None) };
            let told_at = SystemTime::now();
            match worker.run(test.ordinal, local, limit) {
                Fared::Ended { began, executed: Executed { outcome, duration, stray_panics } } => {
                    let output = if self.printing.is_shown || outcome.is_failure() {
                        worker.take_output()
                    } else {
                        worker.skip_output();
                        Output::default()
                    };
                    self.crowd.put_back(worker);
                    return Ok(Some(Attempt { started_at: began, duration, outcome, output, stray_panics }));
                }
                _ if self.crowd.is_interrupted() => return Err(Interrupted),
                Fared::PassedItsLimit => {
                    worker.process().kill();
                    worker.process().wait(LAST_BREATH);
                    let limit = humantime::format_duration(limit.unwrap_or_default());
                    let failure = Failure::new(format!("stopped at its limit of {limit}"));
                    let failure = failure.after(&worker.panics());
                    let output = worker.take_output();
                    self.crowd.lost(worker);
                    return attempt(told_at, Outcome::TimedOut(failure), output);
                }
                Fared::Died { began } => {
                    let status = worker.process().wait(LAST_BREATH);
                    // What the test started is of its group, and outlives it no longer.
                    worker.process().kill();
                    let output = worker.take_output();
                    let failure = crash::failure(status, &output).after(&worker.panics());
                    self.crowd.lost(worker);
                    return attempt(began, Outcome::Crashed(failure), output);
                }
                Fared::NeverStarted => {
                    worker.process().kill();
                    self.crowd.lost(worker);
                }
            }
        }
        let failure = Failure::new("every process that was to run the test was gone before it began");
        attempt(SystemTime::now(), Outcome::Crashed(failure), Output::default())
    }

    /// Ends all workers, and what their tests started.
    pub(crate) fn interrupt(&self) {
        self.crowd.interrupt();
        locked(&self.all).iter().for_each(Process::kill);
    }

    /// Ends the workers in good order, and answers whether they did well. No test may run any more.
    pub(crate) fn close(&self) -> bool {
        let ended_badly = Worker::retire(self.crowd.dismiss());
        // Interrupted, they are ended by us.
        let did_well = ended_badly.is_empty() || self.crowd.is_interrupted();
        if !did_well {
            for (status, output) in &ended_badly {
                say_ended_badly(*status, output);
            }
        }
        if let (Some(limit @ 1..), Some(error)) = (self.crowd.limit(), &*locked(&self.shortage)) {
            say(&format!("only {limit} of the processes that tests run in could be started: {error}"));
        }
        for ledger in locked(&self.ledgers).drain(..) {
            // What is left behind says nothing that the journal does not.
            let _ = fs::remove_file(ledger);
        }
        self.scratch.remove();
        did_well
    }

    /// A worker for the test of this number. Who finds none free starts one; where that fails, the others have to do.
    fn worker(&self, number: u32, local: &mut LocalQueue<'_>) -> Result<Option<Worker>, Interrupted> {
        loop {
            match self.crowd.find(number, local)? {
                Found::Worker(worker) => return Ok(Some(worker)),
                Found::Nothing => return Ok(None),
                Found::Room => {}
            }
            let _one_at_a_time = locked(&self.starting);
            // Somebody may have found out meanwhile that there is none.
            let Some(living) = self.crowd.with_room() else { continue };
            match self.start() {
                Ok(worker) => return Ok(Some(worker)),
                Err(error) => {
                    self.crowd.limit_to(living);
                    if living == 0 {
                        say_alone(&error);
                    }
                    *locked(&self.shortage) = Some(error);
                }
            }
        }
    }

    fn start(&self) -> io::Result<Worker> {
        // For what else this process opens while tests run.
        let _spare = (0..SPARE).map(|_| self.listener.try_clone()).collect::<io::Result<Vec<_>>>()?;
        let command = self.executable.command()?;
        let worker =
            Worker::start(command, &self.listener, self.scratch.path(), &self.journal, self.printing)?;
        self.crowd.joined();
        let mut all = locked(&self.all);
        all.retain(|process| !matches!(process.exit_status(), Ok(Some(_))));
        all.push(worker.process().clone());
        drop(all);
        // Whoever interrupted us meanwhile did not find it.
        if self.crowd.is_interrupted() {
            worker.process().kill();
        }
        locked(&self.ledgers).push(worker.ledger().to_owned());
        Ok(worker)
    }
}

/// Says that there are no workers, and why.
pub(crate) fn say_alone(error: &io::Error) {
    say(&format!("tests run in the harness's own process, since no other can be started: {error}"));
}

/// Says how a worker ended that should have succeeded in it, and what it said since its last test.
fn say_ended_badly(status: ExitStatus, output: &Output) {
    let end = crash::end(status);
    let said = [&output.stdout, &output.stderr].map(|printed| printed.text()).concat();
    let said = without_secrets(said);
    say(format!("a process that tests ran in {end} after the last of them\n{said}").trim_end());
}

/// Where workers call. One call is tried: a network without loopback lets one listen, and nobody call.
fn listen() -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let _call = TcpStream::connect_timeout(&listener.local_addr()?, PATIENCE)?;
    // It is answered, so that it is not the first that waits.
    listener.accept()?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
