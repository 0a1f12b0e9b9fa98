//! Programs beside cargo.

use std::{
    env,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use serde_json::Value;

use super::{
    command::Program,
    crates::{cargo, own_target},
};

/// `cargo-testfiesta testfiesta …`, as cargo calls it.
pub(crate) fn subcommand(arguments: &[&str]) -> Program {
    static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();
    let executable = EXECUTABLE.get_or_init(|| {
        let build = ["build", "--package", "cargo-testfiesta", "--message-format=json-render-diagnostics"];
        // Into the directory where the alias of this workspace looks for it too.
        let program = cargo().env("CARGO_TARGET_DIR", own_target());
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let output = program.current_dir(root).args(build).run();
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        let messages = output.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let found =
            messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back();
        found.expect("an executable")
    });
    // What it starts has to build where these tests do.
    cargo_environment(Program::new(executable)).args(["testfiesta"]).args(arguments)
}

fn cargo_environment(program: Program) -> Program {
    let program = program.env("CARGO_TARGET_DIR", own_target().join("end-to-end"));
    match env::var_os("CARGO") {
        Some(cargo) => program.env("CARGO", cargo),
        None => program,
    }
}

/// Whether cargo-nextest is installed. CI has to have it; a first look at the project does not.
pub(crate) fn nextest_is_here() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let found = cargo().args(["nextest", "--version"]).run().code == Some(0);
        if !found {
            assert!(env::var_os("CI").is_none(), "CI has to test with nextest: install cargo-nextest");
            eprintln!("not tested with nextest: cargo-nextest is not on this machine");
        }
        found
    })
}
