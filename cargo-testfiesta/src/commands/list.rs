//! `cargo testfiesta list`

use std::{collections::BTreeSet, io::Write, path::Path, process::ExitCode};

use anyhow::Result;
use cargo_metadata::{Package, Target};

use crate::{
    catalogue::{self, Linked, TestBinary},
    cli::ListArguments,
    exit_code, out,
    say::{count, say},
    workspace,
};

pub(crate) fn run(arguments: ListArguments) -> Result<ExitCode> {
    let metadata = workspace::metadata()?;
    let binaries = catalogue::test_binaries(&arguments.arguments)?;
    let mut out = out::stdout();
    let mut linked: Vec<Linked> = Vec::new();
    let mut under_libtest: Vec<String> = Vec::new();
    let mut listed: Vec<&TestBinary> = Vec::new();
    for binary in &binaries {
        let contents = match catalogue::contents(binary) {
            Ok(contents) => contents,
            // What the others hold is worth knowing all the same.
            Err(error) => {
                say(format_args!("warning: {} cannot be listed: {error:#}", binary.name));
                continue;
            }
        };
        listed.push(binary);
        for case in contents.cases {
            let ids = if case.ids.is_empty() { "-".to_owned() } else { case.ids.join(", ") };
            let ignored = if case.ignored { "  (ignored)" } else { "" };
            writeln!(out, "{} {}  {ids}  {}:{}{ignored}", binary.name, case.name, case.file, case.line)?;
            linked.push(case);
        }
        for function in contents.under_libtest {
            writeln!(out, "{} {function}  (under libtest: the target lacks `harness = false`)", binary.name)?;
            under_libtest.push(function);
        }
    }
    out.flush()?;

    let root = metadata.workspace_root.as_std_path();
    let (mut missing, mut not_listed) = (0, 0);
    // Targets may share modules.
    let mut never_run = BTreeSet::new();
    for package in metadata.workspace_packages() {
        let Some(directory) = directory_of(package) else { continue };
        if !listed.iter().any(|binary| binary.package_directory == directory) {
            continue;
        }
        let is_listed = |target: &Target| listed.iter().any(|binary| binary.is_of(directory, target));
        let left_out: Vec<&Target> =
            package.targets.iter().filter(|target| target.test && !is_listed(target)).collect();
        not_listed += left_out.len();
        let sources = catalogue::sources_of(root, package)?;
        for (target, sources) in sources.iter().filter(|(target, _)| is_listed(target)) {
            // Its harness is ours then, and only libtest knows these.
            if sources.calls_main && catalogue::brings_harness(package.manifest_path.as_std_path(), target)? {
                never_run.extend(sources.plain.iter().cloned());
            }
        }
        for case in catalogue::annotated(&sources, &left_out) {
            if !linked.iter().any(|linked| linked.is(case)) && !under_libtest.contains(&case.function) {
                missing += 1;
                say(format_args!(
                    "warning: {}:{}: `{}` is in no test binary, so it never runs",
                    case.file, case.line, case.function
                ));
            }
        }
    }
    if missing > 0 {
        say(format_args!(
            "help: a test target gets the cases of a library only if it mentions it, as in `use my_library as _;`, and \
             cases under `#[cfg(test)]` only in the library's own test target, with `harness = false`"
        ));
    }
    for test in &never_run {
        say(format_args!(
            "warning: {}:{}: `{}` never runs, since only libtest knows its attribute and the target has \
             `harness = false`",
            test.file, test.line, test.function
        ));
    }
    if !never_run.is_empty() {
        say(
            "help: write `#[testfiesta::case]` in place of `#[test]`, or keep the test in a target of its own",
        );
    }
    let cases = count(linked.len() + under_libtest.len(), "case");
    say(format_args!("{cases} in {}, {missing} in none", count(listed.len(), "test binary")));
    if not_listed > 0 {
        say(format_args!("left out: {}, and the cases that may be there", count(not_listed, "test target")));
    }
    let complete = listed.len() == binaries.len();
    Ok(if complete { exit_code::SUCCESS } else { exit_code::FAILURE }.into())
}

fn directory_of(package: &Package) -> Option<&Path> {
    package.manifest_path.parent().map(|directory| directory.as_std_path())
}
