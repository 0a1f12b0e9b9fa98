//! What the test binaries say of themselves.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use cargo_metadata::{Message, Metadata, Package, Target, TargetKind};
use serde::Deserialize;
use serde_json::Value;

use super::Annotated;
use crate::workspace;

/// A test target that cargo built.
#[derive(Debug)]
pub(crate) struct TestBinary {
    /// The target's name.
    pub(crate) name: String,
    /// The directory of its package.
    pub(crate) package_directory: PathBuf,
    kind: Vec<TargetKind>,
    executable: PathBuf,
}

impl TestBinary {
    /// Whether this is what cargo built of a target.
    pub(crate) fn is_of(&self, package_directory: &Path, target: &Target) -> bool {
        self.package_directory == package_directory && self.name == target.name && self.kind == target.kind
    }
}

/// What a test binary holds.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Cases that run under our harness.
    pub(crate) cases: Vec<Linked>,
    /// Paths of cases that run as ordinary tests of libtest, since the target lacks `harness = false`.
    pub(crate) under_libtest: Vec<String>,
}

impl Contents {
    /// Whether libtest runs the case that was found in a source of this target.
    pub(crate) fn holds_under_libtest(&self, annotated: &Annotated) -> bool {
        self.under_libtest.iter().any(|held| is_under_libtest(held, annotated))
    }
}

/// Whether the case of this path under libtest is the one that was found in a source of its target.
pub(crate) fn is_under_libtest(held: &str, annotated: &Annotated) -> bool {
    // The macro's name for it has no `r#`.
    let (held, path) = (held.replace("r#", ""), annotated.path.replace("r#", ""));
    held == path || (annotated.is_in_a_macro_call() && ends_with(&held, &annotated.function))
}

/// A case that is linked into a test binary.
#[derive(Debug, Deserialize)]
pub(crate) struct Linked {
    pub(crate) name: String,
    pub(crate) ids: Vec<String>,
    /// That of the case that it has of its own where it names none.
    pub(crate) external_id: Option<String>,
    #[serde(rename = "source_path")]
    pub(crate) file: String,
    #[serde(rename = "start_line")]
    pub(crate) line: u32,
    #[serde(rename = "ignore")]
    pub(crate) ignored: bool,
}

impl Linked {
    /// Whether this is the case that was found in a source.
    pub(crate) fn is(&self, annotated: &Annotated) -> bool {
        // A library's modules stand behind its name.
        let is_so_called = ends_with(&self.name, &annotated.path);
        let line = usize::try_from(self.line);
        // Another macro may call it otherwise, and leaves it where it is.
        (is_so_called || (annotated.is_in_a_macro_call() && line == Ok(annotated.line)))
            && self.file.replace('\\', "/") == annotated.file
    }
}

/// Whether a test's name is this path, or this path within modules.
fn ends_with(name: &str, path: &str) -> bool {
    name.strip_suffix(path).is_some_and(|outside| outside.is_empty() || outside.ends_with("::"))
}

/// Builds the test targets, as `cargo test` with these arguments would.
pub(crate) fn test_binaries(arguments: &[OsString]) -> Result<Vec<TestBinary>> {
    let mut cargo = Command::new(workspace::cargo())
        .args(["test", "--no-run", "--message-format=json-render-diagnostics"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo could not be started")?;
    let stdout = cargo.stdout.take().context("cargo has no stdout")?;
    let mut binaries = Vec::new();
    for message in Message::parse_stream(std::io::BufReader::new(stdout)) {
        if let Message::CompilerArtifact(artifact) = message?
            && let Some(executable) = artifact.executable.filter(|_| artifact.profile.test)
        {
            let package_directory =
                artifact.manifest_path.parent().context("a manifest lies in no directory")?;
            binaries.push(TestBinary {
                name: artifact.target.name,
                kind: artifact.target.kind,
                executable: executable.into(),
                package_directory: package_directory.into(),
            });
        }
    }
    if !cargo.wait()?.success() {
        bail!("the tests do not build, so they cannot be listed");
    }
    binaries.sort_by(|a, b| (&a.package_directory, &a.name).cmp(&(&b.package_directory, &b.name)));
    Ok(binaries)
}

/// What to call each of these: as its target, and where they are of several packages, with the package before it.
pub(crate) fn titles(metadata: &Metadata, binaries: &[TestBinary]) -> Vec<String> {
    let packages = metadata.workspace_packages();
    let several = binaries.iter().any(|it| it.package_directory != binaries[0].package_directory);
    let title = |binary: &TestBinary| {
        let is_its = |package: &&&Package| {
            several && package.manifest_path.parent().is_some_and(|it| binary.package_directory == *it)
        };
        match packages.iter().find(is_its) {
            Some(package) => format!("{}::{}", package.name, binary.name),
            None => binary.name.clone(),
        }
    };
    binaries.iter().map(title).collect()
}

/// What a test binary says that it holds.
///
/// # Errors
///
/// When it cannot be started, or refuses to list what it holds: two tests of one name, say. In its own words.
pub(crate) fn contents(binary: &TestBinary) -> Result<Contents> {
    let list = |format: &str| {
        Command::new(&binary.executable)
            .args(["--list", "--format", format])
            .current_dir(&binary.package_directory)
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("{} could not be started", binary.executable.display()))
    };
    let ours = list("json")?;
    if ours.status.success() {
        return Ok(Contents { cases: cases(&ours.stdout)?, ..Contents::default() });
    }
    // libtest refuses that format and no other.
    let names = list("terse")?;
    if !names.status.success() {
        bail!("{}: {}", names.status, String::from_utf8_lossy(&names.stderr).trim());
    }
    let names = String::from_utf8_lossy(&names.stdout);
    let under_libtest = names.lines().filter_map(case_under_libtest).collect();
    Ok(Contents { under_libtest, ..Contents::default() })
}

/// The cases among what a test binary printed; whatever else it says before its `main` is not for us.
fn cases(printed: &[u8]) -> Result<Vec<Linked>> {
    let lines = printed.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let cases = lines.filter(|line: &Value| line["event"] == "discovered").map(serde_json::from_value);
    let cases = cases.collect::<serde_json::Result<_>>();
    cases.context("it lists its cases in a form that this version does not know: update cargo-testfiesta")
}

/// The path of a case, from a line of libtest's list: the macro names what it adds for libtest so.
fn case_under_libtest(line: &str) -> Option<String> {
    line.strip_suffix("_under_libtest_: test").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_known_in_libtest_s_list() {
        assert_eq!(case_under_libtest("deep::adds_under_libtest_: test").as_deref(), Some("deep::adds"));
    }

    #[test]
    fn what_a_binary_prints_beside_its_cases_is_left_out() {
        let case = r#"{ "event": "discovered", "name": "adds", "ids": [], "source_path": "a.rs", "start_line": 1, "ignore": false }"#;
        let printed = format!("hello\n{{ \"type\": \"suite\" }}\n{case}\n");
        let cases = cases(printed.as_bytes()).expect("cases");
        assert_eq!(cases.iter().map(|case| &*case.name).collect::<Vec<_>>(), ["adds"]);
    }

    #[test]
    fn cases_of_another_form_are_an_error() {
        let error = cases(br#"{ "event": "discovered", "title": "adds" }"#).expect_err("a form of its own");
        assert!(error.to_string().contains("update cargo-testfiesta"), "{error}");
    }

    #[test]
    fn an_ordinary_test_is_no_case() {
        assert_eq!(case_under_libtest("deep::adds: test"), None);
    }
}
