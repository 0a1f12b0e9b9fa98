//! What the test binaries say of themselves.

use std::{
    ffi::OsString,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;
use serde::Deserialize;

use super::Annotated;
use crate::workspace;

/// A test target that cargo built.
#[derive(Debug)]
pub(crate) struct TestBinary {
    /// The target's name.
    pub(crate) name: String,
    executable: PathBuf,
    package_directory: PathBuf,
}

/// A case that is linked into a test binary.
#[derive(Debug, Deserialize)]
pub(crate) struct Linked {
    pub(crate) name: String,
    pub(crate) ids: Vec<String>,
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) ignored: bool,
}

impl Linked {
    /// Whether this is the case that was found in a source.
    pub(crate) fn is(&self, annotated: &Annotated) -> bool {
        let function = self.name.rsplit("::").next();
        self.file.replace('\\', "/") == annotated.file && function == Some(&annotated.function)
    }
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
                executable: executable.into(),
                package_directory: package_directory.into(),
            });
        }
    }
    if !cargo.wait()?.success() {
        bail!("the tests do not build, so they cannot be listed");
    }
    binaries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(binaries)
}

/// The cases of a test binary; none, if it is one of libtest, which refuses this format.
pub(crate) fn cases_in(binary: &TestBinary) -> Result<Vec<Linked>> {
    let output = Command::new(&binary.executable)
        .args(["--list", "--format", "json"])
        .current_dir(&binary.package_directory)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} could not be started", binary.executable.display()))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        // Two tests of one name, say: worth telling. libtest's refusal is not.
        if error.contains("two tests are named") {
            bail!("{}: {}", binary.name, error.trim());
        }
        return Ok(Vec::new());
    }
    Ok(output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect())
}
