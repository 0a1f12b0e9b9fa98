//! One worker, from the harness's side.

use std::{
    collections::hash_map::RandomState,
    env, fs,
    hash::{BuildHasher, Hasher},
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

use super::{
    group::Group,
    pool::Printing,
    protocol::{self, Mark},
    serve::ARGUMENT,
};
use crate::{
    execution::{Executed, Output, capture::Stream},
    lock::locked,
    settings::{SECRETS, variable},
};

/// How long a worker may take to call back.
const GREETING: Duration = Duration::from_secs(30);
/// How long a worker may take to write what it writes at exit.
const RETIREMENT: Duration = Duration::from_secs(5);
/// How often to look after a test that runs: whether it passed its limit, and how much it printed.
const TICK: Duration = Duration::from_millis(20);
/// How often to look whether a worker called, or ended.
const POLL: Duration = Duration::from_micros(500);

/// A process that can be ended from any thread.
#[derive(Debug, Clone)]
pub(super) struct Process(Arc<Mutex<Group>>);

impl Process {
    /// Ends the process and all that it started.
    pub(super) fn kill(&self) {
        // What is gone already needs no ending.
        let _ = self.child().kill();
    }

    /// How it ended, if it has.
    pub(super) fn exit_status(&self) -> io::Result<Option<ExitStatus>> {
        self.child().try_wait()
    }

    /// Waits for its end, and brings it about when `patience` is over.
    pub(super) fn wait(&self, patience: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + patience;
        while let Ok(None) = self.exit_status() {
            if Instant::now() > deadline {
                self.kill();
                break;
            }
            thread::sleep(POLL);
        }
        self.child().wait().ok()
    }

    fn child(&self) -> MutexGuard<'_, Group> {
        locked(&self.0)
    }
}

/// A worker that waits for a test, or runs one.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) process: Process,
    /// Waits for a [`TICK`] at most.
    control: BufReader<TcpStream>,
    mark: Mark,
    // Its end is the worker's, whatever it does.
    lifeline: TcpStream,
    output: Option<(Stream, Stream)>,
}

/// How a worker fared with a test.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every one is of the large kind, and none is kept")]
pub(super) enum Fared {
    /// The test came to its end.
    Ended(Executed),
    /// The test was still running at its limit.
    PassedItsLimit,
    /// The worker died in the test.
    Died,
    /// The worker was gone before the test began.
    NeverStarted,
}

impl Worker {
    /// Starts a worker. What its tests print goes to files if it is captured, else where ours goes; what they attach is
    /// kept beside the journal.
    pub(super) fn start(
        listener: &TcpListener,
        directory: &Path,
        journal: &Path,
        printing: Printing,
    ) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.arg(ARGUMENT).stdin(Stdio::piped());
        // Whoever only runs tests needs no token.
        for secret in SECRETS {
            command.env_remove(variable(secret));
        }
        printing.tell(&mut command);
        let output = if printing.is_captured {
            let (stdout, stdout_end) = Stream::create(directory)?;
            let (stderr, stderr_end) = Stream::create(directory)?;
            command.stdout(stdout_end).stderr(stderr_end);
            Some((stdout, stderr))
        } else {
            None
        };
        let mut child = Group::spawn(command)?;

        let word = format!("{:016x}{:016x}", random(), random());
        let mark_path = directory.join(format!("{word}.mark"));
        let mark = Mark::open(&mark_path)?;
        let greeting =
            format!("{}\n{word}\n{}\n{}\n", listener.local_addr()?, mark_path.display(), journal.display());
        child.stdin().map_or(Ok(()), |mut stdin| stdin.write_all(greeting.as_bytes()))?;
        let process = Process(Arc::new(Mutex::new(child)));
        let control = accept(listener, &process, &word)?;
        let lifeline = accept(listener, &process, &word)?;
        control.set_nodelay(true)?;
        control.set_read_timeout(Some(TICK))?;
        // It found its mark: it opens it before it calls for the second time.
        let _ = fs::remove_file(mark_path);
        Ok(Self { process, control: BufReader::new(control), mark, lifeline, output })
    }

    /// Runs the test with this number, for no longer than `limit`.
    pub(super) fn run(&mut self, number: u32, limit: Option<Duration>) -> Fared {
        if protocol::ask(self.control.get_ref(), number).is_err() {
            return Fared::NeverStarted;
        }
        let clock = Instant::now();
        while self.is_silent() {
            if limit.is_some_and(|limit| clock.elapsed() >= limit) {
                return Fared::PassedItsLimit;
            }
            if let Some((stdout, stderr)) = &mut self.output {
                // What cannot be trimmed stays whole until the test is over.
                let _ = stdout.trim().and_then(|()| stderr.trim());
            }
        }
        match protocol::next_answer(Patient(&mut self.control)) {
            Ok(executed) => Fared::Ended(executed),
            Err(_) if self.mark.get() == Some(number) => Fared::Died,
            Err(_) => Fared::NeverStarted,
        }
    }

    /// Waits for an answer, or the end of the worker; answers after a [`TICK`] that there is none yet.
    fn is_silent(&mut self) -> bool {
        self.control.fill_buf().is_err_and(|error| is_for_later(&error))
    }

    /// Lets the worker come to its end in good order, and ends what its tests left behind.
    pub(super) fn retire(self) {
        let Self { process, control, lifeline, .. } = self;
        drop(control);
        process.wait(RETIREMENT);
        process.kill();
        drop(lifeline);
    }

    /// Passes over what was printed since the last time.
    pub(super) fn skip_output(&mut self) {
        if let Some((stdout, stderr)) = &mut self.output {
            // What cannot be looked at cannot be shown either.
            let _ = stdout.skip().and_then(|()| stderr.skip());
        }
    }

    /// What was printed since the last time.
    pub(super) fn take_output(&mut self) -> Output {
        let Some((stdout, stderr)) = &mut self.output else { return Output::default() };
        Output { stdout: stdout.take().unwrap_or_default(), stderr: stderr.take().unwrap_or_default() }
    }
}

/// Reads on after each [`TICK`]: an answer that began comes to its end, or its worker does.
struct Patient<R>(R);

impl<R: Read> Read for Patient<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if is_for_later(&error) => {}
                done => return done,
            }
        }
    }
}

/// Whether a read that ended so may be tried again. What a read says that waited for too long depends on the system.
fn is_for_later(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

/// The next call of this worker; calls of others are not answered.
fn accept(listener: &TcpListener, process: &Process, word: &str) -> io::Result<TcpStream> {
    let deadline = Instant::now() + GREETING;
    loop {
        match listener.accept() {
            Ok((mut stream, _)) => {
                stream.set_nonblocking(false)?;
                stream.set_read_timeout(Some(GREETING))?;
                let mut heard = vec![0; word.len()];
                if stream.read_exact(&mut heard).is_ok() && heard == word.as_bytes() {
                    return Ok(stream);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if let Some(status) = process.exit_status()? {
                    return Err(io::Error::other(format!("a worker ended before it could work: {status}")));
                }
                if Instant::now() > deadline {
                    process.kill();
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "a worker did not call back"));
                }
                thread::sleep(POLL);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Different for each process and call; the standard library seeds its hash maps from the system's randomness.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
