//! Packages that keep their outcomes in one directory, perhaps in one run, and report to different projects.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::support::{Built, Crate, Program, Service, block_on, subcommand};

const SOURCE: &str = "#[testfiesta::case]\nfn passes() {}\n\n#[testfiesta::case]\nfn aborts() {\n    \
    if std::env::var_os(\"ABORT\").is_some() { std::process::abort() }\n}\n\ntestfiesta::main!();\n";

/// Two packages with a project each, and the directory that both use.
struct Neighbours {
    service: Service,
    packages: [Built; 2],
    data: TempDir,
}

impl Neighbours {
    fn new(names: [&'static str; 2]) -> Self {
        let packages = names.map(|name| Crate::new(name).test("own", SOURCE).build());
        let data = tempfile::tempdir().expect("a directory");
        let neighbours = Self { service: Service::start(), packages, data };
        neighbours.moves(0, "WA");
        neighbours.moves(1, "WB");
        neighbours
    }

    /// From now on, a package reports to this project.
    fn moves(&self, package: usize, project: &str) {
        self.service.project(project);
        let settings = format!("project = \"{project}\"\n");
        fs::write(self.packages[package].directory().join("testfiesta.toml"), settings).expect("written");
    }

    fn set(&self, program: Program) -> Program {
        let program = program.envs(self.service.settings()).without_env("TESTFIESTA_PROJECT");
        program.env("TESTFIESTA_DIR", self.data.path()).env("TESTFIESTA_RUN_KEY", "one run")
    }

    /// Runs the tests of a package as a part of the run that all share.
    fn test(&self, package: usize) -> Program {
        self.set(self.packages[package].binary("own")).env("TESTFIESTA_ISOLATION", "threads")
    }

    fn subcommand(&self, package: usize, arguments: &[&str]) -> Program {
        self.set(subcommand(arguments).current_dir(self.packages[package].directory()))
    }

    /// How many executions a project has.
    fn executions(&self, project: &str) -> usize {
        block_on(self.service.project(project).executions().all()).expect("executions").len()
    }
}

impl Drop for Neighbours {
    fn drop(&mut self) {
        for package in &self.packages {
            let file: &Path = &package.directory().join("testfiesta.toml");
            fs::remove_file(file).unwrap_or_default();
        }
    }
}

#[test]
fn what_a_neighbour_delivered_is_not_queued_here() {
    let neighbours = Neighbours::new(["end-to-end-neighbour-a", "end-to-end-neighbour-b"]);
    for package in [0, 1] {
        neighbours.test(package).run().with_code(0).says(&["2 executed = 2 confirmed"]);
    }
    let doctor = neighbours.subcommand(0, &["doctor"]).run();
    assert!(doctor.text().contains("nothing waits"), "{}", doctor.text());
    neighbours.subcommand(0, &["resend"]).run().with_code(0).says(&["0 queued in 0 runs"]);
    assert_eq!(["WA", "WB"].map(|project| neighbours.executions(project)), [2, 2]);
}

#[test]
fn what_a_neighbour_left_is_delivered_to_its_own_project() {
    let neighbours = Neighbours::new(["end-to-end-neighbour-c", "end-to-end-neighbour-d"]);
    let died = neighbours.test(0).env("ABORT", "1").args(["--test-threads=1"]).run();
    assert_ne!(died.code, Some(0));
    neighbours.test(1).run().with_code(0);
    assert_eq!(["WA", "WB"].map(|project| neighbours.executions(project)), [0, 2]);
    let left = neighbours.subcommand(1, &["resend"]).run().with_code(0);
    left.says(&["0 queued", "left alone: ", "of end-to-end-neighbour-c, meant for testfiesta http", "WA"]);
    // Where its own package reports to another project by now, that is given what waited for the old one.
    neighbours.moves(0, "WC");
    neighbours.subcommand(0, &["resend"]).run().with_code(0);
    assert_eq!(["WA", "WB"].map(|project| neighbours.executions(project)), [0, 2]);
    assert!(neighbours.executions("WC") > 0);
}
