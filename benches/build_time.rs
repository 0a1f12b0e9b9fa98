//! What testfiesta adds to a clean debug build, against the crates that it stands on.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "support/mod.rs"]
mod support;

use std::fs;

use serde_json::Value;
use support::{Comparison, Cost, Throwaway, compare, cost_of, repository};

/// A pair takes minutes.
const PAIRS: usize = 3;

const OURS: &str = "#[testfiesta::case]\nfn adds() {}\n\ntestfiesta::main!();\n";
const THEIRS: &str = "fn main() {}\n";

fn main() {
    println!("clean debug builds; {PAIRS} pairs in turn, medians, ratio of each pair");
    Comparison::print_header("the crates");

    let ours = package("build-testfiesta", &[testfiesta("")], OURS);
    let fixed = ["libtest-mimic", "inventory", "once_cell", "serde", "tokio", "reqwest", "rustls"];
    let theirs = package("build-fixed", &dependencies(&ours, &fixed), THEIRS);
    compare("testfiesta", PAIRS, || build(&ours), || build(&theirs)).print(1.15);

    let ours = package("build-testfiesta-journal", &[testfiesta(", default-features = false")], OURS);
    let fixed = ["libtest-mimic", "inventory", "serde_json"];
    let theirs = package("build-fixed-journal", &dependencies(&ours, &fixed), THEIRS);
    compare("without default features", PAIRS, || build(&ours), || build(&theirs)).print(1.25);
}

fn testfiesta(options: &str) -> String {
    format!("testfiesta = {{ path = {:?}{options} }}", repository())
}

/// Crates as dependencies, with the features that `ours` compiles them with.
fn dependencies(ours: &Throwaway, names: &[&str]) -> Vec<String> {
    let output = ours.cargo("metadata").args(["--format-version", "1", "--offline"]).output().expect("cargo");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("what cargo knows of a package");
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let (packages, nodes) = (list(&metadata["packages"]), list(&metadata["resolve"]["nodes"]));
    let dependency = |name: &&str| {
        let package = packages.iter().find(|it| it["name"] == *name);
        let package = package.unwrap_or_else(|| panic!("testfiesta does not depend on {name}"));
        let node = nodes.iter().find(|it| it["id"] == package["id"]).expect("it is resolved");
        let (version, features) = (&package["version"], &node["features"]);
        format!("{name} = {{ version = {version}, default-features = false, features = {features} }}")
    };
    names.iter().map(dependency).collect()
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
