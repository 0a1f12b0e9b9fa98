//! Where it happens: one directory of journals, one store, one address.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use testfiesta_client::testfiesta::ProjectClient;
use testfiesta_harness::journal;
use testfiesta_server::{Store, keys};

use crate::{
    fixtures::chaotic,
    support::{Program, client_of, eventually, subcommand},
};

/// What all invocations share.
pub(super) const RUN_KEY: &str = "chaos";
/// The project that `cargo testfiesta serve --fault` makes.
const PROJECT: &str = "LOCAL";

pub(super) struct Place {
    directory: TempDir,
    address: String,
    token: String,
}

impl Place {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let store = Store::open(directory.path().join("store")).expect("a store");
        let (key, _) = keys::create(&store, keys::NewKey::named("chaos")).expect("a key");
        Self { address, token: key.reveal().to_owned(), directory }
    }

    /// Where the server listens, each time.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// What the server keeps.
    pub(super) fn store(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    /// The journals.
    pub(super) fn data(&self) -> &Path {
        self.directory.path()
    }

    /// What the tests noted themselves.
    pub(super) fn ledger(&self) -> PathBuf {
        self.directory.path().join("ledger")
    }

    pub(super) fn client(&self) -> ProjectClient {
        client_of(&self.url(), &self.token).project(PROJECT)
    }

    /// A program that reports here.
    pub(super) fn set_up(&self, program: Program) -> Program {
        program
            .current_dir(chaotic().directory())
            .env("TESTFIESTA_URL", self.url())
            .env("TESTFIESTA_TOKEN", &self.token)
            .env("TESTFIESTA_HANDLE", "local")
            .env("TESTFIESTA_PROJECT", PROJECT)
            .env("TESTFIESTA_DIR", self.data())
            .env("TESTFIESTA_RUN_KEY", RUN_KEY)
            .env("TESTFIESTA_DEADLINE", "2s")
            .env("END_TO_END_LEDGER", self.ledger())
    }

    /// Where programs say what nobody listens to, for whoever has to find out what happened.
    pub(super) fn log(&self) -> File {
        let path = self.directory.path().join("log");
        File::options().append(true).create(true).open(path).expect("a file")
    }

    /// Until every process is gone, and everything that it left behind is delivered.
    pub(super) fn resend_until_nothing_is_queued(&self) {
        eventually("nothing is queued", || {
            let output = self.set_up(subcommand(&["resend"])).run();
            output.code == Some(0) && output.stderr.contains("0 queued in 0 runs") && self.all_ended()
        });
    }

    /// Whether no process of a test is left, nor one that died and that nobody looked after yet.
    fn all_ended(&self) -> bool {
        let signs = fs::read_dir(self.data().join("alive")).expect("signs of life");
        let names = signs.map(|sign| sign.expect("a sign").file_name().into_string().expect("a name"));
        // Who was killed before its first line has no journal.
        let journal = |name: String| {
            let process = name.rsplit('@').next().unwrap_or_default().to_owned();
            journal::run_directory(self.data(), RUN_KEY).join(process + ".jsonl")
        };
        names.map(journal).all(|journal| !journal.exists())
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
