//! Crates of users, outside of this workspace: written, built once, and run many times.

use std::{
    collections::BTreeMap,
    env,
    fs::{self, File},
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::command::Program;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The target directory of the cargo that runs these tests.
pub(crate) fn own_target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a parent").to_owned()
}

/// All of them share one target directory, so that dependencies are compiled once.
fn target() -> PathBuf {
    own_target().join("end-to-end")
}

/// cargo, with that target directory.
pub(crate) fn cargo() -> Program {
    Program::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).env("CARGO_TARGET_DIR", target())
}

/// A crate to be written. Each needs a name of its own: in a shared target directory cargo tells outputs apart by it.
pub(crate) struct Crate {
    name: &'static str,
    testfiesta: &'static str,
    dependencies: &'static str,
    manifest: String,
    files: BTreeMap<String, String>,
}

/// A crate whose test binaries are there.
#[derive(Debug)]
pub(crate) struct Built {
    directory: PathBuf,
    executables: BTreeMap<String, PathBuf>,
}

impl Crate {
    pub(crate) fn new(name: &'static str) -> Self {
        let files = BTreeMap::from([("src/lib.rs".to_owned(), String::new())]);
        Self { name, testfiesta: "", dependencies: "dev-dependencies", manifest: String::new(), files }
    }

    /// The source of a library with cases of its own. Without it, the library is empty.
    pub(crate) fn library(mut self, source: &str) -> Self {
        self.dependencies = "dependencies";
        self.files.insert("src/lib.rs".to_owned(), source.to_owned());
        self
    }

    /// The source of a program with cases of its own, which libtest runs.
    pub(crate) fn program(mut self, source: &str) -> Self {
        self.dependencies = "dependencies";
        self.files.insert("src/main.rs".to_owned(), source.to_owned());
        self
    }

    /// Leaves its library without a test target of its own.
    pub(crate) fn without_unit_tests(mut self) -> Self {
        self.manifest += "[lib]\ntest = false\n";
        self
    }

    /// A test target with `harness = false`.
    pub(crate) fn test(mut self, name: &str, source: &str) -> Self {
        self.manifest += &format!("[[test]]\nname = \"{name}\"\nharness = false\n");
        self.test_under_libtest(name, source)
    }

    /// A test target as cargo finds it by itself.
    pub(crate) fn test_under_libtest(mut self, name: &str, source: &str) -> Self {
        self.files.insert(format!("tests/{name}.rs"), source.to_owned());
        self
    }

    /// Adds to its manifest. What comes first belongs to `[workspace]`.
    pub(crate) fn manifest(mut self, text: &str) -> Self {
        self.manifest += text;
        self
    }

    /// Another file of it.
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// A benchmark or an example (`kind`) with `harness = false` that is run as a test, too.
    pub(crate) fn other(self, kind: &str, directory: &str, name: &str, source: &str) -> Self {
        self.manifest(&format!("[[{kind}]]\nname = \"{name}\"\nharness = false\ntest = true\n"))
            .file(&format!("{directory}/{name}.rs"), source)
    }

    /// What stands beside the path in the dependency on testfiesta.
    pub(crate) fn testfiesta_with(mut self, options: &'static str) -> Self {
        self.testfiesta = options;
        self
    }

    /// Writes it to its place, touching nothing that is there already: an unchanged crate is not built again.
    pub(crate) fn written(&self) -> PathBuf {
        let directory = target().join("crates").join(self.name);
        fs::create_dir_all(&directory).expect("made");
        // Under nextest every test is a process, and each of them writes.
        let writing = File::create(directory.join("writing.lock")).expect("a file");
        writing.lock().expect("locked");
        let Self { name, testfiesta, dependencies, manifest, files } = self;
        let root = ROOT.replace('\\', "/");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
             [{dependencies}]\ntestfiesta = {{ path = \"{root}\"{testfiesta} }}\n\n\
             [profile.dev]\ndebug = false\n\n[workspace]\n\n{manifest}"
        );
        write(&directory.join("Cargo.toml"), &manifest);
        for (path, text) in files {
            write(&directory.join(path), text);
        }
        let lock = lock();
        let [known, own] = ["Cargo.lock.known", "Cargo.lock"].map(|file| directory.join(file));
        if fs::read(&known).ok().as_ref() != Some(&lock) {
            for path in [&own, &known] {
                fs::write(path, &lock).expect("written");
            }
        }
        directory
    }

    /// Writes it and builds its test binaries.
    pub(crate) fn build(self) -> Built {
        let directory = self.written();
        let arguments = ["test", "--no-run", "--message-format=json-render-diagnostics"];
        let output = cargo().current_dir(&directory).args(arguments).run();
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        let executables = output.stdout.lines().filter_map(executable).collect();
        Built { directory, executables }
    }
}

impl Built {
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// `cargo …` in this crate.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Program {
        cargo().current_dir(&self.directory).args(arguments)
    }

    /// Where the binary of a test target is.
    pub(crate) fn executable(&self, target: &str) -> &Path {
        self.executables.get(target).unwrap_or_else(|| panic!("no test target {target}"))
    }

    /// A test binary, started as cargo would start it.
    pub(crate) fn binary(&self, target: &str) -> Program {
        Program::new(self.executable(target))
            .current_dir(&self.directory)
            .env("CARGO_MANIFEST_DIR", &self.directory)
    }
}

/// The lock file: the versions that this workspace is tested with.
pub(crate) fn lock() -> Vec<u8> {
    fs::read(Path::new(ROOT).join("Cargo.lock")).expect("the lock file")
}

fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    fs::write(path, text).expect("written");
}

/// The name and the executable of a test target, if that is what a line of cargo's messages is about.
fn executable(line: &str) -> Option<(String, PathBuf)> {
    let message: Value = serde_json::from_str(line).ok()?;
    let path = message["executable"].as_str()?;
    Some((message["target"]["name"].as_str()?.to_owned(), path.into()))
}
