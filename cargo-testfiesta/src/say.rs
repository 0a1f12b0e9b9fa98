//! What is said on stderr: stdout belongs to what a command is asked for, and to the tests' results.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Says a line.
pub(crate) fn say(line: impl Display) {
    // A closed stderr is no reason to fail.
    let _ = writeln!(io::stderr(), "{line}");
}
