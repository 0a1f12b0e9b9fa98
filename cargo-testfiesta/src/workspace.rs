//! The workspace that the command was called in.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};
use testfiesta_harness::settings::variable;

/// What cargo says of the workspace around the current directory.
///
/// # Errors
///
/// When there is none, or cargo cannot be run.
pub(crate) fn metadata() -> Result<Metadata> {
    MetadataCommand::new()
        .no_deps()
        .exec()
        .context("this command looks for a cargo workspace, and found none here")
}

/// Where journals, run files and the local TestFiesta are: as given, as `TESTFIESTA_DIR` says, or in the workspace's
/// target directory.
///
/// # Errors
///
/// When it is not given and there is no workspace.
pub(crate) fn directory(given: Option<&Path>) -> Result<PathBuf> {
    let chosen = given.map(PathBuf::from).or_else(|| {
        env::var_os(variable("dir")).filter(|directory| !directory.is_empty()).map(PathBuf::from)
    });
    match chosen {
        // Test processes run in their package's directory: what is relative to ours means another place there.
        Some(directory) => Ok(std::path::absolute(directory)?),
        None => Ok(metadata()?.target_directory.join("testfiesta").into()),
    }
}

/// The cargo that called us, or the one on the path.
pub(crate) fn cargo() -> std::ffi::OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
