//! What testfiesta adds to a clean debug build, against the crates that it stands on.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "support/mod.rs"]
mod support;

use std::fs;

use support::{Comparison, Cost, Throwaway, compare, cost_of, repository};

/// A pair takes minutes.
const PAIRS: usize = 3;

const OURS: &str = "#[testfiesta::case]\nfn adds() {}\n\ntestfiesta::main!();\n";
const THEIRS: &str = "fn main() {}\n";

fn main() {
    let workspace = fs::read_to_string(repository().join("Cargo.toml")).expect("our manifest");
    println!("clean debug builds; {PAIRS} pairs in turn, medians, ratio of each pair");
    Comparison::print_header("the crates");

    let ours = package("build-testfiesta", &[testfiesta("")], OURS);
    let fixed = ["libtest-mimic", "inventory", "once_cell", "serde", "tokio", "reqwest", "rustls"];
    let theirs = package("build-fixed", &fixed.map(|name| dependency(&workspace, name)), THEIRS);
    compare("testfiesta", PAIRS, || build(&ours), || build(&theirs)).print(1.15);

    let ours = package("build-testfiesta-journal", &[testfiesta(", default-features = false")], OURS);
    let fixed = ["libtest-mimic", "inventory", "serde_json"];
    let theirs = package("build-fixed-journal", &fixed.map(|name| dependency(&workspace, name)), THEIRS);
    compare("without default features", PAIRS, || build(&ours), || build(&theirs)).print(1.25);
}

fn testfiesta(options: &str) -> String {
    format!("testfiesta = {{ path = {:?}{options} }}", repository())
}

/// A dependency with the features that we use, as our own manifest has it.
fn dependency(workspace: &str, name: &str) -> String {
    let line = workspace.lines().find(|line| line.strip_prefix(name).is_some_and(|it| it.starts_with(" = ")));
    line.unwrap_or_else(|| panic!("{name} is not in [workspace.dependencies]")).to_owned()
}

fn package(name: &str, dependencies: &[String], test: &str) -> Throwaway {
    let manifest = format!(
        "[dev-dependencies]\n{}\n\n[[test]]\nname = \"all\"\nharness = false\n",
        dependencies.join("\n")
    );
    let package = Throwaway::write(name, &manifest, &[("src/lib.rs", ""), ("tests/all.rs", test)]);
    let fetched = package.cargo("fetch").status().expect("cargo");
    assert!(fetched.success(), "the dependencies of {name} cannot be fetched");
    package
}

fn build(package: &Throwaway) -> Cost {
    // It need not be there.
    let _ = fs::remove_dir_all(package.target());
    let mut command = package.cargo("test");
    // As what comes from a registry is compiled: that we lie at a path here would make our part of it a third dearer.
    command.env("CARGO_INCREMENTAL", "0");
    cost_of(command.args(["--no-run", "--offline", "--test", "all"]))
}
