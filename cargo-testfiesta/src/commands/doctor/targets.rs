//! Whether the annotated tests run under the harness.

use anyhow::Result;
use cargo_metadata::{Metadata, Target};

use super::Report;
use crate::catalogue::{self, Annotated, Main, Sources};

/// What to do with a property that `quickcheck!` hides from us.
const OF_QUICKCHECK: &str = "Call `quickcheck::quickcheck` in a `#[testfiesta::case]` of its own";

pub(super) fn check(report: &mut Report, metadata: &Metadata) -> Result<()> {
    report.heading("Test targets")?;
    let root = metadata.workspace_root.as_std_path();
    let mut annotated = 0;
    for package in metadata.workspace_packages() {
        for (target, sources) in catalogue::sources_of(root, package)? {
            let cases = sources.cases.len();
            if cases == 0 && sources.main != Main::Ours {
                continue;
            }
            annotated += cases;
            let name = format!("{} of {}: {cases} annotated", target.name, package.name);
            // cargo builds no test binary of it.
            if !target.test && catalogue::is_library(target) {
                report.ok(&format!("{name}, for the test targets that mention it"))?;
            } else if catalogue::brings_harness(package.manifest_path.as_std_path(), target)? {
                check_main(report, &name, target, sources.main)?;
                check_what_never_runs(report, &sources)?;
            } else {
                let mut remedy = format!("Add `harness = false` to the target in {}", package.manifest_path);
                // Else it would run the program in place of the tests.
                if catalogue::is_program(target) && sources.main != Main::Ours {
                    remedy += ", put `#[cfg(not(test))]` over its `fn main`, and add `#[cfg(test)] testfiesta::main!();`";
                }
                report.problem(
                    &format!("{name}, and no `harness = false`: outcomes are kept and not sent"),
                    &remedy,
                )?;
            }
            check_what_overlaps(report, &sources)?;
        }
    }
    if annotated == 0 {
        report.note("no test is annotated with `#[testfiesta::case]`")?;
    }
    Ok(())
}

fn check_main(report: &mut Report, name: &str, target: &Target, main: Main) -> Result<()> {
    match main {
        Main::Ours if target.test => report.ok(name)?,
        Main::Ours => report.note(&format!(
            "{name}, and `test = false`: they run only where the target is named, as in `cargo test --{} {}`",
            target.kind[0], target.name
        ))?,
        Main::Another => report.problem(
            &format!("{name}, and a `main` of its own, which runs none of them"),
            if catalogue::is_program(target) {
                "Put `#[cfg(not(test))]` over it, and add `#[cfg(test)] testfiesta::main!();`"
            } else {
                "Write `testfiesta::main!();` in its place"
            },
        )?,
        Main::Unseen => report.note(&format!(
            "{name}, and no `main` is seen in its sources: whether a macro makes ours, `cargo testfiesta list` knows"
        ))?,
    }
    Ok(())
}

/// What is a test to libtest alone, where libtest is not: rustc drops it, whatever `main` there is.
fn check_what_never_runs(report: &mut Report, sources: &Sources) -> Result<()> {
    for test in &sources.plain {
        let Annotated { file, line, function, .. } = test;
        let remedy = if test.is_of_quickcheck() {
            OF_QUICKCHECK
        } else {
            "Write `#[testfiesta::case]` in place of `#[test]`, or keep it in a target of its own"
        };
        report.problem(
            &format!(
                "{file}:{line}: `{function}` never runs: with `harness = false` nothing knows its attribute"
            ),
            remedy,
        )?;
    }
    for case in &sources.cases {
        let Annotated { file, line, function, .. } = case;
        if case.is_of_quickcheck() {
            report.problem(
                &format!("{file}:{line}: `{function}` never runs: `quickcheck!` makes a `#[test]` of it"),
                OF_QUICKCHECK,
            )?;
        } else if let Some(above) = case.hidden_by() {
            report.problem(
                &format!(
                    "{file}:{line}: `{function}` never runs: `#[{above}]` stands above `#[testfiesta::case]`"
                ),
                &format!("Remove `#[{above}]`: `#[testfiesta::case]` replaces it"),
            )?;
        }
    }
    Ok(())
}

fn check_what_overlaps(report: &mut Report, sources: &Sources) -> Result<()> {
    for case in &sources.cases {
        let Annotated { file, line, function, .. } = case;
        if let Some(above) = case.serial_in_vain() {
            report.problem(
                &format!(
                    "{file}:{line}: `#[{above}]` above `{function}` holds within one process, and tests run in several"
                ),
                "Remove it, and name a group, as in `#[testfiesta::case(serial = \"database\")]`",
            )?;
        }
    }
    Ok(())
}
