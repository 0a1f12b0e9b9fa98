//! The tests that are measured: the same ones for us and for libtest.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use crate::support::{Throwaway, repository};

/// How many tests there are: 100 modules of 100.
pub(crate) const COUNT: usize = 10_000;
/// The name of one of them.
pub(crate) const ONE: &str = "m_50::t_5050";
/// How many tests are enough where each is a process.
pub(crate) const FEW: usize = 500;

/// Who runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Harness {
    /// Ours.
    Testfiesta,
    /// The one that comes with Rust.
    Libtest,
}

/// What is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Suite {
    pub(crate) harness: Harness,
    pub(crate) tests: usize,
    /// How many cases of the catalogue a test covers; where it is one, only every second test does.
    pub(crate) ids: usize,
    /// What each test does, as the line of a function that knows the test's number.
    pub(crate) does: &'static str,
}

/// Nothing.
pub(crate) const NOTHING: &str = "";
/// It prints a line.
pub(crate) const PRINTS: &str = "println!(\"the line of test {TEST}\");";

/// A suite that is there to be run.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) package: Throwaway,
    pub(crate) executable: PathBuf,
    /// How many tests it has.
    pub(crate) count: usize,
}

impl Suite {
    /// Builds the tests. `name` is that of their package.
    pub(crate) fn build(self, name: &str) -> Built {
        let manifest = match self.harness {
            Harness::Testfiesta => format!(
                "[dev-dependencies]\ntestfiesta = {{ path = {:?} }}\n\n[[test]]\nname = \"all\"\nharness = false\n",
                repository()
            ),
            Harness::Libtest => String::new(),
        };
        let files = [("src/lib.rs", ""), ("tests/all.rs", &*self.source())];
        let package = Throwaway::write(name, &manifest, &files);
        let executable = copy(&executable(&package));
        Built { package, executable, count: self.tests }
    }

    fn source(self) -> String {
        let mut text = String::new();
        for test in 0..self.tests {
            if test % 100 == 0 {
                writeln!(text, "mod m_{} {{", test / 100).expect("a string takes all");
            }
            let attribute = match self.harness {
                Harness::Libtest => "#[test]".to_owned(),
                // The others are cases of their own.
                Harness::Testfiesta if test % 2 == 0 || self.ids > 1 => {
                    let ids: Vec<String> = (0..self.ids).map(|id| format!("\"TC-{test}-{id}\"")).collect();
                    format!("#[testfiesta::case({})]", ids.join(", "))
                }
                Harness::Testfiesta => "#[testfiesta::case]".to_owned(),
            };
            let body = self.does.replace("{TEST}", &test.to_string());
            writeln!(text, "{attribute}\nfn t_{test}() {{ {body} }}").expect("a string takes all");
            if test % 100 == 99 {
                text.push_str("}\n");
            }
        }
        if self.harness == Harness::Testfiesta {
            text.push_str("testfiesta::main!();\n");
        }
        text
    }
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

/// What a linker has just written starts more slowly than what was read from the disk since then, and of two executables
/// one may be new. Copies are alike.
fn copy(executable: &Path) -> PathBuf {
    let copy = executable.with_file_name("measured");
    fs::copy(executable, &copy).unwrap_or_else(|error| panic!("{}: {error}", copy.display()));
    copy
}
