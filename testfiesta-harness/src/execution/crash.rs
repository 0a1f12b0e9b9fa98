//! What a process that died tells of the test that it ran.

use std::process::ExitStatus;

use crate::{execution::Output, outcome::Failure};

/// Why the test counts as crashed, in one line that names the signal or the code.
pub(super) fn failure(status: Option<ExitStatus>, output: &Output) -> Failure {
    let end = match status {
        None => "the test's process is gone, and the system does not say how it ended".to_owned(),
        Some(status) => match (signal(status), status.code()) {
            (Some(signal), _) => format!("the test's process was ended by {signal}"),
            (None, Some(code)) => format!("the test ended its process with exit code {code}"),
            (None, None) => format!("the test's process ended: {status}"),
        },
    };
    // The standard library says so before it aborts.
    let overflow = output.stderr.text().contains("has overflowed its stack");
    Failure::new(if overflow { format!("{end}, after a stack overflow") } else { end })
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
