//! What we say ourselves: a line at a time.

use std::io::{self, Write};

/// A line of ours, on stderr: stdout belongs to the tests' results.
pub(crate) fn say(line: &str) {
    // In one piece, since others print there too. A closed stderr is no reason to fail.
    let _ = io::stderr().write_all(format!("testfiesta: {line}\n").as_bytes());
}
