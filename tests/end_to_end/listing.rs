//! `cargo testfiesta list`: which cases there are, and which are in no test binary.

use tempfile::TempDir;

use crate::{
    fixtures::shop,
    support::{Crate, Output, Program, subcommand},
};

fn directory() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// `cargo testfiesta list …` in the shop, with this data directory.
fn in_the_shop(data: &TempDir, arguments: &[&str]) -> Program {
    let command = subcommand(&["list"]).args(arguments).current_dir(shop().directory());
    command.env("TESTFIESTA_DIR", data.path())
}

fn listed(arguments: &[&str]) -> Output {
    in_the_shop(&directory(), arguments).run().with_code(0)
}

/// `cargo testfiesta list …` in a crate with two test targets, and a library that neither of them mentions.
fn in_the_halves(arguments: &[&str]) -> Output {
    let halves = Crate::new("end-to-end-halves")
        .library(include_str!("sources/library.rs"))
        .without_unit_tests()
        .test("left", "#[testfiesta::case]\nfn on_the_left() {}\n\ntestfiesta::main!();\n")
        .test("right", "#[testfiesta::case]\nfn on_the_right() {}\n\ntestfiesta::main!();\n");
    let command = subcommand(&["list"]).args(arguments).current_dir(&halves.written());
    command.env("TESTFIESTA_DIR", directory().path()).run().with_code(0)
}

#[test]
fn list_shows_ids_and_places() {
    let stdout = listed(&["--test", "first", "--test", "second"]).stdout;
    for line in [
        "first may_fail  SHOP-2  tests/first.rs:10:",
        "second is_ignored  SHOP-5  tests/second.rs:8  (ignored)",
    ] {
        let line = line.trim_end_matches(':');
        assert!(stdout.contains(line), "no {line} in {stdout}");
    }
}

#[test]
fn list_shows_ids_and_places_under_libtest_too() {
    let stdout = listed(&["--test", "forgotten"]).stdout;
    let lines = stdout.lines().filter(|line| line.contains("under libtest"));
    let places: Vec<_> = lines.map(|line| line.split("  ").take(3).collect::<Vec<_>>().join("  ")).collect();
    let expected = [
        "forgotten fails  FORGOTTEN-2  tests/forgotten.rs:7",
        "forgotten panics  FORGOTTEN-3  tests/forgotten.rs:13",
        "forgotten passes  FORGOTTEN-1  tests/forgotten.rs:4",
        "forgotten waits  FORGOTTEN-4  tests/forgotten.rs:18",
    ];
    assert_eq!(places, expected, "{stdout}");
}

#[test]
fn list_names_the_case_of_a_library_that_no_test_target_mentions() {
    in_the_halves(&[]).says(&[
        "warning: src/lib.rs:9: `left_behind` is in no test binary",
        "use my_library as _;",
        "2 cases in 2 test binaries, 1 in none",
    ]);
}

#[test]
fn list_names_a_test_that_only_libtest_would_run() {
    let mixed = Crate::new("end-to-end-mixed")
        .test(
            "mixed",
            "#[testfiesta::case]\nfn runs() {}\n\n#[test]\nfn forgotten() {}\n\ntestfiesta::main!();\n",
        )
        .test_under_libtest("plain", "#[test]\nfn runs_too() {}\n");
    let command = subcommand(&["list"]).current_dir(&mixed.written());
    let output = command.env("TESTFIESTA_DIR", directory().path()).run().with_code(0);
    assert!(!output.stderr.contains("runs_too"), "{}", output.stderr);
    output.says(&["warning: tests/mixed.rs:5: `forgotten` never runs", "in place of `#[test]`"]);
}

/// Macros that do with their functions as those of proptest and quickcheck do, and calls of them.
const IN_MACRO_CALLS: &str = "
macro_rules! proptest {
    ($($(#[$meta:meta])* fn $name:ident($n:ident in $numbers:expr) $body:block)*) => {
        $($(#[$meta])* fn $name() { for $n in $numbers { $body } })*
    };
}
macro_rules! quickcheck {
    ($($(#[$meta:meta])* fn $name:ident() -> bool $body:block)*) => { $(#[test] $(#[$meta])* fn $name() { assert!($body) })* };
}

proptest! {
    #[testfiesta::case]
    fn runs(n in 0..9) { assert!(n < 9) }
    #[test]
    fn forgotten(n in 0..9) { assert!(n < 9) }
}
quickcheck! { fn property() -> bool { true } }
quickcheck! {
    #[testfiesta::case]
    fn hidden() -> bool { true }
}

testfiesta::main!();
";

#[test]
fn list_names_what_never_runs_in_a_macro_call_and_nothing_else() {
    let calls = Crate::new("end-to-end-macro-calls").test("calls", IN_MACRO_CALLS);
    let command = subcommand(&["list"]).current_dir(&calls.written());
    let output = command.env("TESTFIESTA_DIR", directory().path()).run().with_code(0);
    assert_eq!(output.stdout, "calls runs  -  tests/calls.rs:13\n");
    assert_eq!(output.stderr.matches("warning: tests/").count(), 3, "{}", output.stderr);
    output.says(&[
        "warning: tests/calls.rs:20: `hidden` is in no test binary, since `quickcheck!` makes a `#[test]` of it",
        "warning: tests/calls.rs:15: `forgotten` never runs",
        "warning: tests/calls.rs:17: `property` never runs",
        "help: in place of `quickcheck!`, call `quickcheck::quickcheck` in a `#[testfiesta::case]`",
        "1 case in 2 test binaries, 1 in none",
    ]);
}

/// A target whose `main` another macro makes, and that has a namesake of a unit test and a case that rustc drops.
const LOOKALIKES: &str = "
#[testfiesta::case]
fn runs() {}

#[cfg(any())]
#[testfiesta::case]
fn clash() {}

#[test]
#[testfiesta::case]
fn hidden() {}

#[test]
fn plain() {}

end_to_end_lookalikes::company_main!();
";

const WITH_A_NAMESAKE: &str = "
#[macro_export]
macro_rules! company_main { () => { testfiesta::main!(); } }

#[cfg(test)]
mod tests {
    #[testfiesta::case]
    fn clash() {}
}
";

#[test]
fn list_takes_no_case_for_another_and_names_the_package_among_several() {
    let lookalikes = Crate::new("end-to-end-lookalikes")
        .manifest("members = [\"other\"]\n")
        .file("other/Cargo.toml", "[package]\nname = \"end-to-end-other\"\nedition = \"2024\"\n")
        .file("other/src/lib.rs", "")
        .library(WITH_A_NAMESAKE)
        .test("left", LOOKALIKES)
        .written();
    let command = subcommand(&["list", "--workspace"]).current_dir(&lookalikes);
    let output = command.env("TESTFIESTA_DIR", directory().path()).run().with_code(0);
    for line in [
        "end-to-end-lookalikes::left runs  -  tests/left.rs:3\n",
        "tests::clash  -  src/lib.rs:8  (under libtest: ",
    ] {
        assert!(output.stdout.contains(line), "no {line} in {}", output.stdout);
    }
    output.says(&[
        "warning: tests/left.rs:7: `clash` is in no test binary, so it never runs here; `cfg(any())` may leave it out",
        "warning: tests/left.rs:11: `hidden` is in no test binary, since `#[test]` stands above",
        "warning: tests/left.rs:14: `plain` never runs",
        "only `cargo testfiesta` sends them",
        "2 cases in 3 test binaries, 2 in none",
    ]);
}

#[test]
fn list_gives_the_reasons_that_apply() {
    let case = |name: &str| format!("#[testfiesta::case]\nfn {name}() {{}}\n");
    let main = "fn main() {}\n";
    let reasons = Crate::new("end-to-end-reasons")
        .library("")
        .without_unit_tests()
        .manifest("[[bin]]\nname = \"end-to-end-reasons\"\npath = \"src/main.rs\"\nharness = false\n")
        .file("src/main.rs", &format!("{main}#[cfg(test)]\nmod tests {{\n{}}}\n", case("of_the_program")))
        .file("tests/elsewhere/mod.rs", &case("on_another_system"))
        .test("own", &(case("without_ours") + main))
        .test("whole", "#[cfg(target_os = \"none\")]\nmod elsewhere;\ntestfiesta::main!();\n");
    let command = subcommand(&["list"]).current_dir(&reasons.written());
    let output = command.env("TESTFIESTA_DIR", directory().path()).run().with_code(0);
    assert!(!output.stderr.contains("use my_library as _;"), "{}", output.stderr);
    output.says(&[
        "warning: src/main.rs:5: `of_the_program` is in no test binary, so it never runs\n",
        "elsewhere/mod.rs:2: `on_another_system` is in no test binary, so it never runs here; `cfg(target_os = \"none\")` may",
        "warning: tests/own.rs:2: `without_ours` is in no test binary, so it never runs\n",
        "help: a target with `harness = false` and a `main` of its own runs no case",
        "help: unit tests of a program need `harness = false`, `#[cfg(not(test))]` over its `fn main`",
    ]);
}

#[test]
fn list_does_not_warn_of_what_a_target_that_was_left_out_may_hold() {
    for (selection, sum) in [
        (&["--test", "left"][..], "1 case in 1 test binary, 0 in none\nleft out: 1 test target"),
        (&["--tests"], "2 cases in 2 test binaries, 1 in none"),
        (&["--lib"], "1 case in 1 test binary, 0 in none\nleft out: 2 test targets"),
    ] {
        let output = in_the_halves(selection).says(&[sum]);
        assert_eq!(output.stderr.contains("warning: "), selection == ["--tests"], "{}", output.stderr);
    }
}

#[test]
fn list_runs_no_test_and_makes_no_run() {
    let data = directory();
    in_the_shop(&data, &["--test", "first"]).run().with_code(0);
    assert_eq!(data.path().read_dir().expect("a directory").count(), 0);
}

#[test]
fn list_names_two_tests_of_one_name() {
    let output = in_the_shop(&directory(), &["--test", "twice"]).run();
    assert_ne!(output.code, Some(0));
    output.says(&["warning: twice cannot be listed: ", "two tests are named `same`"]);
}

#[test]
fn list_names_a_test_binary_that_cannot_say_what_it_holds_and_lists_the_others() {
    let crippled = Crate::new("end-to-end-crippled")
        .library(include_str!("sources/library.rs"))
        .without_unit_tests()
        .test(
            "broken",
            "#[testfiesta::case]\nfn held() {}\n\nfn main() { panic!(\"a library is missing\") }\n",
        )
        .test("whole", "#[testfiesta::case]\nfn listed() {}\n\ntestfiesta::main!();\n");
    let command = subcommand(&["list"]).current_dir(&crippled.written());
    let output = command.env("TESTFIESTA_DIR", directory().path()).run().with_code(1);
    assert!(output.stdout.contains("whole listed"), "{}", output.stdout);
    // Nobody knows that its case is in no test binary.
    assert!(!output.stderr.contains("`held`"), "{}", output.stderr);
    let sum = "1 case in 1 test binary, 0 in none\nleft out: 1 test target";
    output.says(&["warning: broken cannot be listed: exit", "a library is missing", sum]);
}
