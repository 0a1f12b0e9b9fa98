//! Where things are kept, and which `testfiesta.toml` counts: test binaries and the subcommand agree.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    fixtures::{FIRST, shop},
    support::{Output, Program, Service, subcommand},
};

/// A workspace of two packages, which is looked at and never built. The second has settings of its own.
struct Workspace {
    root: TempDir,
}

impl Workspace {
    fn new() -> Self {
        let workspace = Self { root: tempfile::tempdir().expect("a directory") };
        let package = |name: &str| format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
        workspace.write("Cargo.toml", &(package("shop") + "[workspace]\nmembers = [\"member\"]\n"));
        workspace.write("src/lib.rs", "");
        workspace.write("testfiesta.toml", "handle = \"shared\"\ndir = \"kept\"\n");
        workspace.write("member/Cargo.toml", &package("member"));
        workspace.write("member/src/lib.rs", "");
        workspace.write("member/testfiesta.toml", "handle = \"own\"\ndir = \"own\"\n");
        workspace
    }

    fn path(&self, path: &str) -> PathBuf {
        let root = self.root.path();
        // Elsewhere than on Windows, a process is told of its directory without the links that led there.
        let root = if cfg!(windows) { root.to_owned() } else { root.canonicalize().expect("a path") };
        root.join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// Three tests, as cargo that is called in `shell` starts them of the package in `package`.
    fn tested(&self, package: &str, shell: &str) -> Program {
        let package = self.path(package);
        let program = shop().binary("first").env("CARGO_MANIFEST_DIR", &package).current_dir(&package);
        program.env("PWD", self.path(shell))
    }

    /// `cargo testfiesta …` in this directory.
    fn subcommand(&self, directory: &str, arguments: &[&str]) -> Program {
        subcommand(arguments).current_dir(&self.path(directory)).env("PWD", self.path(directory))
    }

    /// What `resend` would deliver that is called there.
    fn waiting(&self, directory: &str) -> Output {
        self.subcommand(directory, &["resend", "--dry-run"]).run().with_code(0)
    }
}

fn three_in(directory: &Path) -> String {
    format!("3 queued in 1 run of {}\n", directory.display())
}

#[test]
fn the_directory_of_the_file_is_one_for_tests_and_subcommand() {
    let workspace = Workspace::new();
    workspace.tested("", "").run().with_code(0);
    let kept = workspace.path("kept");
    workspace.waiting("").says(&[&three_in(&kept)]);
    // From below too: it is the nearest file.
    workspace.waiting("src").says(&[&three_in(&kept)]);
    let doctor = workspace.subcommand("", &["doctor"]).run().with_code(0).stdout;
    let row = |line: &str| line.contains("  dir ") && line.contains(kept.to_str().expect("a text"));
    assert!(doctor.lines().any(row) && doctor.contains(three_in(&kept).trim_end()), "{doctor}");
}

#[test]
fn the_file_of_a_package_counts_where_the_command_is_called_in_it() {
    let workspace = Workspace::new();
    workspace.tested("member", "").run().with_code(0);
    workspace.waiting("member").says(&[&three_in(&workspace.path("member").join("own"))]);
    workspace.waiting("").says(&["0 queued in 0 runs"]);
    for (directory, handle) in [("", "shared"), ("member", "own")] {
        let doctor = workspace.subcommand(directory, &["doctor"]).run().with_code(0).stdout;
        let row = |line: &str| line.split_whitespace().take(2).eq(["handle", handle]);
        assert!(doctor.lines().any(row), "{doctor}");
    }
}

#[test]
fn a_relative_variable_is_relative_to_where_cargo_was_called() {
    let workspace = Workspace::new();
    workspace.tested("member", "").env("TESTFIESTA_DIR", "store").run().with_code(0);
    let waiting = workspace.subcommand("", &["resend", "--dry-run"]).env("TESTFIESTA_DIR", "store");
    waiting.run().with_code(0).says(&[&three_in(&workspace.path("store"))]);
}

#[test]
fn resend_delivers_what_tests_kept_in_the_directory_of_the_file() {
    let (workspace, service) = (Workspace::new(), Service::start());
    workspace.tested("", "").run().with_code(0);
    workspace.subcommand("", &["resend"]).envs(service.settings()).run().with_code(0);
    assert_eq!(service.executions().len(), FIRST);
}
