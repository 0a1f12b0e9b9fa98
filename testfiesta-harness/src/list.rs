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

/// Prints the names as libtest does, nextest's terse form included; with `--format json` its events, to which is added all
/// that the annotations say, for `cargo testfiesta list` and `check`.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn print(target: Target, arguments: &Arguments, tests: &[Test]) -> io::Result<()> {
    let mut text = Vec::with_capacity(tests.len() * 40);
    match arguments.format {
        Some(Format::Json) => {
            text.extend_from_slice(b"{ \"type\": \"suite\", \"event\": \"discovery\" }\n");
            let label = target.label();
            for test in tests {
                text.extend_from_slice(discovered(&label, test).as_bytes());
            }
            let (all, ignored) = (tests.len(), tests.iter().filter(|test| test.is_ignored()).count());
            writeln!(
                text,
                r#"{{ "type": "suite", "event": "completed", "tests": {all}, "benchmarks": 0, "total": {all}, "ignored": {ignored} }}"#
            )?;
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

/// libtest's fields in its order and spacing, then ours.
fn discovered(target: &str, test: &Test) -> String {
    let case = test.case.details();
    let module_path = target::module_in(target, &test.case.module_path().into());
    let (file, line, column) = case.location.parts();
    let end = column as usize + test.name.rsplit("::").next().unwrap_or_default().chars().count();
    let text = |text: &str| serde_json::Value::from(text).to_string();
    format!(
        concat!(
            r#"{{ "type": "test", "event": "discovered", "name": {}, "ignore": {}, "ignore_message": {}, "#,
            r#""source_path": {}, "start_line": {}, "start_col": {}, "end_line": {}, "end_col": {}, "#,
            r#""package": {}, "module_path": {}, "ids": {}, "external_id": {}, "title": {}, "tags": {} }}"#,
            "\n"
        ),
        text(test.name),
        test.is_ignored(),
        text(test.ignore_reason().unwrap_or_default()),
        text(file),
        line,
        column,
        line,
        end,
        text(case.package),
        text(test.case.module_path()),
        json!(case.ids),
        text(&case_ids::own(case.package, &module_path, test.case.function())),
        json!(case.title),
        json!(case.tags),
    )
}
