//! Nobody reads on: what cannot be said costs no test, and no command its exit code.

use std::path::Path;

use tempfile::TempDir;

use crate::{
    fixtures::{FIRST, shop, shop_binary},
    support::{Program, Service, Serving, subcommand},
};

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// `cargo testfiesta …` in the shop, whose stderr nobody reads.
fn unheard(data: &Path, arguments: &[&str]) -> Program {
    let command = subcommand(arguments).current_dir(shop().directory()).with_closed_stderr();
    command.env("TESTFIESTA_DIR", data)
}

#[test]
fn a_closed_stderr_leaves_the_exit_code_to_the_tests() {
    let data = directory();
    let command = || unheard(data.path(), &["test", "-q", "--test", "first"]);
    command().run().with_code(0);
    command().env("END_TO_END_BREAK", "1").run().with_code(101);
}

#[test]
fn a_closed_stderr_keeps_nothing_from_being_resent() {
    let (service, data) = (Service::start(), directory());
    shop().binary("first").env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    unheard(data.path(), &["resend"]).envs(service.settings()).run().with_code(0);
    assert_eq!(service.execution_count(service.the_run().uid), FIRST);
}

#[test]
fn a_closed_stderr_keeps_nothing_from_being_listed() {
    let output = unheard(directory().path(), &["list", "-q", "--test", "first"]).run().with_code(0);
    assert!(output.stdout.contains("first may_fail"), "{}", output.stdout);
}

#[test]
fn a_closed_stderr_does_not_end_the_server() {
    let data = directory();
    let serving = Serving::of(unheard(data.path(), &["serve", "--listen", "127.0.0.1:0"]));
    let page = serving.page("/");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
}

#[test]
fn a_closed_stdout_is_a_reader_who_has_seen_enough() {
    let data = directory();
    Service::of(data.path(), "LOCAL");
    for arguments in [&["list", "-q", "--test", "first"][..], &["key", "list"], &["doctor"]] {
        let command = || {
            let command = subcommand(arguments).current_dir(shop().directory());
            command.env("TESTFIESTA_DIR", data.path())
        };
        let code = command().run().code.expect("a code");
        let output = command().with_closed_stdout().run().with_code(code);
        assert!(!output.stderr.contains("error"), "{}", output.stderr);
    }
}

#[test]
fn a_closed_stdout_stops_no_test_whatever_is_printed() {
    for arguments in [&[][..], &["-q"], &["--color=always"], &["--color=always", "-q"], &["--format=json"]] {
        let (service, data) = (Service::start(), directory());
        let program = shop_binary("first", &service, data.path()).args(arguments).with_closed_stdout();
        let output = program.run().with_code(101);
        output.says(&["3 executed = 3 confirmed", "the results could not be written to stdout"]);
    }
}
