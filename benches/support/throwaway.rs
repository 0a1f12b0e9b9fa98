//! Crates that exist for one benchmark, outside the workspace: built with cargo's own default profiles, as a user's.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A package of its own under cargo's temporary directory; what was built stays there for the next time.
#[derive(Debug)]
pub(crate) struct Throwaway {
    directory: PathBuf,
}

impl Throwaway {
    /// Writes the package. `manifest` follows the `[package]` section; `files` are paths and contents.
    ///
    /// # Panics
    ///
    /// When the directory cannot be written.
    pub(crate) fn write(name: &str, manifest: &str, files: &[(&str, &str)]) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("throwaway").join(name);
        let package = format!(
            "[workspace]\n\n[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{manifest}"
        );
        // Versions as in our own lock file, so that both sides of a comparison compile the same.
        let lock = fs::read_to_string(repository().join("Cargo.lock")).expect("our lock file");
        for (path, text) in [("Cargo.toml", &*package), ("Cargo.lock", &*lock)].iter().chain(files) {
            write(&directory.join(path), text);
        }
        Self { directory }
    }

    /// A cargo command on this package, that does not see the settings of the cargo that runs the benchmark.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = Command::new(env!("CARGO"));
        command.arg(subcommand).current_dir(&self.directory);
        command.env("CARGO_TARGET_DIR", self.target());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PROFILE")) {
            command.env_remove(name);
        }
        command
    }

    /// Where cargo builds this package.
    pub(crate) fn target(&self) -> PathBuf {
        self.directory.join("target")
    }
}

/// Our own repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Leaves a file alone that is as it should be: cargo goes by its time.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|present| present == text) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a directory")).expect("the directory can be made");
    fs::write(path, text).expect("the file can be written");
}
