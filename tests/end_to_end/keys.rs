//! `cargo testfiesta key`: made, listed and taken back, beside a server that runs.

#[cfg(unix)]
use std::fs::File;

use tempfile::TempDir;
use testfiesta_client::Error;

use crate::support::{Output, Serving, block_on, client_of, subcommand};

struct Place {
    data: TempDir,
    serving: Serving,
}

impl Place {
    fn new() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let serving = Serving::start(data.path());
        Self { data, serving }
    }

    fn key(&self, arguments: &[&str]) -> Output {
        let program = subcommand(&["key"]).args(arguments).args(["--data"]).args([self.data.path()]);
        program.current_dir(self.data.path()).run()
    }

    /// A new key, as `create` prints it.
    fn created(&self, arguments: &[&str]) -> String {
        let output = self.key(&[&["create", "--name", "ci"], arguments].concat()).with_code(0);
        output.stdout.strip_suffix('\n').expect("a line").to_owned()
    }

    /// The status with which reading the projects is refused; none if it is not.
    fn refusal(&self, key: &str) -> Option<u16> {
        let answer = block_on(client_of(&self.serving.url, key).projects().all());
        answer.err().map(|error: Error| error.status().unwrap_or_else(|| panic!("{error}")))
    }
}

#[test]
fn create_prints_the_key_alone_on_stdout() {
    let key = Place::new().created(&[]);
    let (public, secret) = key.strip_prefix("testfiesta_").and_then(|it| it.split_once('.')).expect(&key);
    let is_hex = |half: &str| half.len() == 32 && half.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(is_hex(public) && is_hex(secret), "{key}");
}

#[test]
fn a_key_opens_the_server_that_runs() {
    let place = Place::new();
    assert_eq!(place.refusal(&place.created(&["--expires", "never"])), None);
}

#[test]
fn a_revoked_key_opens_nothing_at_once() {
    let place = Place::new();
    let key = place.created(&[]);
    assert_eq!(place.refusal(&key), None);
    place.key(&["revoke", "ci"]).with_code(0);
    assert_eq!(place.refusal(&key), Some(401));
}

#[test]
fn an_expired_key_opens_nothing() {
    let place = Place::new();
    // It is over before the command has ended.
    let key = place.created(&["--expires", "1ms"]);
    assert_eq!(place.refusal(&key), Some(401));
}

#[test]
fn a_key_allows_what_it_was_made_for() {
    let place = Place::new();
    let key = place.created(&["--permission", "activities:view"]);
    assert_eq!(place.refusal(&key), Some(403));
}

#[test]
fn an_unknown_permission_is_named() {
    let output = Place::new().key(&["create", "--name", "ci", "--permission", "everything"]);
    assert_ne!(output.code, Some(0));
    output.says(&["everything"]);
}

#[test]
fn list_shows_names_and_validity_and_no_key() {
    let place = Place::new();
    let key = place.created(&["--expires", "never"]);
    let output = place.key(&["list"]).with_code(0);
    assert!(output.stdout.contains("ci") && output.stdout.contains("valid for ever"), "{}", output.stdout);
    let secret = key.rsplit('.').next().expect("a half");
    assert!(!output.text().contains(secret), "{}", output.text());
}

#[test]
fn list_tells_revoked_keys() {
    let place = Place::new();
    place.created(&[]);
    place.key(&["revoke", "ci"]).with_code(0);
    let output = place.key(&["list"]).with_code(0);
    assert!(output.stdout.lines().any(|line| line.contains("ci") && line.contains("revoked")), "{output:?}");
}

/// The lines of the keys that `create` made, of which no one has seen its key.
#[cfg(unix)]
fn created_for(place: &Place, out: &str) -> Vec<String> {
    let out = File::options().write(true).open(out).expect("a device");
    let program = subcommand(&["key", "create", "--name", "unseen", "--data"]).args([place.data.path()]);
    program.saying_it_to(&out).run().with_code(1);
    let keys = place.key(&["list"]).with_code(0).stdout;
    keys.lines().filter(|line| line.contains("unseen")).map(str::to_owned).collect()
}

#[test]
#[cfg(unix)]
fn a_key_that_could_not_be_shown_opens_nothing() {
    let keys = created_for(&Place::new(), "/dev/full");
    assert!(keys.iter().all(|key| key.contains("revoked")), "{keys:?}");
}

#[test]
#[cfg(unix)]
fn a_key_that_is_shown_to_nobody_opens_nothing() {
    let keys = created_for(&Place::new(), "/dev/null");
    assert!(keys.iter().all(|key| key.contains("revoked")), "{keys:?}");
}

#[test]
fn where_there_is_no_local_testfiesta_keys_are_looked_for_in_vain() {
    let data = tempfile::tempdir().expect("a directory");
    let typo = data.path().join("typo");
    for arguments in [&["key", "list"][..], &["key", "revoke", "ci"]] {
        let output = subcommand(arguments).args(["--data"]).args([&typo]).run().with_code(1);
        output.says(&["there is no local TestFiesta in", "typo"]);
    }
    assert!(!typo.exists());
}

#[test]
fn a_key_that_is_not_there_cannot_be_revoked() {
    let output = Place::new().key(&["revoke", "nobody"]);
    assert_ne!(output.code, Some(0));
    output.says(&["nobody"]);
}
