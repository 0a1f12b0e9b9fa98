//! What is said on stderr: stdout belongs to what a command is asked for, and to the tests' results.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Says a line.
pub(crate) fn say(line: impl Display) {
    // In one piece, since others print there too. A closed stderr is no reason to fail.
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// As in `1 run`, `2 runs` and `3 test binaries`.
pub(crate) fn count(number: usize, what: &str) -> String {
    match what.strip_suffix('y') {
        _ if number == 1 => format!("1 {what}"),
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {what}s"),
    }
}
