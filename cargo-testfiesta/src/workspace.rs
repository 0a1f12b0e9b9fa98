//! The workspace that the command was called in, and what is set there.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};
use testfiesta_harness::{
    journal::Elsewhere,
    reporter::providers,
    settings::{Settings, Sources},
};

/// What cargo says of the workspace around the current directory, or of the one that is meant among the arguments that
/// cargo is to get: by `--manifest-path`, or where nextest finds the sources of an archive. It is asked once.
///
/// # Errors
///
/// When there is none, or cargo cannot be run.
pub(crate) fn metadata() -> Result<&'static Metadata> {
    static METADATA: OnceLock<Metadata> = OnceLock::new();
    if let Some(known) = METADATA.get() {
        return Ok(known);
    }
    let mut command = MetadataCommand::new();
    if let Some(path) = manifest_path(env::args_os()) {
        command.manifest_path(path);
    }
    let metadata = command.no_deps().exec();
    let metadata = metadata.context("this command looks for a cargo workspace, and found none here")?;
    Ok(METADATA.get_or_init(|| metadata))
}

/// The manifest that the arguments name, as far as they are cargo's and nextest's: before those of the test binaries.
fn manifest_path(arguments: impl Iterator<Item = OsString>) -> Option<PathBuf> {
    // Of a `--` that stands first, clap takes one and cargo the next.
    let mut arguments = arguments.take_while(|argument| argument != "--");
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        let (option, value) = text.split_once('=').map_or((&*text, None), |(it, value)| (it, Some(value)));
        let mut path = || value.map(PathBuf::from).or_else(|| arguments.next().map(PathBuf::from));
        match option {
            "--manifest-path" => return path(),
            "--workspace-remap" => return path().map(|root| root.join("Cargo.toml")),
            _ => {}
        }
    }
    None
}

/// What a command says that has nothing to do where no service is set.
pub(crate) const NO_SERVICE: &str = "no service is configured: set TESTFIESTA_TOKEN, TESTFIESTA_HANDLE and \
    TESTFIESTA_PROJECT; or, for Testsigma, TESTFIESTA_PROVIDER=testsigma and TESTSIGMA_TOKEN";

/// The environment, and the `testfiesta.toml` of the current directory or the nearest above it: as cargo looks for its
/// own configuration, and as a test binary does from its package's directory.
pub(crate) fn sources() -> Sources<'static> {
    Sources::around(env::current_dir().ok().as_deref())
}

/// Everything that is set here. Journals, run files and the local TestFiesta are where `given` says, or `dir`, or in the
/// workspace's build directory, which is where test binaries look too.
///
/// # Errors
///
/// When nothing says where they are, and there is no workspace.
pub(crate) fn settings(given: Option<&Path>) -> Result<Settings> {
    let sources = sources();
    let directory = match given {
        Some(given) => Some(std::path::absolute(given)?),
        None if sources.text("dir").is_some() => None,
        None => Some(build_directory(metadata()?).join("testfiesta").into()),
    };
    let mut settings = Settings::from_sources(sources);
    if let Some(directory) = directory {
        settings.directory = directory;
    }
    Ok(settings)
}

/// Who is given what was meant for other addresses and projects: who takes their place in this workspace, if there is
/// one. What settings cannot be used name nothing.
pub(crate) fn elsewhere() -> Elsewhere {
    let packages = metadata().map(Metadata::workspace_packages).unwrap_or_default();
    let reports_to = |manifest: &Path| manifest.parent().map(destinations).unwrap_or_default();
    let package =
        |package: &&Package| (package.name.to_string(), reports_to(package.manifest_path.as_std_path()));
    Elsewhere::Inherited(packages.iter().map(package).collect())
}

/// Where the tests of a package in this directory report to. What settings cannot be used name nothing.
pub(crate) fn destinations(directory: &Path) -> Vec<String> {
    let settings = Settings::from_sources(Sources::around(Some(directory)));
    let providers = providers(&settings).unwrap_or_default();
    providers.iter().map(|provider| provider.destination()).collect()
}

/// Where cargo puts test binaries, which look for the directory around themselves.
fn build_directory(metadata: &Metadata) -> &cargo_metadata::camino::Utf8Path {
    metadata.build_directory.as_ref().unwrap_or(&metadata.target_directory)
}

/// The cargo that called us, or the one on the path.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Option<PathBuf> {
        manifest_path(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_manifest_is_the_one_that_cargo_is_told_of() {
        let manifest = Some(PathBuf::from("a/Cargo.toml"));
        assert_eq!(found("cargo testfiesta test --manifest-path a/Cargo.toml -- x"), manifest);
        assert_eq!(found("cargo testfiesta test -p x --manifest-path=a/Cargo.toml"), manifest);
        assert_eq!(found("cargo testfiesta nextest --archive-file x --workspace-remap a"), manifest);
        assert_eq!(found("cargo testfiesta nextest --workspace-remap=a --archive-file x"), manifest);
        assert_eq!(found("cargo testfiesta test -- --manifest-path a/Cargo.toml"), None);
        assert_eq!(found("cargo testfiesta doctor"), None);
    }
}
