//! `cargo testfiesta init`: from a crate as cargo makes it to a first outcome, and nothing that is there overwritten.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::support::{Output, Program, Service, cargo, lock, subcommand};

/// This repository, which no release stands for yet.
const CHECKOUT: &str = env!("CARGO_MANIFEST_DIR");

/// A directory that belongs to no workspace, and cargo's new packages in it.
struct Workbench {
    directory: TempDir,
}

impl Workbench {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }

    /// With a new library.
    fn with(package: &str) -> Self {
        let workbench = Self::new();
        workbench.add(package);
        workbench
    }

    /// A virtual workspace with two members.
    fn of_two() -> Self {
        let workbench = Self::new();
        workbench.write("Cargo.toml", "[workspace]\nresolver = \"3\"\n");
        workbench.add("end-to-end-cart");
        workbench.add("end-to-end-stock");
        workbench
    }

    fn add(&self, package: &str) {
        let new = cargo().args(["new", "--lib", "--vcs", "none", package]);
        new.current_dir(self.directory.path()).run().with_code(0);
    }

    fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().expect("a parent")).expect("made");
        fs::write(self.path(path), text).expect("written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect(path)
    }

    fn append(&self, path: &str, text: &str) {
        self.write(path, &(self.read(path) + text));
    }

    /// `cargo testfiesta …` in this directory.
    fn run(&self, directory: &str, arguments: &[&str]) -> Output {
        self.program(directory, arguments).run()
    }

    fn program(&self, directory: &str, arguments: &[&str]) -> Program {
        subcommand(arguments).current_dir(&self.path(directory))
    }

    /// Every file with its text.
    fn files(&self) -> BTreeMap<PathBuf, String> {
        let mut files = BTreeMap::new();
        collect(self.directory.path(), &mut files);
        files
    }

    /// The outcomes of all tests, as the local TestFiesta has them after `cargo testfiesta test`.
    fn tested(&self, directory: &str, root: &str) -> Vec<String> {
        let data = self.path("data");
        fs::write(self.path(root).join("Cargo.lock"), lock()).expect("written");
        // The dependencies are built like this for the other crates.
        let program = self.program(directory, &["test", "--test", "testfiesta"]);
        program.env("CARGO_PROFILE_DEV_DEBUG", "false").env("TESTFIESTA_DIR", &data).run().with_code(0);
        Service::of(&data, "LOCAL").verdicts()
    }
}

fn collect(directory: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.insert(path.clone(), fs::read_to_string(path).expect("a text"));
        }
    }
}

#[test]
fn a_new_crate_reports_its_first_outcome() {
    let workbench = Workbench::with("end-to-end-new");
    let output = workbench.run("end-to-end-new", &["init", "--path", CHECKOUT]).with_code(0);
    assert_eq!(output.stdout, "");
    output.says(&["a first annotated test", "cargo testfiesta test ", "cargo testfiesta open", "login"]);
    assert_eq!(workbench.tested("end-to-end-new", "end-to-end-new"), ["the_first_case_passes: passed"]);
}

#[test]
fn a_member_of_a_virtual_workspace_reports_its_first_outcome() {
    let workbench = Workbench::of_two();
    let init = ["init", "--package", "end-to-end-stock", "--path", CHECKOUT];
    workbench.run(".", &init).with_code(0).says(&["cargo testfiesta test -p end-to-end-stock"]);
    assert!(workbench.path("testfiesta.toml").exists());
    assert_eq!(workbench.tested("end-to-end-stock", "."), ["the_first_case_passes: passed"]);
}

#[test]
fn a_virtual_workspace_asks_for_the_package() {
    let workbench = Workbench::of_two();
    let names = "end-to-end-cart, end-to-end-stock";
    workbench.run(".", &["init"]).with_code(1).says(&["name one with --package", names]);
    workbench.run(".", &["init", "-p", "nope"]).with_code(1).says(&["no package `nope`", names]);
}

#[test]
fn a_second_init_changes_nothing() {
    let workbench = Workbench::with("shop");
    workbench.run("shop", &["init"]).with_code(0);
    let files = workbench.files();
    let output = workbench.run("shop", &["init", "--handle", "acme"]).with_code(0);
    assert_eq!(workbench.files(), files);
    let is_there = ["the dependency on testfiesta is there already", "testfiesta.toml: is there already"];
    output.says(&is_there).says(&["`testfiesta` runs annotated tests already", "by hand: handle = \"acme\""]);
}

#[test]
fn what_is_next_depends_on_the_service_that_the_settings_that_are_there_name() {
    let workbench = Workbench::with("shop");
    workbench.run("shop", &["init", "--handle", "acme", "--project", "SHOP"]).with_code(0);
    let output = workbench.run("shop", &["init", "--provider", "testsigma"]).with_code(0);
    output.says(&["to report to Testsigma: set provider = \"testsigma\" in testfiesta.toml, then `cargo"]);
    workbench
        .run("shop", &["init"])
        .with_code(0)
        .says(&["to report to TestFiesta: `cargo testfiesta login`"]);
}

#[test]
fn the_release_of_the_subcommand_is_depended_on() {
    let workbench = Workbench::with("shop");
    workbench.append("shop/Cargo.toml", "# none yet\n");
    let before = workbench.read("shop/Cargo.toml");
    workbench.run("shop", &["init"]).with_code(0);
    let added =
        "\n[dev-dependencies]\ntestfiesta = \"0.1\"\n\n[[test]]\nname = \"testfiesta\"\nharness = false\n";
    assert_eq!(workbench.read("shop/Cargo.toml"), before + added);
}

#[test]
fn what_the_workspace_depends_on_is_taken_from_there() {
    let workbench = Workbench::of_two();
    workbench.append("Cargo.toml", "\n[workspace.dependencies]\ntestfiesta = \"0.1\"\n");
    let output = workbench.run("end-to-end-cart", &["init", "--path", CHECKOUT]).with_code(0);
    output.says(&["`testfiesta.workspace = true` is a dev-dependency now: --path changes nothing"]);
    let manifest = workbench.read("end-to-end-cart/Cargo.toml");
    assert!(manifest.contains("[dev-dependencies]\ntestfiesta.workspace = true\n"), "{manifest}");
    let output = workbench.run("end-to-end-cart", &["init", "--path", CHECKOUT]).with_code(0);
    output.says(&["is there already: --path changes nothing"]);
}

#[test]
fn a_name_that_is_taken_is_left_to_who_has_it() {
    let workbench = Workbench::with("shop");
    workbench.write("shop/tests/testfiesta.rs", "#[test]\nfn adds() {}\n");
    let output = workbench.run("shop", &["init"]).with_code(0);
    output.says(&["`testfiesta_2` is a test target", "since testfiesta is taken"]);
    assert!(workbench.read("shop/tests/testfiesta_2.rs").ends_with("testfiesta::main!();\n"));
    assert_eq!(workbench.read("shop/tests/testfiesta.rs"), "#[test]\nfn adds() {}\n");
}

#[test]
fn a_target_with_our_harness_is_the_first_one() {
    let workbench = Workbench::with("shop");
    workbench.write("shop/tests/cart.rs", "#[tf::case(crate = tf)]\nfn adds() {}\n\ntf::main!();\n");
    let manifest = "\n[dev-dependencies]\ntf = { package = \"testfiesta\", version = \"0.1\" }\n\n\
                    [[test]]\nname = \"cart\"\nharness = false\n";
    workbench.append("shop/Cargo.toml", manifest);
    let before = workbench.read("shop/Cargo.toml");
    workbench.run("shop", &["init"]).with_code(0).says(&["`cart` runs annotated tests already"]);
    assert_eq!(workbench.read("shop/Cargo.toml"), before);
    assert!(!workbench.path("shop/tests/testfiesta.rs").exists());
}

#[test]
fn tests_that_cargo_finds_by_itself_are_found_in_the_first_edition_too() {
    let workbench = Workbench::with("shop");
    workbench.write("shop/Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n");
    workbench.write("shop/tests/plain.rs", "#[test]\nfn adds() {}\n");
    workbench.run("shop", &["init"]).with_code(0).says(&["`autotests = true`"]);
    let metadata = cargo().args(["metadata", "--no-deps", "--format-version=1"]);
    let metadata = metadata.current_dir(&workbench.path("shop")).run().with_code(0).stdout;
    assert!(["plain", "testfiesta"].iter().all(|it| metadata.contains(&format!("\"name\":\"{it}\""))));
}

#[test]
fn settings_are_whole_or_comments() {
    for (arguments, active) in [
        (&[][..], vec![]),
        (&["--handle", "acme"], vec![]),
        (&["--handle", "acme", "--project", "SHOP"], vec!["handle = \"acme\"", "project = \"SHOP\""]),
        (&["--provider", "testsigma"], vec!["provider = \"testsigma\""]),
    ] {
        let workbench = Workbench::with("shop");
        workbench.run("shop", &[&["init"], arguments].concat()).with_code(0);
        let text = workbench.read("shop/testfiesta.toml");
        let lines: Vec<_> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert_eq!(lines, active, "{text}");
        let doctor = workbench.run("shop", &["doctor"]).with_code(0);
        assert!(doctor.stdout.ends_with("no problems\n"), "{}", doctor.stdout);
    }
}

/// What `init` says of a crate in which it must leave everything as it is.
#[track_caller]
fn refused(workbench: &Workbench, arguments: &[&str], code: i32) -> Output {
    let files = workbench.files();
    let output = workbench.run("shop", &[&["init"], arguments].concat()).with_code(code);
    assert_eq!(workbench.files(), files);
    output
}

#[test]
fn a_manifest_that_is_no_toml_is_an_error() {
    let workbench = Workbench::with("shop");
    workbench.append("shop/Cargo.toml", "testfiesta =\n");
    refused(&workbench, &[], 1).says(&["Cargo.toml:7:13", "testfiesta ="]);
}

#[test]
fn a_manifest_that_cannot_be_written_is_an_error() {
    let workbench = Workbench::with("shop");
    let set = |read_only| {
        let mut permissions = fs::metadata(workbench.path("shop/Cargo.toml")).expect("there").permissions();
        permissions.set_readonly(read_only);
        fs::set_permissions(workbench.path("shop/Cargo.toml"), permissions).expect("set");
    };
    set(true);
    refused(&workbench, &[], 1).says(&["Cargo.toml cannot be written: it is read-only"]);
    set(false);
}

#[test]
fn a_directory_without_our_crate_is_no_checkout() {
    let workbench = Workbench::with("shop");
    refused(&workbench, &["--path", "nowhere"], 1)
        .says(&["nowhere is no checkout of testfiesta", "cannot be read"]);
    refused(&workbench, &["--path", "."], 1).says(&[". is no checkout of testfiesta"]);
}

#[test]
fn what_no_service_knows_is_a_wrong_argument() {
    let workbench = Workbench::with("shop");
    let arguments = ["--provider", "testsigma", "--handle", "acme"];
    refused(&workbench, &arguments, 2).says(&["--handle: Testsigma has none"]);
    refused(&workbench, &["--project", " "], 2).says(&["expected a text on one line"]);
}
