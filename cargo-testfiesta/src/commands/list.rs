//! `cargo testfiesta list`

use std::{collections::BTreeSet, io::Write, path::Path, process::ExitCode};

use anyhow::Result;
use cargo_metadata::{Metadata, Package, Target};

use crate::{
    catalogue::{self, Annotated, Contents, Main, Sources, TestBinary},
    cli::ListArguments,
    exit_code, out,
    say::{count, say},
    workspace,
};

/// What to do with a property that `quickcheck!` hides from us.
const OF_QUICKCHECK: &str = "call `quickcheck::quickcheck` in a `#[testfiesta::case]` of its own";

/// The test binaries that said what they hold.
type Listed<'b> = Vec<(&'b TestBinary, Contents)>;

pub(crate) fn run(arguments: ListArguments) -> Result<ExitCode> {
    let metadata = workspace::metadata()?;
    let binaries = catalogue::test_binaries(&arguments.arguments)?;
    let sources = sources_of(metadata, &binaries)?;
    let listed = show(metadata, &binaries, &sources)?;
    let found = search(&sources, &listed)?;

    for case in &found.missing {
        let why = match (case.hidden_by(), case.condition()) {
            (Some(_), _) if case.is_of_quickcheck() => {
                format!("since `quickcheck!` makes a `#[test]` of it: {OF_QUICKCHECK}")
            }
            (Some(above), _) => format!("since `#[{above}]` stands above `#[testfiesta::case]`: remove it"),
            (None, Some(condition)) => format!("so it never runs here; `{condition}` may leave it out"),
            (None, None) => "so it never runs".to_owned(),
        };
        let Annotated { file, line, function, .. } = case;
        say(format_args!("warning: {file}:{line}: `{function}` is in no test binary, {why}"));
    }
    for help in &found.help {
        say(format_args!("help: {help}"));
    }
    for Annotated { file, line, function, .. } in &found.never_run {
        say(format_args!(
            "warning: {file}:{line}: `{function}` never runs, since only libtest knows its attribute and the target has \
             `harness = false`"
        ));
    }
    if found.never_run.iter().any(Annotated::is_of_quickcheck) {
        say(format_args!("help: in place of `quickcheck!`, {OF_QUICKCHECK}"));
    }
    if !found.never_run.iter().all(Annotated::is_of_quickcheck) {
        say(
            "help: write `#[testfiesta::case]` in place of `#[test]`, or keep the test in a target of its own",
        );
    }
    let under_libtest: usize = listed.iter().map(|(_, contents)| contents.under_libtest.len()).sum();
    if under_libtest > 0 {
        say("help: outcomes of cases under libtest are kept, and only `cargo testfiesta` sends them");
    }
    let linked: usize = listed.iter().map(|(_, contents)| contents.cases.len()).sum();
    let (cases, missing) = (count(linked + under_libtest, "case"), found.missing.len());
    say(format_args!("{cases} in {}, {missing} in none", count(listed.len(), "test binary")));
    if found.left_out > 0 {
        let left_out = count(found.left_out, "test target");
        say(format_args!("left out: {left_out}, and the cases that may be there"));
    }
    let complete = listed.len() == binaries.len();
    Ok(if complete { exit_code::SUCCESS } else { exit_code::FAILURE }.into())
}

/// A package, its directory, and what is in the sources of its targets.
type Read<'m> = (&'m Package, &'m Path, Vec<(&'m Target, Sources)>);

/// Reads the sources of the packages that test binaries were built of.
fn sources_of<'m>(metadata: &'m Metadata, binaries: &[TestBinary]) -> Result<Vec<Read<'m>>> {
    let root = metadata.workspace_root.as_std_path();
    let mut read = Vec::new();
    for package in metadata.workspace_packages() {
        let Some(directory) = directory_of(package) else { continue };
        if binaries.iter().any(|binary| binary.package_directory == directory) {
            read.push((package, directory, catalogue::sources_of(root, package)?));
        }
    }
    Ok(read)
}

/// Lists what the test binaries hold.
fn show<'b>(metadata: &Metadata, binaries: &'b [TestBinary], sources: &[Read<'_>]) -> Result<Listed<'b>> {
    let mut out = out::stdout();
    let mut listed = Vec::new();
    for (binary, target) in binaries.iter().zip(catalogue::titles(metadata, binaries)) {
        let contents = match catalogue::contents(binary) {
            Ok(contents) => contents,
            // What the others hold is worth knowing all the same.
            Err(error) => {
                say(format_args!("warning: {target} cannot be listed: {error:#}"));
                continue;
            }
        };
        let shown = |ids: &[String]| if ids.is_empty() { "-".to_owned() } else { ids.join(", ") };
        for case in &contents.cases {
            let ids = shown(&case.ids);
            let ignored = if case.ignored { "  (ignored)" } else { "" };
            writeln!(out, "{target} {}  {ids}  {}:{}{ignored}", case.name, case.file, case.line)?;
        }
        for case in &contents.under_libtest {
            // libtest knows no more than its name.
            let place = match annotated(case, binary, sources) {
                Some(Annotated { file, line, ids, .. }) => format!("  {}  {file}:{line}", shown(ids)),
                None => String::new(),
            };
            writeln!(out, "{target} {case}{place}  (under libtest: the target lacks `harness = false`)")?;
        }
        listed.push((binary, contents));
    }
    out.flush()?;
    Ok(listed)
}

/// Where a case under libtest stands in the sources of its target.
fn annotated<'s>(case: &str, binary: &TestBinary, sources: &'s [Read<'_>]) -> Option<&'s Annotated> {
    let of_target = |(_, directory, targets): &'s Read<'_>| {
        targets.iter().find(|(target, _)| binary.is_of(directory, target)).map(|(_, sources)| &sources.cases)
    };
    let cases = sources.iter().find_map(of_target)?;
    cases.iter().find(|annotated| catalogue::is_under_libtest(case, annotated))
}

/// What the sources hold, and the test binaries do not.
#[derive(Default)]
struct Found {
    missing: BTreeSet<Annotated>,
    /// Why they may be missing.
    help: BTreeSet<&'static str>,
    /// Tests of libtest alone, where our harness is.
    never_run: BTreeSet<Annotated>,
    /// How many test targets were not listed.
    left_out: usize,
}

fn search(sources: &[Read<'_>], listed: &Listed<'_>) -> Result<Found> {
    let mut found = Found::default();
    for (package, directory, sources) in sources {
        if !listed.iter().any(|(binary, _)| binary.package_directory == *directory) {
            continue;
        }
        let contents = |target: &Target| {
            listed.iter().find(|(binary, _)| binary.is_of(directory, target)).map(|(_, contents)| contents)
        };
        let left_out: Vec<&Target> =
            package.targets.iter().filter(|target| target.test && contents(target).is_none()).collect();
        found.left_out += left_out.len();
        let mut missing = catalogue::annotated(sources, &left_out);
        for (target, sources) in sources {
            let contents = contents(target);
            for case in &sources.cases {
                // A case of a library may be in every test binary.
                let is_linked =
                    listed.iter().any(|(_, contents)| contents.cases.iter().any(|it| it.is(case)));
                if is_linked || contents.is_some_and(|contents| contents.holds_under_libtest(case)) {
                    missing.remove(&case.place());
                }
            }
            // Its `main` is ours, or another macro's that makes ours; and only libtest knows these.
            if let Some(contents) = contents
                && (sources.main == Main::Ours || !contents.cases.is_empty())
                && catalogue::brings_harness(package.manifest_path.as_std_path(), target)?
            {
                // A macro may have made a case of it.
                let is_linked = |test: &&Annotated| contents.cases.iter().any(|it| it.is(test));
                found.never_run.extend(sources.plain.iter().filter(|test| !is_linked(test)).cloned());
            }
        }
        for (target, sources) in sources {
            let is_unclear = |case: &Annotated| case.hidden_by().is_none() && case.condition().is_none();
            if sources.cases.iter().any(|case| missing.contains_key(&case.place()) && is_unclear(case)) {
                found.help.extend(why_it_may_hold_none(target, sources));
            }
        }
        found.missing.extend(missing.into_values().cloned());
    }
    Ok(found)
}

fn why_it_may_hold_none(target: &Target, sources: &Sources) -> Option<&'static str> {
    if catalogue::is_library(target) {
        return Some(
            "a test target gets the cases of a library only if it mentions it, as in `use my_library as _;`, and cases under \
             `#[cfg(test)]` only in the library's own test target, with `harness = false`",
        );
    }
    if sources.main == Main::Ours {
        return None;
    }
    if catalogue::is_program(target) {
        return Some(
            "unit tests of a program need `harness = false`, `#[cfg(not(test))]` over its `fn main`, and \
             `#[cfg(test)] testfiesta::main!();`",
        );
    }
    (sources.main == Main::Another).then_some(
        "a target with `harness = false` and a `main` of its own runs no case: write `testfiesta::main!();` in its place",
    )
}

fn directory_of(package: &Package) -> Option<&Path> {
    package.manifest_path.parent().map(|directory| directory.as_std_path())
}
