//! `cargo testfiesta check`: whether the tests name the cases that the service has.

use std::fs;

use testfiesta_client::testfiesta::{CaseData, DataImport, Entities};
use testfiesta_server::keys::Permission;

use crate::{
    fixtures::{shop, shop_binary},
    support::{Crate, Output, Program, Service, block_on, subcommand},
};

/// `cargo testfiesta check …` in the shop, with TestFiesta.
fn check(service: &Service, arguments: &[&str]) -> Program {
    in_the_shop(arguments).envs(service.settings())
}

/// The same, with Testsigma.
fn check_testsigma(service: &Service, arguments: &[&str]) -> Program {
    let program = in_the_shop(arguments).envs(service.testsigma_settings());
    program.env("TESTFIESTA_PROVIDER", "testsigma").env("TESTSIGMA_RATE", "1000")
}

fn in_the_shop(arguments: &[&str]) -> Program {
    subcommand(&["check"]).args(arguments).current_dir(shop().directory())
}

/// Lets the project have these cases of the source `hand`, by external id.
fn import(service: &Service, ids: impl IntoIterator<Item = String>) {
    let case = |id: String| CaseData {
        name: format!("about {id}"),
        external_id: id,
        source: "hand".into(),
        ..CaseData::default()
    };
    let entities = Entities { cases: ids.into_iter().map(case).collect(), ..Entities::default() };
    block_on(service.client.import(&DataImport { entities, run_id: None })).expect("cases");
}

#[track_caller]
fn assert_prints(output: &Output, lines: &[&str]) {
    assert_eq!(output.stdout.lines().collect::<Vec<_>>(), lines, "{}", output.stderr);
}

#[test]
fn an_id_without_a_case_is_new_and_a_case_without_a_test_uncovered() {
    let service = Service::start();
    import(&service, ["SHOP-1".to_owned(), "SHOP-9".to_owned()]);
    let arguments = ["--test", "first"];
    let output = check(&service, &arguments).env("TESTFIESTA_SOURCE", "hand").run().with_code(0);
    let new = |id: &str, line: u32| {
        format!(
            "new        {id}  the source hand has no such case: the next report creates it  tests/first.rs:{line}"
        )
    };
    assert_prints(&output, &[&new("SHOP-2", 10), &new("SHOP-3", 16), "uncovered  SHOP-9  about SHOP-9"]);
    output.says(&[
        "\n3 cases in the tests, 2 in the service: 1 covered, 2 unknown, 0 duplicate, 1 uncovered\n",
    ]);

    let output = check(&service, &["--deny", "new,uncovered", "--test", "first"]).run().with_code(1);
    assert!(output.stdout.contains(", beside case 1 of the source hand"), "{}", output.stdout);
    assert!(
        output.stdout.contains("uncovered  1  about SHOP-1 (SHOP-1 of the source hand)"),
        "{}",
        output.stdout
    );
    output.says(&["fails for 3 new, 2 uncovered", "known to another source: 1 id; set TESTFIESTA_SOURCE"]);
}

#[test]
fn it_runs_no_test_changes_nothing_and_needs_a_key_that_may_look() {
    let service = Service::with_cases();
    let (told, data) = (service.told().len(), tempfile::tempdir().expect("a directory"));
    let token = service.key_that_allows(Permission::EntitiesView);
    let program = check(&service, &["--test", "first"]).env("TESTFIESTA_TOKEN", token);
    program.env("TESTFIESTA_DIR", data.path()).run().with_code(0);
    assert_eq!((service.told().len(), service.runs().len()), (told, 0));
    assert_eq!(data.path().read_dir().expect("a directory").count(), 0);
}

#[test]
fn what_was_reported_is_covered_with_an_id_or_without() {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    shop_binary("uids", &service, data.path()).run().with_code(101);
    let output = check(&service, &["--deny=new,uncovered,duplicate", "--test", "uids"]).run().with_code(0);
    assert_prints(&output, &[]);
    output.says(&[
        "without an id: 1 test; each has a case of its own\n",
        "\n6 cases in the tests, 6 in the service: 6 covered, 0 unknown, 0 duplicate, 0 uncovered\n",
    ]);
    let output = check(&service, &["--deny=without-id", "--test", "uids"]).run().with_code(1);
    output.says(&["fails for 1 test without an id"]);
}

#[test]
fn an_id_that_several_tests_name_is_told_with_each_place() {
    let service = Service::start();
    import(&service, ["HERE-1".to_owned()]);
    let arguments = ["--test", "elsewhere"];
    let output = check(&service, &arguments).env("TESTFIESTA_SOURCE", "hand").run().with_code(0);
    assert_prints(
        &output,
        &["duplicate  HERE-1  2 tests name it  tests/elsewhere.rs:4, tests/elsewhere.rs:11"],
    );
    let arguments = ["--deny", "duplicate", "--test", "elsewhere"];
    check(&service, &arguments).run().with_code(1).says(&["fails for 1 duplicate"]);
}

#[test]
fn by_uid_a_number_that_is_not_there_is_unknown_and_no_number_malformed() {
    let program = check(&Service::with_cases(), &["--test", "uids"]).env("TESTFIESTA_CASE_MATCH", "uid");
    let output = program.env("TESTFIESTA_STATUSES", "passed=2,failed=4,skipped=5").run().with_code(1);
    assert_prints(
        &output,
        &[
            "malformed  without-number  does not end in a case's number: its outcomes would be unmapped  tests/uids.rs:19",
            "unknown    UID-999  the project has no case 999: its outcomes would be unmapped  tests/uids.rs:16",
        ],
    );
    output.says(&[
        "without an id: 1 test; their outcomes would be unmapped",
        "fails for 1 malformed, 1 unknown",
        "5 cases in the tests, ",
        ": 3 covered, 2 unknown, 0 duplicate, 0 uncovered\n",
    ]);
}

#[test]
fn at_testsigma_an_id_that_is_not_there_is_unknown_and_one_of_another_project_foreign() {
    let service = Service::start().with_testsigma_cases("SHOP", 2);
    let arguments = ["--test", "first", "--test", "uids"];
    let output = check_testsigma(&service, &arguments).env("TESTSIGMA_PROJECT", "SHOP").run().with_code(1);
    for line in [
        "malformed  without-number  is not of the form SHOP-12: its outcomes would be unmapped  tests/uids.rs:19\n",
        "foreign    UID-1  is not of the project SHOP: its outcomes would be unmapped  tests/uids.rs:4\n",
        "unknown    SHOP-3  the project has no such case: its outcomes would be unmapped  tests/first.rs:16\n",
    ] {
        assert!(output.stdout.contains(line), "no {line} in {}", output.stdout);
    }
    output.says(&[
        "without an id: 1 test; their outcomes would be unmapped",
        "8 cases in the tests, 2 in the service: 2 covered, 6 unknown, 0 duplicate, 0 uncovered\n",
    ]);
    // Nothing says which project is meant.
    let output = check_testsigma(&service, &arguments).run().with_code(1);
    output.says(&["error: the ids of the cases begin with SHOP, UID, which are several projects"]);
}

#[test]
fn each_line_says_which_of_several_services_it_is_about() {
    let service = Service::start().with_testsigma_cases("SHOP", 5);
    let arguments = ["--test", "elsewhere"];
    let program = check_testsigma(&service, &arguments).env("TESTFIESTA_PROVIDER", "testfiesta,testsigma");
    let output = program.envs(service.settings()).run().with_code(0);
    let begin = |name: &str| output.stdout.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!((begin("testfiesta: "), begin("testsigma: ")), (2, 4), "{}", output.stdout);
    output.says(&[
        "\ntestfiesta: 2 cases in the tests, 0 in the service: 0 covered, 2 unknown, 1 duplicate, 0 uncovered\n",
        "\ntestsigma: 2 cases in the tests, 5 in the service: 2 covered, 0 unknown, 1 duplicate, 3 uncovered\n",
    ]);
}

#[test]
fn a_project_of_many_pages_is_read_to_its_end() {
    let service = Service::start();
    import(&service, (0..1_200).map(|n| format!("MANY-{n}")));
    let program = check(&service, &["--test", "many"]).env("TESTFIESTA_SOURCE", "hand");
    program.run().with_code(0).says(&["60 cases in the tests, 1200 in the service: 60 covered, 0 unknown"]);

    let service = service.with_testsigma_cases("MANY", 450);
    let output = check_testsigma(&service, &["--test", "many"]).run().with_code(1);
    output.says(&[
        "fails for 1 unknown",
        "450 in the service: 59 covered, 1 unknown, 0 duplicate, 391 uncovered",
    ]);
}

/// What it says of a service that cannot be asked.
#[track_caller]
fn assert_fails(program: Program, parts: &[&str]) {
    let output = program.run().with_code(1).says(parts);
    assert_eq!(output.stdout, "");
}

#[test]
fn a_service_that_cannot_be_asked_is_told_with_what_to_do() {
    let failing = |service: &Service, parts: &[&str]| {
        assert_fails(check(service, &["--test", "first"]), parts);
        let project = "SHOP";
        let program = check_testsigma(service, &["--test", "first"]).env("TESTSIGMA_PROJECT", project);
        assert_fails(program, parts);
    };
    let service = Service::start().with_testsigma_cases("SHOP", 1);
    service.revoke_key();
    failing(&service, &["error: the token was not accepted for GET", "help: Make another API key"]);
    let program = check_testsigma(&service, &["--test", "first"]).env("TESTSIGMA_PROJECT", "SHOP");
    assert_fails(program, &["`cargo testfiesta login --provider testsigma`"]);
    failing(&Service::gone(), &["error: could not reach http://127.0.0.1", "help: Look at the network"]);
    let page = Service::failing("html=200");
    failing(&page, &["could not be read", "help: Look whether the address is the API's"]);
    failing(&Service::failing("503"), &["error: the service failed at GET", "help: Try again later"]);
}

#[test]
fn a_key_that_may_not_look_is_told_the_one_permission_that_it_needs() {
    let service = Service::start();
    let token = service.key_that_allows(Permission::ActivitiesView);
    let program = check(&service, &["--test", "first"]).env("TESTFIESTA_TOKEN", token);
    assert_fails(program, &["help: Make an API key with the permission `entities:view`\n"]);
}

#[test]
fn a_project_that_is_not_there_is_told_with_those_that_are() {
    let service = Service::start().with_testsigma_cases("SHOP", 1);
    let program = check(&service, &["--test", "first"]).env("TESTFIESTA_PROJECT", "NOPE");
    assert_fails(
        program,
        &["error: local has no project NOPE", "help: Set TESTFIESTA_PROJECT", "there are: PR"],
    );
    let program = check_testsigma(&service, &["--test", "first"]).env("TESTSIGMA_PROJECT", "NOPE");
    assert_fails(
        program,
        &["error: there is no project NOPE", "help: Set TESTSIGMA_PROJECT", "SHOP (Probe)"],
    );
}

#[test]
fn without_a_service_it_says_how_to_set_one_and_builds_nothing() {
    let output =
        in_the_shop(&[]).run().with_code(1).says(&["no service is configured: set TESTFIESTA_TOKEN"]);
    assert!(!output.stderr.contains("Finished"), "{}", output.stderr);
    let half = in_the_shop(&[]).env("TESTFIESTA_TOKEN", "testfiesta_x");
    assert_fails(half, &["error: TESTFIESTA_HANDLE is not set, though a token is"]);
}

#[test]
fn what_cannot_be_denied_is_answered_with_what_can() {
    let output = in_the_shop(&["--deny", "old"]).run().with_code(2);
    output.says(&["invalid value 'old'", "new, duplicate, uncovered, without-id"]);
}

#[test]
fn what_is_not_compared_is_named() {
    let arguments = ["--test", "first", "--test", "twice", "--test", "forgotten"];
    check(&Service::start(), &arguments).run().with_code(1).says(&[
        "warning: twice cannot be listed: ",
        "left out: forgotten, with 4 cases under libtest, which does not tell their ids",
        "\n3 cases in the tests",
    ]);
}

#[test]
fn the_tests_of_a_package_that_reports_to_another_project_are_left_out() {
    let source =
        |id: &str| format!("#[testfiesta::case(\"{id}\")]\nfn is_there() {{}}\n\ntestfiesta::main!();\n");
    let root = env!("CARGO_MANIFEST_DIR").replace('\\', "/");
    let manifest = format!(
        "[package]\nname = \"end-to-end-apart\"\nedition = \"2024\"\n\n[dev-dependencies]\n\
         testfiesta = {{ path = \"{root}\" }}\n\n[[test]]\nname = \"apart\"\nharness = false\n"
    );
    let several = Crate::new("end-to-end-together")
        .manifest("members = [\"apart\"]\n")
        .file("apart/Cargo.toml", &manifest)
        .file("apart/src/lib.rs", "")
        .file("apart/tests/apart.rs", &source("APART-1"))
        .file("apart/testfiesta.toml", "project = \"APART\"\n")
        .test("together", &source("TOGETHER-1"))
        .written();
    fs::write(several.join("testfiesta.toml"), "project = \"PR\"\n").expect("written");
    let service = Service::start();
    let settings = || service.settings().into_iter().filter(|(name, _)| *name != "TESTFIESTA_PROJECT");
    let program = subcommand(&["check", "--workspace"]).current_dir(&several).envs(settings());
    let output = program.run().with_code(0);
    assert!(output.stdout.contains("TOGETHER-1") && !output.stdout.contains("APART-1"), "{}", output.stdout);
    output.says(&[
        "left out: end-to-end-apart::apart, which reports to another project",
        "1 case in the tests",
    ]);
}

#[test]
fn a_closed_stdout_is_no_failure() {
    let output = check(&Service::start(), &["--test", "many"]).with_closed_stdout().run().with_code(0);
    output.says(&["60 cases in the tests, 0 in the service"]);
}
