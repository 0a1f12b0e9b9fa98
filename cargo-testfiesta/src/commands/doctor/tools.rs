//! What builds and runs the tests.

use std::{ffi::OsString, io, process::Command};

use super::Report;
use crate::workspace;

pub(super) fn check(report: &mut Report) -> io::Result<()> {
    report.heading("Tools")?;
    report.ok(concat!("cargo-testfiesta ", env!("CARGO_PKG_VERSION")))?;
    match version(workspace::cargo(), &["--version"]) {
        Some(version) => report.ok(&version)?,
        None => report.problem("cargo could not be run", "Install Rust: https://rustup.rs")?,
    }
    match version("rustc".into(), &["--version"]) {
        Some(version) => report.ok(&version)?,
        None => report.problem("rustc could not be run", "Install Rust: https://rustup.rs")?,
    }
    match version(workspace::cargo(), &["nextest", "--version"]) {
        Some(version) => report.ok(&version),
        None => report.note("cargo-nextest is not there; only `cargo testfiesta nextest` needs it"),
    }
}

/// The first line of what a program says of itself.
fn version(program: OsString, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|it| it.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.to_owned())
}
