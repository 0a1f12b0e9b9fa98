//! What a process that died tells of the test that it ran.

use std::process::ExitStatus;

use crate::{attempt::Output, outcome::Failure};

/// Why the test counts as crashed, in one line that names the signal or the code.
pub(super) fn failure(status: Option<ExitStatus>, output: &Output) -> Failure {
    let end = match status {
        None => "the test's process is gone, and the system does not say how it ended".to_owned(),
        Some(status) => match status.code() {
            Some(code) => format!("the test ended its process with exit code {}", written(code)),
            None => format!("the test's process {}", end(status)),
        },
    };
    // The standard library says so before it aborts.
    let overflow = output.stderr.text().contains("has overflowed its stack");
    Failure::new(match overflow {
        true => format!("{end}, after a stack overflow"),
        // One that is expected is no exception: nobody is left to judge it.
        false if cfg!(panic = "abort") => format!("{end}, as by any panic with `panic = \"abort\"`"),
        false => end,
    })
}

/// How a process ended, to be said of it.
pub(super) fn end(status: ExitStatus) -> String {
    match (signal(status), status.code()) {
        (Some(signal), _) => format!("was ended by {signal}"),
        (None, Some(code)) => format!("ended with exit code {}", written(code)),
        (None, None) => format!("ended: {status}"),
    }
}

/// A code as people look it up: Windows has no signals, and tells of an exception in its place, in bits that are no count.
fn written(code: i32) -> String {
    let name = match code as u32 {
        0xc000_0005 => "access violation",
        0xc000_001d => "illegal instruction",
        0xc000_0094 => "integer division by zero",
        0xc000_00fd => "stack overflow",
        0xc000_013a => "ended by Ctrl-C",
        0xc000_0409 => "abort",
        _ if code < 0 => return format!("{code:#x}"),
        _ => return code.to_string(),
    };
    format!("{code:#x} ({name})")
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<String> {
    use std::os::unix::process::ExitStatusExt;
    let number = status.signal()?;
    let name =
        nix::sys::signal::Signal::try_from(number).map_or("an unknown signal", |signal| signal.as_str());
    let why =
        if name == "SIGKILL" { ", from outside, or by the system when it ran out of memory" } else { "" };
    Some(format!("{name} (signal {number}){why}"))
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_a_test_chose_is_a_number() {
        assert_eq!(written(7), "7");
    }

    #[test]
    fn an_exception_has_its_name() {
        assert_eq!(written(-1_073_741_819), "0xc0000005 (access violation)");
    }

    #[test]
    fn an_exception_without_a_name_is_written_as_it_is_looked_up() {
        assert_eq!(written(-1_073_741_674), "0xc0000096");
    }
}
