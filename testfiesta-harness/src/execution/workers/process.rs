//! A worker's process: how it starts, and how it ends.

use std::{
    fs,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

use super::{group::Group, ledger, printing::Printing, random::random, serve::VARIABLE};
use crate::{
    execution::capture::Streams,
    fingerprint::FINGERPRINTS,
    lock::locked,
    scrub::{self, without_secrets},
    settings::SETTINGS,
};

/// How long a worker may take to call back.
const GREETING: Duration = Duration::from_secs(30);
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

    /// Waits for its end, and brings it about when `patience` is over. Nothing where the system does not say how it ended.
    pub(super) fn wait(&self, patience: Duration) -> Option<ExitStatus> {
        let mut deadline = Some(Instant::now() + patience);
        loop {
            match self.exit_status() {
                Ok(None) => thread::sleep(POLL),
                ended => return ended.ok().flatten(),
            }
            if deadline.take_if(|deadline| Instant::now() > *deadline).is_some() {
                self.kill();
            }
        }
    }

    fn child(&self) -> MutexGuard<'_, Group> {
        locked(&self.0)
    }
}

/// What ties the harness to a worker.
pub(super) struct Ties {
    pub(super) process: Process,
    pub(super) connection: TcpStream,
    pub(super) ledger: ledger::Reader,
    /// Where it prints to, if that is captured.
    pub(super) output: Option<Streams>,
}

/// Starts a worker by this command. What its tests print goes to files if it is captured, else where ours goes; what they
/// attach is kept beside the journal.
pub(super) fn start(
    mut command: Command,
    listener: &TcpListener,
    directory: &Path,
    journal: &Path,
    printing: Printing,
) -> io::Result<Ties> {
    command.stdin(Stdio::piped());
    // Whoever only runs tests needs no token, but is to hide it.
    for setting in SETTINGS {
        if setting.is_secret() {
            command.env_remove(setting.variable());
        }
    }
    if let Some(fingerprints) = scrub::own_fingerprints() {
        command.env(FINGERPRINTS, fingerprints);
    }
    printing.tell(&mut command);
    let output = if printing.is_captured {
        let (streams, stdout, stderr) = Streams::create(directory)?;
        command.stdout(stdout).stderr(stderr);
        Some(streams)
    } else {
        None
    };
    let (paths, ledger) = create_ledger(directory, journal)?;
    command.env(VARIABLE, &paths.reasons);
    let called = call_up(command, listener, &paths, journal, printing);
    // It opens its ledger before it calls. What its tests start finds this file gone, and is no worker.
    let _ = fs::remove_file(paths.panics());
    let _ = fs::remove_file(paths.reasons);
    match called {
        Ok((process, connection)) => Ok(Ties { process, connection, ledger, output }),
        Err(error) => {
            let _ = fs::remove_file(paths.ledger);
            Err(with_last_words(error, output))
        }
    }
}

/// Starts it, tells it where to call, what to write to and whether that is captured which it prints, and waits for its call.
fn call_up(
    command: Command,
    listener: &TcpListener,
    paths: &ledger::Paths,
    journal: &Path,
    printing: Printing,
) -> io::Result<(Process, TcpStream)> {
    let word = format!("{:016x}{:016x}", random(), random());
    let greeting = format!(
        "{}\n{word}\n{}\n{}\n{}\n{}\n",
        listener.local_addr()?,
        paths.ledger.display(),
        paths.reasons.display(),
        printing.is_captured,
        journal.display()
    );
    let mut child = Group::spawn(command)?;
    let greeted = child.stdin().map_or(Ok(()), |mut stdin| stdin.write_all(greeting.as_bytes()));
    let process = Process(Arc::new(Mutex::new(child)));
    match greeted.and_then(|()| accept(listener, &process, &word)) {
        Ok(connection) => Ok((process, connection)),
        Err(error) => {
            process.wait(Duration::ZERO);
            Err(error)
        }
    }
}

/// With what a worker said that ended too soon, where that is captured.
fn with_last_words(error: io::Error, output: Option<Streams>) -> io::Error {
    let said = output.map(|mut streams| streams.take(None).stderr.text()).unwrap_or_default();
    match without_secrets(said).trim_end() {
        "" => error,
        said => io::Error::new(error.kind(), format!("{error}; it said: {said}")),
    }
}

/// A new ledger beside the journal; where nothing can be written there, with all else that is kept for a while.
fn create_ledger(directory: &Path, journal: &Path) -> io::Result<(ledger::Paths, ledger::Reader)> {
    let name = format!("{:016x}", random());
    let create = |ledger| {
        let paths = ledger::Paths { ledger, reasons: directory.join(format!("{name}.reasons")) };
        ledger::Reader::create(&paths).map(|reader| (paths, reader))
    };
    create(ledger::beside(journal, &name)).or_else(|_| create(directory.join(format!("{name}.ledger"))))
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
                    return Err(io::Error::new(io::ErrorKind::TimedOut, "a worker did not call back"));
                }
                thread::sleep(POLL);
            }
            Err(error) => return Err(error),
        }
    }
}
