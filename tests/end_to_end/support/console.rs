//! What libtest, and whoever prints as it does, says of its tests.

use std::collections::{BTreeMap, BTreeSet};

use super::command::Output;

/// A console's report, without times and without the order of parallel tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) code: Option<i32>,
    /// `running 7 tests`
    pub(crate) title: Option<String>,
    /// `ok`, `FAILED` or `ignored`, by the name of the test.
    pub(crate) verdicts: BTreeMap<String, String>,
    /// The names in the list of failures.
    pub(crate) failures: BTreeSet<String>,
    /// `ok. 5 passed; 0 failed; …`
    pub(crate) result: Option<String>,
    /// Whether there are escapes for colours.
    pub(crate) coloured: bool,
}

impl Report {
    pub(crate) fn of(output: &Output) -> Self {
        let text = without_colours(&output.stdout);
        let mut failures: BTreeSet<String> = BTreeSet::new();
        // The second list of that name holds nothing but names.
        if let Some((_, list)) = text.rsplit_once("\nfailures:\n") {
            let names = list.lines().map_while(|line| line.strip_prefix("    "));
            failures.extend(names.map(str::to_owned));
        }
        let line_after = |start: &str| text.lines().find_map(|line| line.strip_prefix(start));
        Self {
            code: output.code,
            title: line_after("running ").map(str::to_owned),
            verdicts: text.lines().filter_map(verdict).collect(),
            failures,
            result: line_after("test result: ")
                .map(|line| line.split("; finished in").next().unwrap_or(line).to_owned()),
            coloured: output.stdout.contains('\u{1b}'),
        }
    }

    /// Passed, failed, ignored.
    pub(crate) fn counts(&self) -> [usize; 3] {
        ["ok", "FAILED", "ignored"]
            .map(|wanted| self.verdicts.values().filter(|verdict| *verdict == wanted).count())
    }
}

/// `test deep::adds - should panic ... ok`
fn verdict(line: &str) -> Option<(String, String)> {
    let (name, verdict) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let name = name.trim_end().trim_end_matches(" - should panic");
    let verdict = verdict.split([',', ' ']).next()?;
    Some((name.to_owned(), verdict.to_owned()))
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // `[32m` chooses a colour; `(B`, which some terminals want before a reset, a character set.
        let rest = part.strip_prefix("(B").or_else(|| part.split_once('m').map(|(_, rest)| rest));
        plain += rest.unwrap_or(part);
    }
    plain
}

/// `PASS`, `FAIL` or `SKIP`, by the name of the test, as nextest says on stderr: `PASS [   0.01s] (1/2) crate::bin adds`
pub(crate) fn nextest_verdicts(output: &Output) -> BTreeMap<String, String> {
    let lines = output.stderr.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let verdict = words.next().filter(|word| matches!(*word, "PASS" | "FAIL" | "SKIP"))?;
        Some((words.next_back()?.to_owned(), verdict.to_owned()))
    });
    lines.collect()
}
