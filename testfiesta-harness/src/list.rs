//! `--list`: what would be selected, printed at once.

use std::{
    fmt,
    io::{self, Write},
};

use serde_json::json;

use crate::{
    case_ids,
    cli::{Arguments, Format},
    registry::Test,
    target::{self, Target},
};

/// Prints the names as libtest does, nextest's terse form included; with `--format json` everything that the
/// annotations say, one object a line, for `cargo testfiesta list` and `check`.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn print(target: Target, arguments: &Arguments, tests: &[Test]) -> io::Result<()> {
    let mut text = Vec::with_capacity(tests.len() * 40);
    match arguments.format {
        Some(Format::Json) => {
            let label = target.label();
            for test in tests {
                text.extend_from_slice(description(&label, test).to_string().as_bytes());
                text.push(b'\n');
            }
        }
        format => {
            text.extend_from_slice(format!("{}", Names(tests)).as_bytes());
            if format != Some(Format::Terse) && !arguments.quiet {
                let plural = if tests.len() == 1 { "" } else { "s" };
                // As libtest has it, nothing separates the count from no names.
                let gap = if tests.is_empty() { "" } else { "\n" };
                writeln!(text, "{gap}{} test{plural}, 0 benchmarks", tests.len())?;
            }
        }
    }
    let mut out = io::stdout().lock();
    out.write_all(&text)?;
    out.flush()
}

/// One line a test. By way of `format!`, which is optimised in a debug build too: pushing 10,000 names is not.
struct Names<'a>(&'a [Test]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for test in self.0 {
            f.write_str(test.name)?;
            f.write_str(": test\n")?;
        }
        Ok(())
    }
}

fn description(target: &str, test: &Test) -> serde_json::Value {
    let case = test.case.details();
    let module_path = target::module_in(target, &test.case.module_path().into());
    let (file, line, column) = case.location.parts();
    json!({
        "type": "case",
        "name": test.name,
        "package": case.package,
        "module_path": test.case.module_path(),
        "ids": case.ids,
        "external_id": case_ids::own(case.package, &module_path, test.case.function()),
        "title": case.title,
        "tags": case.tags,
        "file": file,
        "line": line,
        "column": column,
        "ignored": test.is_ignored(),
    })
}
