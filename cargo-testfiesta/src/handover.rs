//! Takes over what test processes cannot write to their journals, such as on a full disk.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use testfiesta_harness::journal;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::timeout,
};

/// How long to wait, once the tests are over, for a call that was made before, and for the rest of what is said.
const PATIENCE: Duration = Duration::from_secs(1);
/// A call is there as soon as it is made.
const GLANCE: Duration = Duration::from_millis(20);
/// How long a key and the name of a journal can be, in bytes.
const LONGEST_GREETING: u64 = 1024;

/// Where test processes call.
pub(crate) struct Handover {
    /// What they are told: where, and the key.
    pub(crate) place: String,
    tests_are_over: watch::Sender<bool>,
    listening: JoinHandle<()>,
}

/// Whose lines are taken over.
struct Desk {
    key: String,
    run_directory: PathBuf,
}

impl Handover {
    /// Begins to listen, for the processes of this run.
    pub(crate) async fn begin(run_directory: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let number = || RandomState::new().build_hasher().finish();
        let key = format!("{:016x}{:016x}", number(), number());
        let place = format!("{} {key}", listener.local_addr()?);
        let desk = Arc::new(Desk { key, run_directory: run_directory.to_owned() });
        let tests_are_over = watch::Sender::new(false);
        // What reads journals in this process finds there what comes.
        journal::let_overflow();
        let listening = tokio::spawn(listen(listener, desk, tests_are_over.subscribe()));
        Ok(Self { place, tests_are_over, listening })
    }

    /// The test processes are gone: takes what they said last.
    pub(crate) async fn end(self) {
        self.tests_are_over.send_replace(true);
        // Who goes on talking is none of them.
        let _ = timeout(PATIENCE, self.listening).await;
    }
}

async fn listen(listener: TcpListener, desk: Arc<Desk>, mut over: watch::Receiver<bool>) {
    let mut calls = JoinSet::new();
    loop {
        let call = tokio::select! {
            call = listener.accept() => Some(call),
            _ = over.wait_for(|over| *over) => None,
        };
        let call = match call {
            Some(call) => call,
            None => match timeout(GLANCE, listener.accept()).await {
                Ok(call) => call,
                Err(_) => break,
            },
        };
        match call {
            Ok((stream, _)) => drop(calls.spawn(take_over(stream, Arc::clone(&desk)))),
            // Too many files are open, perhaps.
            Err(_) => tokio::time::sleep(GLANCE).await,
        }
    }
    while calls.join_next().await.is_some() {}
}

/// Takes over the lines of one process. What is no whole line is a process's that died while it spoke.
async fn take_over(stream: TcpStream, desk: Arc<Desk>) {
    let mut stream = BufReader::new(stream);
    let mut greeting = String::new();
    if (&mut stream).take(LONGEST_GREETING).read_line(&mut greeting).await.is_err() {
        return;
    }
    let Some(journal) = desk.journal(&greeting) else { return };
    let mut line = Vec::new();
    while stream.read_until(b'\n', &mut line).await.is_ok() && line.ends_with(b"\n") {
        journal::take_over(&journal, &line);
        line.clear();
    }
}

impl Desk {
    /// The journal that a caller names who knows the key.
    fn journal(&self, greeting: &str) -> Option<PathBuf> {
        let (key, name) = greeting.trim_end().split_once(' ')?;
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        (key == self.key && is_plain && name.ends_with(".jsonl")).then(|| self.run_directory.join(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_knows_the_key_names_a_journal_of_the_run() {
        let desk = Desk { key: "secret".to_owned(), run_directory: "run".into() };
        assert_eq!(desk.journal("secret 1-2-mark.jsonl\n"), Some("run/1-2-mark.jsonl".into()));
        for greeting in ["guess 1-2.jsonl\n", "secret ../1-2.jsonl\n", "secret 1-2.txt\n", "secret\n", ""] {
            assert_eq!(desk.journal(greeting), None, "{greeting:?}");
        }
    }
}
