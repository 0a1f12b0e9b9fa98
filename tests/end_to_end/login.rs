//! `cargo testfiesta login`: a token that is in no environment and in no committed file.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::{
    fixtures::{FIRST, shop, shop_binary},
    support::{Output, Program, Service, subcommand},
};

/// Somebody's own configuration, and a service.
struct Person {
    configuration: TempDir,
    service: Service,
    data: TempDir,
}

impl Person {
    fn of(service: Service) -> Self {
        let directory = || tempfile::tempdir().expect("a directory");
        Self { configuration: directory(), service, data: directory() }
    }

    /// A program that has the configuration, and no token in its environment.
    fn at_home(&self, program: Program) -> Program {
        let program = program.without_env("TESTFIESTA_TOKEN").env("APPDATA", self.configuration.path());
        program.env("XDG_CONFIG_HOME", self.configuration.path())
    }

    fn subcommand(&self, arguments: &[&str]) -> Program {
        let program = subcommand(arguments).current_dir(shop().directory()).envs(self.service.settings());
        self.at_home(program)
    }

    fn login(&self, token: &str) -> Output {
        self.subcommand(&["login"]).run_with_input(&format!("{token}\n"))
    }

    fn tests(&self) -> Output {
        self.at_home(shop_binary("first", &self.service, self.data.path())).run()
    }

    fn file(&self) -> PathBuf {
        self.configuration.path().join("testfiesta").join("credentials.json")
    }
}

#[test]
fn who_logged_in_reports_without_a_token_in_the_environment() {
    let person = Person::of(Service::start());
    person.login(&person.service.token).with_code(0).says(&["accepts it", "stored in"]);
    person.tests().with_code(0);
    assert_eq!(person.service.executions().len(), FIRST);
}

#[test]
fn a_variable_that_is_empty_comes_before_nothing() {
    let person = Person::of(Service::start());
    let token = person.service.token.clone();
    let login =
        |variable| person.subcommand(&["login"]).env("TESTFIESTA_TOKEN", variable).run_with_input(&token);
    assert!(!login("").with_code(0).text().contains("TESTFIESTA_TOKEN is set"));
    login(&token).with_code(0).says(&["TESTFIESTA_TOKEN is set, and comes before what is stored"]);
}

#[test]
fn who_logged_out_reports_no_more() {
    let person = Person::of(Service::start());
    person.login(&person.service.token).with_code(0);
    person.subcommand(&["logout"]).run().with_code(0);
    person.tests().with_code(0).says(&["no service is configured"]);
    person.subcommand(&["logout"]).run().with_code(1).says(&["holds no token"]);
}

#[test]
fn a_token_that_the_service_does_not_know_is_not_stored() {
    let person = Person::of(Service::start());
    let wrong = "testfiesta_00000000000000000000000000000000.11111111111111111111111111111111";
    let output = person.login(wrong).with_code(1);
    assert!(!output.text().contains("1111"), "{}", output.text());
    output.says(&["was not stored", "401"]);
    assert!(!person.file().exists());
}

#[test]
fn a_token_is_stored_unchecked_while_the_service_is_down() {
    let person = Person::of(Service::failing("503"));
    person.login(&person.service.token).with_code(0).says(&["not checked", "503", "stored in"]);
}

#[test]
fn a_token_on_the_command_line_is_refused_and_not_repeated() {
    let person = Person::of(Service::start());
    let token = person.service.token.clone();
    for arguments in [vec!["login", &token], vec!["login", "--token", &token]] {
        let output = person.subcommand(&arguments).run().with_code(1);
        assert!(!output.text().contains(person.service.secret()), "{}", output.text());
        output.says(&["shell's history", "login < token.txt"]);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_named_and_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let person = Person::of(Service::start());
    person.login(&person.service.token).with_code(0);
    std::fs::set_permissions(person.file(), std::fs::Permissions::from_mode(0o644)).expect("set");
    person.tests().with_code(0).says(&["3 queued, because", "chmod 600"]);
}

#[test]
fn credentials_in_an_address_are_refused_before_a_token_is_asked_for_and_never_shown() {
    let person = Person::of(Service::start());
    let program =
        |command| person.subcommand(&[command]).env("TESTFIESTA_URL", "https://me:hunter2@localhost:1");
    let output = program("login").run().with_code(1).says(&["holds credentials"]);
    assert!(!output.text().contains("hunter2"), "{}", output.text());
    let output = program("logout").run().with_code(1).says(&["holds no token for https://localhost:1"]);
    assert!(!output.text().contains("hunter2"), "{}", output.text());
}

#[test]
fn each_service_has_a_token_of_its_own() {
    let person = Person::of(Service::start());
    let address = format!("{}/api/v1", person.service.url);
    let login = |token: &str| {
        let program = person.subcommand(&["login", "--provider", "testsigma"]);
        program.env("TESTSIGMA_URL", &address).run_with_input(token)
    };
    login("testfiesta_wrong").with_code(1).says(&["was not stored", "401"]);
    login(&person.service.token).with_code(0).says(&[&format!("{address} accepts it")]);
    person.tests().with_code(0).says(&["no service is configured"]);
}
