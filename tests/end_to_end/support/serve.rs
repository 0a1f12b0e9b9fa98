//! `cargo testfiesta serve`, running.

use std::path::Path;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::Child,
};

use super::{command::Program, runtime::block_on, subcommand::subcommand};

/// A server process. It is ended when it is dropped.
pub(crate) struct Serving {
    pub(crate) url: String,
    process: Child,
}

impl Serving {
    /// Serves `data`, and waits for the line that says where.
    pub(crate) fn start(data: &Path) -> Self {
        Self::with(data, &[])
    }

    /// The same, with these arguments.
    pub(crate) fn with(data: &Path, arguments: &[&str]) -> Self {
        let program = subcommand(&["serve", "--listen", "127.0.0.1:0", "--data"]).args([data]);
        Self::of(program.args(arguments))
    }

    /// The server that this program is, once it says where it listens.
    pub(crate) fn of(program: Program) -> Self {
        let mut process = program.spawn();
        let stdout = process.stdout.take().expect("a stdout");
        let line = block_on(async { BufReader::new(stdout).lines().next_line().await });
        let line = line.expect("a line").expect("a line before the end");
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}"));
        Self { url: url.to_owned(), process }
    }

    /// Kills it, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        block_on(self.process.kill()).expect("killed");
    }

    /// Sends it a signal, as in `STOP`.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.id().expect("a process that runs").to_string();
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &id]).status();
        assert!(sent.expect("kill").success());
    }

    /// Waits until it ended.
    #[cfg(unix)]
    pub(crate) fn exit_code(mut self) -> Option<i32> {
        block_on(self.process.wait()).expect("an end").code()
    }

    /// A page, as a browser gets it.
    pub(crate) fn page(&self, path: &str) -> String {
        let address = self.url.strip_prefix("http://").expect("http");
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        block_on(async {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            stream.write_all(request.as_bytes()).await.expect("asked");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("an answer");
            answer
        })
    }
}
