//! What is missing or wrong in the settings is named, and stops no test.

use std::fs;

use tempfile::TempDir;

use crate::{
    fixtures::shop,
    support::{Output, Program},
};

const TOKEN: &str = "testfiesta_0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a.1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b";

/// `first` of the shop, with these variables, and this `testfiesta.toml` beside its manifest.
fn first(variables: &[(&'static str, &str)], file: &str) -> (Output, TempDir) {
    let place = tempfile::tempdir().expect("a directory");
    fs::write(place.path().join("testfiesta.toml"), file).expect("written");
    let program = shop().binary("first").env("CARGO_MANIFEST_DIR", place.path());
    let program = program.env("TESTFIESTA_DIR", place.path().join("data"));
    let with = |program: Program, (name, value): &(&'static str, &str)| program.env(name, value);
    (variables.iter().fold(program, with).run().with_code(0), place)
}

macro_rules! named {
    ($($name:ident: [$($variable:literal = $value:expr),*], $file:expr => $parts:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let (output, _place) = first(&[$(($variable, $value)),*], $file);
                output.says(&["3 queued, because"]).says(&$parts);
            }
        )*
    };
}

named! {
    a_token_without_a_handle_is_named:
        ["TESTFIESTA_TOKEN" = TOKEN, "TESTFIESTA_PROJECT" = "PR"], "" => ["TESTFIESTA_HANDLE is not set"];
    a_token_without_a_project_is_named:
        ["TESTFIESTA_TOKEN" = TOKEN, "TESTFIESTA_HANDLE" = "acme"], "" => ["TESTFIESTA_PROJECT is not set"];
    everything_that_is_missing_is_named_at_once:
        ["TESTFIESTA_TOKEN" = TOKEN], "" => ["TESTFIESTA_HANDLE is not set", "TESTFIESTA_PROJECT is not set"];
    a_typo_in_the_file_gets_a_suggestion:
        [], "projct = \"PR\"\n" => ["testfiesta.toml:1", "`projct`", "did you mean `project`?"];
    a_file_that_is_no_toml_is_named_with_its_line:
        [], "handle = \"acme\"\nproject = PR\n" => ["testfiesta.toml:2"];
    a_bad_value_in_the_file_is_named_with_its_line:
        [], "\ndeadline = \"soon\"\n" => ["testfiesta.toml:2", "`soon`", "`10s`"];
    a_bad_variable_is_named:
        ["TESTFIESTA_ATTACHMENTS" = "perhaps"], "" => ["TESTFIESTA_ATTACHMENTS is `perhaps`", "`1` or `0`"];
    a_bad_way_of_matching_is_named:
        ["TESTFIESTA_CASE_MATCH" = "uuid"], "" => ["TESTFIESTA_CASE_MATCH is `uuid`", "`external-id` or `uid`"];
    a_bad_way_of_closing_is_named:
        ["TESTFIESTA_RUN_CLOSE" = "delete"], "" => ["TESTFIESTA_RUN_CLOSE is `delete`", "`archive`"];
    an_unknown_provider_is_named:
        ["TESTFIESTA_PROVIDER" = "testrail"], "" => ["TESTFIESTA_PROVIDER is `testrail`", "`testfiesta`"];
    an_address_that_is_none_is_named:
        ["TESTFIESTA_TOKEN" = TOKEN, "TESTFIESTA_HANDLE" = "acme", "TESTFIESTA_PROJECT" = "PR",
         "TESTFIESTA_URL" = "nowhere"], "" => ["TESTFIESTA_URL"];
    a_token_that_no_header_can_hold_is_named:
        ["TESTFIESTA_TOKEN" = "two\nlines", "TESTFIESTA_HANDLE" = "acme", "TESTFIESTA_PROJECT" = "PR"], ""
        => ["TESTFIESTA_TOKEN"];
}

#[test]
fn a_token_in_the_file_is_refused_and_not_repeated() {
    let (output, place) = first(&[], &format!("handle = \"acme\"\ntoken = \"{TOKEN}\"\n"));
    assert!(!output.text().contains("1b1b1b1b"), "{}", output.text());
    output.says(&[
        "testfiesta.toml:2",
        "a token does not belong in a file that is committed",
        "TESTFIESTA_TOKEN",
    ]);
    drop(place);
}

#[test]
fn a_typo_in_a_variable_is_named() {
    let (output, _place) = first(&[("TESTFIESTA_PROJCT", "PR")], "");
    output.says(&["TESTFIESTA_PROJCT", "TESTFIESTA_PROJECT"]);
}

#[test]
fn nothing_configured_says_where_outcomes_are_and_how_to_see_them() {
    let (output, place) = first(&[], "");
    let journal = place.path().join("data").join("journal");
    let place = format!("3 executed, kept in {}", journal.display());
    output.says(&[&place, "no service is configured", "cargo testfiesta serve"]);
}

#[test]
fn a_committed_file_without_a_token_is_no_mistake() {
    let (output, _place) = first(&[], "handle = \"acme\"\nproject = \"PR\"\n");
    output.says(&["no service is configured"]);
}

#[test]
fn an_empty_token_counts_as_none() {
    let (output, _place) = first(&[("TESTFIESTA_TOKEN", "")], "");
    output.says(&["no service is configured"]);
}

/// Runs `first` from a target directory of its own, which holds this file.
fn first_in_a_target_directory(with: &str) -> (Output, TempDir) {
    let target = tempfile::tempdir().expect("a directory");
    let place = target.path().join("debug").join("deps");
    fs::create_dir_all(&place).expect("made");
    fs::write(target.path().join(with), "").expect("written");
    let executable = place.join("first");
    fs::copy(shop().executable("first"), &executable).expect("copied");
    (Program::new(executable).current_dir(&place).run().with_code(0), target)
}

#[test]
fn without_a_setting_the_journal_is_in_the_target_directory() {
    let (output, target) = first_in_a_target_directory("CACHEDIR.TAG");
    output.says(&[&target.path().join("testfiesta").join("journal").display().to_string()]);
}

#[test]
fn a_target_directory_that_cargo_did_not_make_is_one_as_well() {
    let (output, target) = first_in_a_target_directory(".rustc_info.json");
    output.says(&[&target.path().join("testfiesta").join("journal").display().to_string()]);
}
