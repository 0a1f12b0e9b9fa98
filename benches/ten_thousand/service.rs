//! The local TestFiesta as users have it: a release build, serving a fresh directory.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use testfiesta_client::{
    BaseUrl, Token,
    testfiesta::{Client, CreateProject, ProjectClient},
};
use tokio::runtime::Runtime;

use crate::support::repository;

const HANDLE: &str = "local";
const PROJECT: &str = "BENCH";

/// Builds the subcommand and answers its executable.
pub(crate) fn build() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("cargo's target directory");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--package", "cargo-testfiesta"])
        .current_dir(repository())
        .env("CARGO_TARGET_DIR", target)
        .status();
    assert!(built.expect("cargo").success(), "the subcommand does not compile");
    target.join("release").join(format!("cargo-testfiesta{}", std::env::consts::EXE_SUFFIX))
}

/// A server with one project, for as long as this value lives.
pub(crate) struct Service {
    server: Child,
    url: String,
    token: String,
    project: ProjectClient,
    runtime: Runtime,
    directory: tempfile::TempDir,
}

impl Service {
    /// Starts it on a free port.
    pub(crate) fn start(executable: &Path) -> Self {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        let command = |arguments: &[&str]| {
            let mut command = Command::new(executable);
            command.arg("testfiesta").args(arguments).arg("--data").arg(directory.path());
            command
        };
        let key = command(&["key", "create", "--name", "bench"]).output().expect("a key");
        let token = String::from_utf8(key.stdout).expect("a key is text").trim().to_owned();
        let mut serve = command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut server =
            serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
        let mut line = String::new();
        let stdout = server.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("the server says where it listens");
        let url = line.trim().strip_prefix("listening on ").expect("an address").to_owned();

        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let address = BaseUrl::parse(&url).expect("an address");
        let client = Client::new(address, HANDLE, Token::new(&token).expect("a key")).expect("a client");
        let project =
            CreateProject { name: "Bench".to_owned(), key: PROJECT.to_owned(), ..CreateProject::default() };
        runtime.block_on(client.create_project(&project)).expect("a project");
        Self { server, url, token, project: client.project(PROJECT), runtime, directory }
    }

    /// Where it listens, as in `127.0.0.1:7357`.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// A test binary that reports to it, by way of `address`.
    pub(crate) fn reporting(&self, executable: &Path, address: &str) -> Command {
        let mut command = Command::new(executable);
        command
            .env("TESTFIESTA_URL", format!("http://{address}"))
            .env("TESTFIESTA_TOKEN", &self.token)
            .env("TESTFIESTA_HANDLE", HANDLE)
            .env("TESTFIESTA_PROJECT", PROJECT)
            .env("TESTFIESTA_DIR", self.directory.path().join("reporter"));
        command
    }

    /// How many outcomes its runs hold.
    pub(crate) fn executions(&self) -> u64 {
        let runs = self.runtime.block_on(self.project.runs().all()).expect("runs");
        runs.iter().filter_map(|run| run.custom_fields.case_count).sum()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It keeps nothing in memory that it has answered for.
        let _ = self.server.kill().and_then(|()| self.server.wait());
    }
}
