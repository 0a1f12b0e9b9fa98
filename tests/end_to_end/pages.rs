//! What people see of a run of ours, and how the server that shows it begins and ends.

use tempfile::TempDir;

use crate::{
    fixtures::isolated,
    support::{Serving, subcommand},
};
#[cfg(unix)]
use crate::{fixtures::shop, support::eventually};

/// The page of the one run that these tests of a target were.
fn page_of(target: &str, tests: &[&str]) -> String {
    let data = directory();
    let program = isolated().binary(target).env("TESTFIESTA_DIR", data.path());
    let program = program.env("ISOLATED_SCRATCH", data.path()).args(["--test-threads=1", "--exact"]);
    program.args(tests).run();
    Serving::start(data.path()).page("/local/LOCAL/runs/1/folders")
}

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

#[test]
fn the_page_of_a_run_shows_why_its_tests_failed_and_what_they_printed() {
    let tests = ["returns_an_error_with_a_cause", "passes_beside_a_thread_that_panicked"];
    let page = page_of("reasons", &[&tests[..], &["fails_after_a_panic_that_it_caught"]].concat());
    for text in [
        "caused by: invalid digit found in string</pre>",
        ": the parcel is late</pre>",
        r#"<summary class="muted">stderr</summary><pre>"#,
        "<pre>not caught</pre>",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[test]
fn the_page_of_a_run_shows_the_attempts_of_a_flaky_test() {
    let page = page_of("isolated", &["passes_at_the_third_attempt"]);
    assert!(page.contains(">flaky</span>"), "{page}");
    let (_, attempts) = page.split_once("earlier attempts</summary>").unwrap_or_else(|| panic!("{page}"));
    assert!(attempts.contains("not yet") && attempts.contains("left: 1"), "{page}");
}

#[test]
fn a_host_may_be_named_to_listen_on() {
    let data = directory();
    let program = subcommand(&["serve", "--listen", "localhost:0", "--data"]).args([data.path()]);
    let page = Serving::of(program).page("/");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
}

#[cfg(unix)]
#[test]
fn a_suspended_server_does_not_hold_up_the_tests() {
    let data = directory();
    let serving = Serving::start(data.path());
    serving.signal("STOP");
    let test = subcommand(&["test", "--test", "first"]).current_dir(shop().directory());
    let output = test.env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    output.says(&["the local TestFiesta could not be started", "does not answer"]);
}

#[cfg(unix)]
#[test]
fn a_second_interrupt_does_not_wait_for_requests_under_way() {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };
    let data = directory();
    let serving = Serving::with(data.path(), &["--fault", "slow=60s"]);
    let address = serving.url.strip_prefix("http://").expect("http").to_owned();
    let mut connection = TcpStream::connect(&address).expect("a connection");
    connection.write_all(b"GET /v1/local/projects HTTP/1.1\r\nhost: localhost\r\n\r\n").expect("sent");
    connection.read_exact(&mut [0]).expect("the beginning of an answer");
    serving.signal("INT");
    eventually("it listens no more", || TcpStream::connect(&address).is_err());
    serving.signal("INT");
    assert_eq!(serving.exit_code(), Some(130));
}
