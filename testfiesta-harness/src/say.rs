//! What we say ourselves: a line at a time.

use std::io::{self, Write};

/// A line of ours, on stderr: stdout belongs to the tests' results.
pub(crate) fn say(line: &str) {
    // In one piece, since others print there too. A closed stderr is no reason to fail.
    let _ = write(format!("testfiesta: {line}\n").as_bytes());
}

/// Not through the standard library's stderr: a test may have taken its lock for ever.
#[cfg(unix)]
fn write(text: &[u8]) -> io::Result<()> {
    use std::{fs::File, os::fd::AsFd};
    match io::stderr().as_fd().try_clone_to_owned() {
        Ok(stderr) => File::from(stderr).write_all(text),
        // There are no descriptors left.
        Err(_) => io::stderr().write_all(text),
    }
}

// A console there shows text only as the library writes it.
#[cfg(not(unix))]
fn write(text: &[u8]) -> io::Result<()> {
    io::stderr().write_all(text)
}
