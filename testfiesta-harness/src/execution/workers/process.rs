//! One worker, from the harness's side.

use std::{
    collections::hash_map::RandomState,
    env, fs,
    hash::{BuildHasher, Hasher},
    io::{self, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use process_wrap::std::{ChildWrapper, CommandWrap};

use super::{
    protocol::{self, Mark},
    serve::ARGUMENT,
};
use crate::{
    execution::{Limits, Output, capture::Stream},
    outcome::Outcome,
    settings::variable,
};

/// How long a worker may take to call back.
const GREETING: Duration = Duration::from_secs(30);
/// How long a worker may take to write what it writes at exit.
const RETIREMENT: Duration = Duration::from_secs(5);
/// How often to look whether it has.
const POLL: Duration = Duration::from_micros(500);

/// A process that can be ended from any thread.
#[derive(Debug, Clone)]
pub(super) struct Process(Arc<Mutex<Box<dyn ChildWrapper>>>);

impl Process {
    /// Ends the process and all that it started.
    pub(super) fn kill(&self) {
        // What is gone already needs no ending.
        let _ = self.child().start_kill();
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

    fn child(&self) -> MutexGuard<'_, Box<dyn ChildWrapper>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker that waits for a test, or runs one.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) process: Process,
    control: BufReader<TcpStream>,
    /// How long `control` waits now: to set it costs a system call, and most tests have the same limits.
    patience: Option<Duration>,
    mark: Mark,
    // Its end is the worker's, whatever it does.
    lifeline: TcpStream,
    output: Option<(Stream, Stream)>,
}

/// How a worker fared with a test.
#[derive(Debug)]
pub(super) enum Fared {
    /// The test came to its end.
    Ended(Outcome, Duration),
    /// The test was still running at its limit.
    PassedItsLimit,
    /// The worker died in the test.
    Died,
    /// The worker was gone before the test began.
    NeverStarted,
}

impl Worker {
    /// Starts a worker. With `capture` what its tests print goes to files, else where ours goes.
    pub(super) fn start(listener: &TcpListener, directory: &Path, capture: bool) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        // Whoever only runs tests needs no token.
        command.arg(ARGUMENT).env_remove(variable("token")).stdin(Stdio::piped());
        let output = if capture {
            let (stdout, stdout_end) = Stream::create(directory)?;
            let (stderr, stderr_end) = Stream::create(directory)?;
            command.stdout(stdout_end).stderr(stderr_end);
            Some((stdout, stderr))
        } else {
            None
        };
        let mut command = CommandWrap::from(command);
        #[cfg(unix)]
        command.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::std::JobObject);
        let mut child = command.spawn()?;

        let word = format!("{:016x}{:016x}", random(), random());
        let mark_path = directory.join(format!("{word}.mark"));
        let mark = Mark::open(&mark_path)?;
        let greeting = format!("{}\n{word}\n{}\n", listener.local_addr()?, mark_path.display());
        child.stdin().take().map_or(Ok(()), |mut stdin| stdin.write_all(greeting.as_bytes()))?;
        let process = Process(Arc::new(Mutex::new(child)));
        let control = accept(listener, &process, &word)?;
        let lifeline = accept(listener, &process, &word)?;
        control.set_nodelay(true)?;
        // It found its mark: it opens it before it calls for the second time.
        let _ = fs::remove_file(mark_path);
        Ok(Self { process, control: BufReader::new(control), patience: None, mark, lifeline, output })
    }

    /// Runs the test with this number. `slow` hears when it runs for long.
    pub(super) fn run(&mut self, number: u32, limits: Limits, slow: &dyn Fn()) -> Fared {
        if protocol::ask(self.control.get_ref(), number).is_err() {
            return Fared::NeverStarted;
        }
        let clock = Instant::now();
        let mut slow_at = limits.slow;
        loop {
            // The nearer of the two moments; a read that passes it comes back empty-handed.
            let moment = [slow_at, limits.timeout].into_iter().flatten().min();
            if self.wait_at_most(moment, clock).is_err() {
                return Fared::Died;
            }
            match protocol::next_answer(&mut self.control) {
                Ok((outcome, duration)) => return Fared::Ended(outcome, duration),
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    if limits.timeout.is_some_and(|limit| clock.elapsed() >= limit) {
                        return Fared::PassedItsLimit;
                    }
                    if slow_at.is_some_and(|at| clock.elapsed() >= at) {
                        slow_at = None;
                        slow();
                    }
                }
                Err(_) if self.mark.get() == Some(number) => return Fared::Died,
                Err(_) => return Fared::NeverStarted,
            }
        }
    }

    fn wait_at_most(&mut self, moment: Option<Duration>, clock: Instant) -> io::Result<()> {
        let elapsed = clock.elapsed();
        let patience = match moment {
            // At the start of a test the moment itself is near enough, and the same as for the test before.
            Some(moment) if elapsed < Duration::from_millis(1) => Some(moment),
            Some(moment) => Some(moment.saturating_sub(elapsed).max(Duration::from_millis(1))),
            None => None,
        };
        if patience != self.patience {
            self.control.get_ref().set_read_timeout(patience)?;
            self.patience = patience;
        }
        Ok(())
    }

    /// Lets the worker come to its end in good order, and ends what its tests left behind.
    pub(super) fn retire(self) {
        let Self { process, control, lifeline, .. } = self;
        drop(control);
        process.wait(RETIREMENT);
        process.kill();
        drop(lifeline);
    }

    /// What was printed since the last time.
    pub(super) fn take_output(&mut self) -> Output {
        let Some((stdout, stderr)) = &mut self.output else { return Output::default() };
        Output { stdout: stdout.take().unwrap_or_default(), stderr: stderr.take().unwrap_or_default() }
    }
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
