//! What a process cost, as the operating system accounts for it.

use std::{
    io,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use wait4::Wait4;

/// What one process cost, from its start to its end, with the children that it waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// Time that passed.
    pub(crate) wall: Duration,
    /// Time on processors, in user and system.
    pub(crate) cpu: Duration,
    /// The most memory that it held at once, in bytes. Of the process and its children, the largest one's.
    pub(crate) peak: u64,
}

/// Runs a command to its successful end. What it prints is read, as by whatever starts tests, and thrown away.
///
/// # Panics
///
/// When it cannot be started, or fails.
pub(crate) fn cost_of(command: &mut Command) -> Cost {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let clock = Instant::now();
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut printed = child.stdout.take().expect("a pipe");
    io::copy(&mut printed, &mut io::sink()).expect("what it prints can be read");
    let used = child.wait4().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let wall = clock.elapsed();
    assert!(used.status.success(), "{command:?} ended with {}; run it by hand to see why", used.status);
    Cost { wall, cpu: used.rusage.utime + used.rusage.stime, peak: used.rusage.maxrss }
}
