//! `cargo testfiesta list`

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::Result;

use crate::{
    catalogue::{self, Linked},
    cli::ListArguments,
    exit_code, workspace,
};

pub(crate) fn run(arguments: ListArguments) -> Result<ExitCode> {
    let metadata = workspace::metadata()?;
    let binaries = catalogue::test_binaries(&arguments.arguments)?;
    let mut out = io::stdout().lock();
    let mut linked: Vec<Linked> = Vec::new();
    for binary in &binaries {
        for case in catalogue::cases_in(binary)? {
            let ids = if case.ids.is_empty() { "-".to_owned() } else { case.ids.join(", ") };
            let ignored = if case.ignored { "  (ignored)" } else { "" };
            writeln!(out, "{} {}  {ids}  {}:{}{ignored}", binary.name, case.name, case.file, case.line)?;
            linked.push(case);
        }
    }
    out.flush()?;

    let mut missing = 0;
    for case in catalogue::annotated(&metadata)? {
        if !linked.iter().any(|linked| linked.is(&case)) {
            missing += 1;
            eprintln!(
                "warning: {}:{}: `{}` is in no test binary, so it never runs",
                case.file, case.line, case.function
            );
        }
    }
    if missing > 0 {
        eprintln!(
            "help: a test target gets the cases of a library only if it mentions it, as in `use my_library as _;`, and \
             cases under `#[cfg(test)]` only in the library's own test target, with `harness = false`; a case in a \
             target without `harness = false` runs under libtest and is not listed"
        );
    }
    eprintln!("{} cases in {} test binaries, {missing} in none", linked.len(), binaries.len());
    Ok(exit_code::SUCCESS.into())
}
