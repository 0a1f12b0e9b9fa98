//! The tests that are measured: the same ones for us and for libtest.

use std::{fmt::Write, path::PathBuf, process::Stdio};

use crate::support::{Throwaway, repository};

/// How many tests there are: 100 modules of 100.
pub(crate) const COUNT: usize = 10_000;
/// The name of one of them.
pub(crate) const ONE: &str = "m_50::t_5050";

/// Who runs the tests.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Harness {
    /// Ours.
    Testfiesta,
    /// The one that comes with Rust.
    Libtest,
}

/// Builds the tests and answers the executable.
pub(crate) fn build(harness: Harness) -> PathBuf {
    let (name, manifest) = match harness {
        Harness::Testfiesta => (
            "thousands-testfiesta",
            format!(
                "[dev-dependencies]\ntestfiesta = {{ path = {:?} }}\n\n[[test]]\nname = \"all\"\nharness = false\n",
                repository()
            ),
        ),
        Harness::Libtest => ("thousands-libtest", String::new()),
    };
    let files = [("src/lib.rs", ""), ("tests/all.rs", &*source(harness))];
    executable(&Throwaway::write(name, &manifest, &files))
}

fn executable(package: &Throwaway) -> PathBuf {
    let mut cargo = package.cargo("test");
    cargo.args(["--no-run", "--message-format=json", "--test", "all"]).stderr(Stdio::inherit());
    let built = cargo.output().expect("cargo");
    assert!(built.status.success(), "the tests do not compile");
    let messages = built.stdout.split(|byte| *byte == b'\n');
    let executable = messages
        .filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok())
        .find_map(|message| Some(message["executable"].as_str()?.into()));
    executable.expect("cargo names the executable")
}

fn source(harness: Harness) -> String {
    let mut text = String::new();
    for test in 0..COUNT {
        if test % 100 == 0 {
            writeln!(text, "mod m_{} {{", test / 100).expect("a string takes all");
        }
        match harness {
            Harness::Libtest => writeln!(text, "#[test]\nfn t_{test}() {{}}"),
            // Every second one covers a case of the catalogue; the others are cases of their own.
            Harness::Testfiesta if test % 2 == 0 => {
                writeln!(text, "#[testfiesta::case(\"TC-{test}\")]\nfn t_{test}() {{}}")
            }
            Harness::Testfiesta => writeln!(text, "#[testfiesta::case]\nfn t_{test}() {{}}"),
        }
        .expect("a string takes all");
        if test % 100 == 99 {
            text.push_str("}\n");
        }
    }
    if let Harness::Testfiesta = harness {
        text.push_str("testfiesta::main!();\n");
    }
    text
}
