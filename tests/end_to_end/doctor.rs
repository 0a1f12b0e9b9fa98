//! `cargo testfiesta doctor`: why does it not report?

use std::{
    fs,
    path::{Path, PathBuf},
};

use testfiesta_server::keys::Permission;

use crate::{
    fixtures::shop_binary,
    support::{Crate, Output, Program, Service, cargo, subcommand},
};

const CASE: &str = "#[testfiesta::case]\nfn adds() {}\n\ntestfiesta::main!();\n";

/// A crate that is in order. It is looked at, and never built.
fn healthy() -> PathBuf {
    Crate::new("end-to-end-healthy").test("cart", CASE).written()
}

fn doctor(directory: &Path) -> Program {
    subcommand(&["doctor"]).current_dir(directory)
}

fn examined(service: &Service) -> Output {
    doctor(&healthy()).envs(service.settings()).run()
}

#[track_caller]
fn assert_reads(output: &Output, parts: &[&str]) {
    for part in parts {
        assert!(output.stdout.contains(part), "no `{part}` in:\n{}{}", output.stdout, output.stderr);
    }
}

#[test]
fn where_all_is_well_it_says_so() {
    let output = examined(&Service::start()).with_code(0);
    let parts = ["cart of end-to-end-healthy: 1 annotated", "project PR is there", "the token may report"];
    assert_reads(&output, &parts);
    assert_reads(&output, &["cargo 1.", "rustc 1.", "nothing waits", "no problems"]);
}

#[test]
fn each_setting_is_shown_with_its_place_and_no_token_whole() {
    let service = Service::start();
    let output = examined(&service).with_code(0);
    assert!(!output.text().contains(service.secret()), "{}", output.text());
    let row = |key: &str| {
        let line = output.stdout.lines().find(|line| line.split_whitespace().next() == Some(key));
        line.expect(key).split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(row("handle"), ["local", "TESTFIESTA_HANDLE"]);
    assert_eq!(row("deadline"), ["10s", "default"]);
    assert_eq!(row("timeout"), ["-"]);
    assert_eq!(row("token")[1], "TESTFIESTA_TOKEN");
}

#[test]
fn with_nothing_configured_nothing_is_wrong() {
    let output = doctor(&healthy()).run().with_code(0);
    assert_reads(&output, &["outcomes stay in the journal", "no problems"]);
}

#[test]
fn what_is_wrong_with_the_settings_is_a_problem() {
    let output = doctor(&healthy()).env("TESTFIESTA_TOKEN", "testfiesta_x").run().with_code(1);
    assert_reads(&output, &["PROBLEM  TESTFIESTA_HANDLE is not set", "2 problems"]);
}

#[test]
fn a_token_that_is_not_accepted_is_a_problem() {
    let service = Service::start();
    service.revoke_key();
    let output = examined(&service).with_code(1);
    assert_reads(&output, &["PROBLEM  the token was not accepted", "cargo testfiesta login", "1 problem"]);
}

#[test]
fn a_token_that_allows_too_little_is_a_problem() {
    let service = Service::start();
    let key = service.key_that_allows(Permission::EntitiesView);
    let output = doctor(&healthy()).envs(service.settings()).env("TESTFIESTA_TOKEN", key).run().with_code(1);
    assert_reads(&output, &["PROBLEM  the token has no permission", "activities:edit"]);
}

#[test]
fn a_service_that_is_gone_is_a_problem() {
    let output = examined(&Service::gone()).with_code(1);
    assert_reads(&output, &["PROBLEM  could not reach", "Look at the network"]);
}

#[test]
fn a_project_that_is_not_there_is_told_with_those_that_are() {
    let program = doctor(&healthy()).envs(Service::start().settings()).env("TESTFIESTA_PROJECT", "NOPE");
    assert_reads(&program.run().with_code(1), &["PROBLEM  local has no project NOPE", "there are: PR"]);
}

#[test]
fn a_target_that_lacks_a_line_is_a_problem() {
    let forgotten = Crate::new("end-to-end-unhealthy").test_under_libtest("cart", CASE).written();
    let output = doctor(&forgotten).run().with_code(1);
    assert_reads(&output, &["PROBLEM  cart of end-to-end-unhealthy", "Add `harness = false`"]);
}

#[test]
fn a_test_that_nothing_runs_is_a_problem() {
    let source = format!("#[test]\nfn forgotten() {{}}\n\n{CASE}");
    let mixed = Crate::new("end-to-end-forgetful").test("cart", &source).written();
    let output = doctor(&mixed).run().with_code(1);
    assert_reads(&output, &["PROBLEM  tests/cart.rs:2: `forgotten` never runs", "#[testfiesta::case]"]);
}

#[test]
fn a_test_that_rustc_drops_or_that_overlaps_is_a_problem() {
    let source = "#[rstest]\n#[case(1)]\nfn of_rstest(n: u8) {}\n\
                  #[test]\n#[testfiesta::case]\nfn hidden() {}\n\
                  #[serial]\n#[testfiesta::case]\nfn alone() {}\ntestfiesta::main!();\n";
    let dropped = Crate::new("end-to-end-dropped").test("cart", source).written();
    let output = doctor(&dropped).run().with_code(1);
    assert_reads(
        &output,
        &["tests/cart.rs:3: `of_rstest` never runs", "cart.rs:6: `hidden` never runs: `#[test]`"],
    );
    assert_reads(&output, &["tests/cart.rs:9: `#[serial]` above `alone`", "3 problems"]);
}

#[test]
fn a_test_in_a_macro_call_that_nothing_runs_is_a_problem() {
    let calls = "quickcheck! { #[testfiesta::case] fn hidden(n: u8) -> bool { true } }\n\
                 quickcheck::quickcheck! { fn property(n: u8) -> bool { true } }\n\
                 proptest! { #[test] fn forgotten(n in 0u8..9) {} #[testfiesta::case] fn runs(n in 0u8..9) {} }\n";
    let called = Crate::new("end-to-end-called").test("cart", &format!("{calls}{CASE}"));
    let output = doctor(&called.written()).run().with_code(1);
    assert_reads(
        &output,
        &["cart of end-to-end-called: 3 annotated", "cart.rs:1: `hidden` never runs: `quickcheck!`"],
    );
    assert_reads(
        &output,
        &["cart.rs:2: `property` never runs", "cart.rs:3: `forgotten` never runs", "3 problems"],
    );
}

#[test]
fn a_target_with_a_main_of_its_own_is_a_problem() {
    let own =
        Crate::new("end-to-end-own-main").test("cart", "#[testfiesta::case]\nfn adds() {}\n\nfn main() {}\n");
    let output = doctor(&own.written()).run().with_code(1);
    assert_reads(&output, &["PROBLEM  cart of end-to-end-own-main", "a `main` of its own", "1 problem"]);
}

const PROGRAM: &str = "fn main() { println!(\"the program\") }\n\n#[cfg(test)]\nmod tests {\n    #[testfiesta::case]\n    fn adds() {}\n}\n";

#[test]
fn a_program_keeps_its_main_beside_ours() {
    let section = "[[bin]]\nname = \"end-to-end-program\"\npath = \"src/main.rs\"\n";
    let read = |section: &str, source: &str, code: i32, parts: &[&str]| {
        let program =
            Crate::new("end-to-end-program").file("src/main.rs", source).manifest(section).written();
        assert_reads(&doctor(&program).run().with_code(code), parts);
        program
    };
    let to_do = "put `#[cfg(not(test))]` over its `fn main`, and add `#[cfg(test)] testfiesta::main!();`";
    read(section, PROGRAM, 1, &["Add `harness = false` to the target", to_do, "1 problem"]);

    let section = format!("{section}harness = false\n");
    let to_do = "Put `#[cfg(not(test))]` over it, and add `#[cfg(test)] testfiesta::main!();`";
    read(&section, PROGRAM, 1, &["a `main` of its own", to_do, "1 problem"]);

    let done = format!("#[cfg(not(test))]\n{PROGRAM}\n#[cfg(test)]\ntestfiesta::main!();\n");
    let directory = read(&section, &done, 0, &["ok       end-to-end-program of", "no problems"]);
    let list = subcommand(&["list", "--bins"]).current_dir(&directory).run().with_code(0);
    assert_eq!(list.stdout, "end-to-end-program tests::adds  -  src/main.rs:7\n");
    let program = cargo().args(["run", "--quiet"]).current_dir(&directory).run().with_code(0);
    assert_eq!(program.stdout, "the program\n");
}

#[test]
fn a_main_that_a_macro_may_make_is_noted() {
    let source = "#[testfiesta::case]\nfn adds() {}\n\ncompany::company_main!();\n";
    let output =
        doctor(&Crate::new("end-to-end-macro-main").test("cart", source).written()).run().with_code(0);
    assert_reads(&output, &["note     cart of end-to-end-macro-main", "`cargo testfiesta list` knows"]);
}

#[test]
fn a_library_that_cargo_does_not_test_needs_no_harness() {
    let library = Crate::new("end-to-end-mentioned").library("#[testfiesta::case]\nfn adds() {}\n");
    let output = doctor(&library.without_unit_tests().written()).run().with_code(0);
    assert_reads(
        &output,
        &["ok       end_to_end_mentioned of end-to-end-mentioned: 1 annotated", "no problems"],
    );
}

#[test]
fn a_target_that_cargo_tests_only_by_name_is_noted() {
    let off = Crate::new("end-to-end-switched-off").test("cart", CASE).manifest("test = false\n");
    let output = doctor(&off.written()).run().with_code(0);
    assert_reads(&output, &["note     cart of end-to-end-switched-off", "`cargo test --test cart`"]);
}

#[test]
fn an_example_that_cargo_tests_is_examined() {
    let source = format!("#[test]\nfn forgotten() {{}}\n\n{CASE}");
    let section = "[[example]]\nname = \"demo\"\ntest = true\nharness = false\n";
    let tested = Crate::new("end-to-end-example").manifest(section).file("examples/demo.rs", &source);
    let output = doctor(&tested.written()).run().with_code(1);
    assert_reads(
        &output,
        &["demo of end-to-end-example: 1 annotated", "examples/demo.rs:2: `forgotten` never runs"],
    );
}

#[test]
fn what_waits_is_counted() {
    let (service, data) = (Service::failing("503"), tempfile::tempdir().expect("a directory"));
    shop_binary("first", &service, data.path()).env("TESTFIESTA_DEADLINE", "1s").run().with_code(0);
    service.heal();
    let program = doctor(&healthy()).envs(service.settings()).env("TESTFIESTA_DIR", data.path());
    assert_reads(&program.run().with_code(0), &["3 queued in 1 run", "cargo testfiesta resend"]);
}

#[test]
fn outside_of_a_workspace_the_rest_is_examined() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("testfiesta.toml"), "handle = \"acme\"\n").expect("written");
    let output = doctor(directory.path()).run().with_code(0);
    assert_reads(&output, &["acme", "testfiesta.toml:1", "found none here"]);
}

/// What it says of the same service, asked as Testsigma.
fn examined_as_testsigma(service: &Service, project: &str) -> Output {
    let program = doctor(&healthy()).env("TESTFIESTA_PROVIDER", "testsigma");
    let program = program.env("TESTSIGMA_URL", format!("{}/api/v1", service.url));
    program.env("TESTSIGMA_TOKEN", &service.token).env("TESTSIGMA_PROJECT", project).run()
}

#[test]
fn testsigma_is_asked_too() {
    let service = Service::start();
    let output = examined_as_testsigma(&service, "Probe").with_code(0);
    assert_reads(&output, &["/api/v1 answers, and accepts the token", "project Probe is there"]);
    assert_reads(
        &output,
        &["note     results are written in the name of ", "since `testsigma-user` names nobody"],
    );
    assert!(!output.text().contains(service.secret()), "{}", output.text());
}

#[test]
fn a_project_that_testsigma_does_not_have_is_told_with_those_that_it_has() {
    let output = examined_as_testsigma(&Service::start(), "NOPE").with_code(1);
    assert_reads(&output, &["PROBLEM  there is no project NOPE", "(Probe)"]);
}
