//! The token is nowhere: in nothing that is printed, kept or sent, whatever happens.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{
    fixtures::leaking,
    support::{Output, Program, Service, nextest_is_here, subcommand},
};

/// A place where tests that say all they know report to a service.
struct Place {
    service: Service,
    data: TempDir,
}

impl Place {
    fn with(service: Service) -> Self {
        Self { service, data: tempfile::tempdir().expect("a directory") }
    }

    fn set_up(&self, program: Program) -> Program {
        let program = program.envs(self.service.settings());
        let program = program.env("TESTFIESTA_DIR", self.data.path()).env("TESTFIESTA_DEADLINE", "1s");
        program.env("RUST_BACKTRACE", "1")
    }

    fn subcommand(&self, arguments: &[&str]) -> Program {
        self.set_up(subcommand(arguments).current_dir(leaking().directory()))
    }

    /// Lets a test have the token by another way, since none is in its environment where another process sends.
    fn leak(&self, program: Program) -> Program {
        program.env("END_TO_END_LEAK", &self.service.token)
    }

    #[track_caller]
    fn assert_nowhere(&self, output: &Output) {
        assert_holds_no_key("the output", &output.text());
        assert!(!output.text().contains(self.service.secret()), "{}", output.text());
        assert_clean(self.data.path(), self.service.secret());
        let told = format!("{:?}", self.service.told());
        assert!(!told.contains(self.service.secret()), "{told}");
        for attachment in self.service.attachments() {
            let text = String::from_utf8_lossy(&fs::read(attachment).expect("the bytes")).into_owned();
            assert!(!text.contains(self.service.secret()), "{text}");
        }
    }
}

/// No file below a directory holds a token.
#[track_caller]
fn assert_clean(directory: &Path, secret: &str) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            assert_clean(&path, secret);
        } else {
            let text = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
            let name = path.display().to_string();
            assert!(!text.contains(secret), "{name}: {text}");
            assert_holds_no_key(&name, &text);
        }
    }
}

/// Keys that commands make for themselves are nobody else's business either: `testfiesta_`, and two halves.
#[track_caller]
fn assert_holds_no_key(place: &str, text: &str) {
    for (at, word) in text.match_indices("testfiesta_") {
        let rest = text.as_bytes().get(at + word.len()..).unwrap_or_default();
        let is_hex = |half: &[u8]| half.iter().all(u8::is_ascii_hexdigit);
        let is_key = rest.len() >= 65 && is_hex(&rest[..32]) && rest[32] == b'.' && is_hex(&rest[33..65]);
        assert!(!is_key, "{place} holds a key:\n{text}");
    }
}

fn assert_secret_kept(service: Service) {
    let place = Place::with(service);
    for isolation in [None, Some("threads")] {
        let program = place.set_up(leaking().binary("leaking"));
        let mut program = place.leak(program);
        if let Some(isolation) = isolation {
            program = program.env("TESTFIESTA_ISOLATION", isolation);
        }
        let output = program.run().with_code(101);
        assert!(output.stdout.contains("[hidden]"), "{}", output.stdout);
        place.assert_nowhere(&output);
    }
    place.assert_nowhere(&place.subcommand(&["resend"]).run());
    place.assert_nowhere(&place.subcommand(&["doctor"]).run());
}

macro_rules! kept {
    ($($name:ident: $service:expr;)*) => {
        $(
            #[test]
            fn $name() {
                assert_secret_kept($service);
            }
        )*
    };
}

kept! {
    where_all_goes_well: Service::start();
    where_the_service_answers_401: Service::failing("401");
    where_the_service_answers_503: Service::failing("503");
    where_the_service_hangs: Service::failing("hang");
    where_the_service_breaks_off: Service::failing("reset=within");
    where_the_service_answers_pages: Service::failing("html");
    where_the_service_is_gone: Service::gone();
    where_the_service_points_elsewhere: Service::redirecting();
}

#[test]
fn where_the_token_is_stored_and_not_used() {
    let place = Place::with(Service::start());
    let home = tempfile::tempdir().expect("a directory");
    let at_home = |program: Program| {
        program
            .without_env("TESTFIESTA_TOKEN")
            .env("XDG_CONFIG_HOME", home.path())
            .env("APPDATA", home.path())
    };
    let login = at_home(place.subcommand(&["login"]));
    login.run_with_input(&format!("{}\n", place.service.token)).with_code(0);
    let program = at_home(place.leak(leaking().binary("leaking")));
    let output = program.env("TESTFIESTA_DIR", place.data.path()).run().with_code(101);
    assert!(output.stdout.contains("[hidden]"), "{}", output.stdout);
    place.assert_nowhere(&output);
}

#[test]
fn under_the_subcommand() {
    for isolation in [None, Some("threads")] {
        let place = Place::with(Service::start());
        let mut program = place.leak(place.subcommand(&["test"]));
        if let Some(isolation) = isolation {
            program = program.env("TESTFIESTA_ISOLATION", isolation);
        }
        let output = program.run().with_code(101);
        assert!(output.stdout.contains("[hidden]"), "{}", output.stdout);
        place.assert_nowhere(&output);
        assert_eq!(place.service.attachments().len(), 1);
    }
}

#[test]
fn under_the_subcommand_with_nextest() {
    if nextest_is_here() {
        let place = Place::with(Service::start());
        // There, too, nothing is captured.
        let program = place.leak(place.subcommand(&["nextest"])).env("TESTFIESTA_ISOLATION", "threads");
        place.assert_nowhere(&program.run().with_code(100));
    }
}

#[test]
fn under_the_subcommand_with_a_service_of_its_own() {
    for isolation in ["workers", "threads"] {
        let data = tempfile::tempdir().expect("a directory");
        let program = subcommand(&["test"]).current_dir(leaking().directory());
        let program = program.env("TESTFIESTA_DIR", data.path()).env("TESTFIESTA_ISOLATION", isolation);
        let output = program.env("RUST_BACKTRACE", "1").run().with_code(101);
        assert_holds_no_key("the output", &output.text());
        assert_clean(data.path(), "no such text");
    }
}
