//! A worker: what the executable does when the harness started it.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    path::Path,
    process::ExitCode,
    thread,
};

use super::protocol::{self, Mark};
use crate::{
    attachments,
    execution::execute,
    panics::Echo,
    registry::{self, Test},
};

/// The argument that makes a worker of a test binary. Not an environment variable: what tests start must not inherit it.
pub(crate) const ARGUMENT: &str = "--testfiesta-worker";

/// Runs tests until the harness has no more.
pub(crate) fn serve(crate_name: &str) -> ExitCode {
    match work(crate_name) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("testfiesta: a worker cannot work: {error}");
            ExitCode::FAILURE
        }
    }
}

fn work(crate_name: &str) -> io::Result<()> {
    // Where to call, and the word that proves who calls: on stdin, which is at its end for the tests then.
    let mut greeting = String::new();
    io::stdin().read_to_string(&mut greeting)?;
    let mut lines = greeting.lines();
    let (Some(address), Some(word), Some(mark), Some(journal)) =
        (lines.next(), lines.next(), lines.next(), lines.next())
    else {
        return Err(io::Error::other("it was not greeted; the harness alone starts workers"));
    };
    attachments::keep_beside(Path::new(journal));
    let mark = Mark::open(Path::new(mark))?;
    let mut control = connect(address, word)?;
    let mut lifeline = connect(address, word)?;
    thread::Builder::new().name("testfiesta-lifeline".to_owned()).spawn(move || {
        // Nothing is ever sent: the death of the harness ends this, and us, and what the tests started.
        let _ = lifeline.read(&mut [0]);
        end_group();
    })?;

    let cases: Vec<_> = registry::cases().collect();
    while let Some(number) = protocol::next_request(&control)? {
        let case = cases.get(number as usize).ok_or_else(|| io::Error::other("there is no such test"))?;
        mark.set(number)?;
        let test = Test::new(number, case, crate_name);
        let echo = Echo::WhenCaught { name: test.name };
        // On this thread: one for each test would cost more than all else together.
        let executed = execute(&test, echo, true);
        // A closed stdout is the test's doing, and no reason to fail.
        let _ = io::stdout().flush();
        protocol::ended(&mut control, &executed)?;
    }
    // To the end of `main`, so that what runs at exit runs: coverage is written there. The harness ends the rest.
    Ok(())
}

fn connect(address: &str, word: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.write_all(word.as_bytes())?;
    Ok(stream)
}

/// Ends this process and everything that its tests left behind.
#[cfg(unix)]
fn end_group() {
    use nix::{
        sys::signal::{Signal, killpg},
        unistd::{getpgrp, getpid},
    };
    // Only a group of our own: a worker that somebody starts by hand is in theirs.
    if getpgrp() == getpid() {
        let _ = killpg(getpgrp(), Signal::SIGKILL);
    }
    std::process::exit(0);
}

#[cfg(not(unix))]
fn end_group() {
    // The job object that the harness holds ends the rest.
    std::process::exit(0);
}
