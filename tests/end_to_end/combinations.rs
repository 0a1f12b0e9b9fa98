//! Every combination of what a test can be, generated with its verdict: threads, workers, nextest and the service have to
//! say the same.

use std::{collections::BTreeMap, fmt::Write};

use crate::{
    fixtures::isolated,
    support::{Report, Service, nextest_is_here, nextest_verdicts},
};

/// Modules that tests stand in.
const PLACES: &[&str] = &["", "tief::größe::r#type"];
/// What a test is, and what it returns.
const FORMS: &[(&str, bool)] = &[("sync", false), ("sync", true), ("async", false), ("async", true)];
/// How it ends.
const ENDS: &[(&str, &str)] =
    &[("returns", ""), ("panics", "panic!(\"boom\");"), ("errs", "return Err(\"no\".to_owned());")];
/// What is expected of it.
const PROMISES: &[(&str, &str)] = &[
    ("", ""),
    ("as_it_should", "#[should_panic]\n"),
    ("as_expected", "#[should_panic(expected = \"oo\")]\n"),
    ("otherwise", "#[should_panic(expected = \"bang\")]\n"),
];
/// Whether it runs.
const IGNORES: &[(&str, &str)] =
    &[("", ""), ("ignored", "#[ignore]\n"), ("not_yet", "#[ignore = \"später\"]\n")];

struct Combination {
    place: &'static str,
    name: String,
    text: String,
    verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Passed,
    Failed,
    Ignored,
}

fn combinations() -> Vec<Combination> {
    let mut all = Vec::new();
    for &place in PLACES {
        for &(kind, returns) in FORMS {
            for &(end, body) in ENDS {
                for &(promise, should_panic) in PROMISES {
                    for &(ignored, ignore) in IGNORES {
                        // What errs returns a `Result`, and a `Result` cannot promise to panic.
                        if (end == "errs" && !returns) || (returns && !promise.is_empty()) {
                            continue;
                        }
                        let result = if returns { "with_a_result" } else { "" };
                        let words = [kind, result, end, promise, ignored];
                        let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
                        let name = words.join("_");
                        let asyncness = if kind == "async" { "async " } else { "" };
                        let (output, value) =
                            if returns { (" -> Result<(), String>", "Ok(())") } else { ("", "") };
                        let verdict = match (ignored, promise, end) {
                            ("ignored" | "not_yet", _, _) => Verdict::Ignored,
                            (_, "", "returns") | (_, "as_it_should" | "as_expected", "panics") => {
                                Verdict::Passed
                            }
                            _ => Verdict::Failed,
                        };
                        let text = format!(
                            "#[testfiesta::case]\n{should_panic}{ignore}#[allow(unreachable_code)]\n\
                             {asyncness}fn {name}(){output} {{ {body} {value} }}\n"
                        );
                        all.push(Combination { place, name, text, verdict });
                    }
                }
            }
        }
    }
    all
}

/// A test target with all of them.
pub(crate) fn source() -> String {
    let mut source = String::new();
    for place in PLACES {
        let modules: Vec<_> = place.split("::").filter(|module| !module.is_empty()).collect();
        modules.iter().for_each(|module| writeln!(source, "mod {module} {{").expect("a string takes all"));
        combinations().iter().filter(|it| it.place == *place).for_each(|it| source += &it.text);
        modules.iter().for_each(|_| source += "}\n");
    }
    source + "testfiesta::main!();\n"
}

/// The verdicts, each under a word for it, of the tests that `which` lets through.
fn table(word: impl Fn(Verdict) -> Option<&'static str>) -> BTreeMap<String, String> {
    let row = |it: Combination| {
        let name = if it.place.is_empty() { it.name } else { format!("{}::{}", it.place, it.name) };
        Some((name, word(it.verdict)?.to_owned()))
    };
    combinations().into_iter().filter_map(row).collect()
}

fn console_table() -> BTreeMap<String, String> {
    table(|verdict| {
        Some(match verdict {
            Verdict::Passed => "ok",
            Verdict::Failed => "FAILED",
            Verdict::Ignored => "ignored",
        })
    })
}

#[test]
fn workers_and_the_service_agree_with_the_table() {
    let (service, data) = (Service::start(), tempfile::tempdir().expect("a directory"));
    let program = isolated().binary("combinations").envs(service.settings());
    let output = program.env("TESTFIESTA_DIR", data.path()).args(["--test-threads=3"]).run();
    assert_eq!(Report::of(&output).verdicts, console_table());
    let executions = service.executions().into_iter().map(|it| {
        let test = it.custom_fields["test"].as_str().expect("a name").to_owned();
        (test, it.status_text.unwrap_or_default())
    });
    let expected = table(|verdict| {
        Some(match verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Ignored => "skipped",
        })
    });
    assert_eq!(executions.collect::<BTreeMap<_, _>>(), expected);
}

#[test]
fn threads_agree_with_the_table() {
    let data = tempfile::tempdir().expect("a directory");
    let program = isolated().binary("combinations").env("TESTFIESTA_DIR", data.path());
    let output = program.env("TESTFIESTA_ISOLATION", "threads").run();
    assert_eq!(Report::of(&output).verdicts, console_table());
}

#[test]
fn nextest_agrees_with_the_table() {
    if !nextest_is_here() {
        return;
    }
    let data = tempfile::tempdir().expect("a directory");
    let program = isolated().cargo(&["nextest", "run", "--no-fail-fast", "--test=combinations"]);
    let output = program.env("TESTFIESTA_DIR", data.path()).run();
    // Tests that do not run are counted, not named.
    let expected = table(|verdict| match verdict {
        Verdict::Passed => Some("PASS"),
        Verdict::Failed => Some("FAIL"),
        Verdict::Ignored => None,
    });
    assert_eq!(nextest_verdicts(&output), expected);
}
