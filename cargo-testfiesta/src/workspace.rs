//! The workspace that the command was called in, and what is set there.

use std::{env, ffi::OsString, path::Path, sync::OnceLock};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};
use testfiesta_harness::settings::{Settings, Sources};

/// What cargo says of the workspace around the current directory. It is asked once.
///
/// # Errors
///
/// When there is none, or cargo cannot be run.
pub(crate) fn metadata() -> Result<&'static Metadata> {
    static METADATA: OnceLock<Metadata> = OnceLock::new();
    if let Some(known) = METADATA.get() {
        return Ok(known);
    }
    let metadata = MetadataCommand::new().no_deps().exec();
    let metadata = metadata.context("this command looks for a cargo workspace, and found none here")?;
    Ok(METADATA.get_or_init(|| metadata))
}

/// The environment, and the `testfiesta.toml` of the current directory or the nearest above it: as cargo looks for its
/// own configuration, and as a test binary does from its package's directory.
pub(crate) fn sources() -> Sources<'static> {
    Sources::around(env::current_dir().ok().as_deref())
}

/// Everything that is set here. Journals, run files and the local TestFiesta are where `given` says, or `dir`, or in the
/// workspace's target directory, which is where test binaries look too.
///
/// # Errors
///
/// When nothing says where they are, and there is no workspace.
pub(crate) fn settings(given: Option<&Path>) -> Result<Settings> {
    let sources = sources();
    let directory = match given {
        Some(given) => Some(std::path::absolute(given)?),
        None if sources.text("dir").is_some() => None,
        None => Some(metadata()?.target_directory.join("testfiesta").into()),
    };
    let mut settings = Settings::from_sources(sources);
    if let Some(directory) = directory {
        settings.directory = directory;
    }
    Ok(settings)
}

/// The cargo that called us, or the one on the path.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
