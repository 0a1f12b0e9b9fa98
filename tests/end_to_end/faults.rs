//! `cargo testfiesta serve --fault`: a service that fails on purpose.

use testfiesta_client::Error;
use testfiesta_server::{Store, keys};

use crate::support::{Serving, block_on, client_of, subcommand};

#[test]
fn a_server_that_was_told_to_fail_fails() {
    let data = tempfile::tempdir().expect("a directory");
    let (key, _) =
        keys::create(&Store::open(data.path()).expect("a store"), keys::NewKey::named("ci")).expect("a key");
    let serving = Serving::with(data.path(), &["--fault", "429,times=1", "--fault", "404,method=GET"]);
    let client = client_of(&serving.url, key.reveal());
    let error = block_on(client.projects().all()).expect_err("a refusal");
    // The client tried again after the first.
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    assert!(serving.page("/").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_fault_that_does_not_exist_is_answered_with_those_that_do() {
    let output = subcommand(&["serve", "--fault", "explode"]).run().with_code(2);
    output.says(&["`explode` is no fault", "reset=before"]);
}

#[test]
fn help_explains_how_faults_are_written() {
    let output = subcommand(&["serve", "--help"]).run().with_code(0);
    assert!(output.stdout.contains("share=30%"), "{}", output.stdout);
}
