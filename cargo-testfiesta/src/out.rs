//! What a command is asked for, on stdout.

use std::io::{self, ErrorKind, Write};

/// stdout, whose reader may go away when it has seen enough, as `head` does: that is no error, and the rest is for nobody.
pub(crate) struct Stdout(io::Stdout);

/// This process's.
pub(crate) fn stdout() -> Stdout {
    Stdout(io::stdout())
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}

/// Prints a line that somebody has to have, and fails where nobody gets it.
pub(crate) fn hand_over(line: &str) -> io::Result<()> {
    if leads_nowhere() {
        return Err(io::Error::other("stdout is closed, or leads nowhere"));
    }
    let mut out = io::stdout();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Whether stdout is the null device, which the standard library puts in the place of a closed one.
#[cfg(unix)]
fn leads_nowhere() -> bool {
    use std::{
        fs::File,
        os::{fd::AsFd, unix::fs::MetadataExt},
    };
    let device = |file: File| file.metadata().map(|metadata| metadata.rdev());
    let stdout = io::stdout().as_fd().try_clone_to_owned().map(File::from).and_then(device);
    let null = File::open("/dev/null").and_then(device);
    matches!((stdout, null), (Ok(stdout), Ok(null)) if stdout == null)
}

#[cfg(not(unix))]
fn leads_nowhere() -> bool {
    false
}
