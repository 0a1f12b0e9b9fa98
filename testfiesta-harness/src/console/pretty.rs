//! `--format pretty`: a line a test.

use super::{
    progress::{Ended, Judgement, Present, Progress},
    words::{self, Colours, GREEN, RED, YELLOW},
};

/// A line a test.
pub(super) struct Pretty {
    /// Tests run one after the other: each is named before it runs, so that one sees which one hangs.
    named_first: bool,
    colours: Colours,
    /// The line of a test that runs is begun.
    in_a_line: bool,
}

impl Pretty {
    pub(super) fn new(named_first: bool, colours: Colours) -> Self {
        Self { named_first, colours, in_a_line: false }
    }

    fn ended(&mut self, test: &Ended) -> String {
        let begun = std::mem::take(&mut self.in_a_line);
        let name = if begun { String::new() } else { beginning(&test.name, test.should_panic) };
        let (style, word) = match &test.judgement {
            Judgement::Passed => (GREEN, "ok".to_owned()),
            Judgement::Failed => (RED, "FAILED".to_owned()),
            Judgement::TimedOut => (RED, "FAILED (time limit exceeded)".to_owned()),
            Judgement::Interrupted => (RED, "interrupted".to_owned()),
            Judgement::NotBegun => return String::new(),
            Judgement::Ignored { reason: None } => (YELLOW, "ignored".to_owned()),
            Judgement::Ignored { reason: Some(reason) } => (YELLOW, format!("ignored, {reason}")),
        };
        let time = test.time.map_or_else(String::new, |time| format!(" <{:.3}s>", time.as_secs_f64()));
        format!("{name}{}{time}\n", self.colours.paint(style, &word))
    }
}

impl Present for Pretty {
    fn tells_of_beginnings(&self) -> bool {
        self.named_first
    }

    fn present(&mut self, progress: &Progress<'_>) -> String {
        match progress {
            Progress::RunStarted { tests, shuffle_seed } => words::title(*tests, *shuffle_seed),
            Progress::TestStarted { name, should_panic } if self.named_first => {
                self.in_a_line = true;
                beginning(name, *should_panic)
            }
            Progress::TestStarted { .. } => String::new(),
            Progress::TestSlow { name, limit } => {
                let gap = if std::mem::take(&mut self.in_a_line) { "\n" } else { "" };
                format!("{gap}{}\n", words::slow(name, *limit))
            }
            Progress::TestEnded(test) => self.ended(test),
            Progress::RunEnded(tally) => words::ending(tally, self.colours),
        }
    }
}

/// How the line of a test begins.
fn beginning(name: &str, should_panic: bool) -> String {
    let mode = if should_panic { " - should panic" } else { "" };
    format!("test {name}{mode} ... ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::story;

    #[test]
    fn tests_side_by_side_are_named_when_they_end() {
        insta::assert_snapshot!(story::told_by(Pretty::new(false, Colours::On)), @r#"

        running 7 tests (shuffle seed: 42)
        test prints ... ok <0.001s>
        test adds ... ok <0.012s>
        test removes ... FAILED <0.250s>
        test refuses - should panic ... FAILED <0.002s>
        test pays::waits has been running for over 60 seconds
        test pays::waits ... FAILED (time limit exceeded) <61.000s>
        test later ... ignored
        test pays::printed ... ignored, needs a printer

        successes:

        ---- prints stdout ----
        a	line


        successes:
            adds
            prints

        failures:

        ---- removes stdout ----
        on stdout

        thread 'removes' panicked at tests/cart.rs:7:5:
        sum of "3"

        ---- refuses stdout ----
        note: test did not panic as expected

        failures:
            refuses
            removes

        failures (time limit exceeded):

        ---- pays::waits stdout ----
        stopped at its limit of 1m 1s


        failures (time limit exceeded):
            pays::waits

        test result: FAILED. 2 passed; 3 failed; 2 ignored; 0 measured; 3 filtered out; finished in 61.25s
        "#);
    }

    #[test]
    fn a_test_alone_is_named_before_it_runs() {
        let mut pretty = Pretty::new(true, Colours::On);
        let began = Progress::TestStarted { name: "adds", should_panic: true };
        assert_eq!(pretty.present(&began), "test adds - should panic ... ");
    }

    #[test]
    fn a_slow_test_alone_begins_its_line_again() {
        let told = story::told_by(Pretty::new(true, Colours::On));
        let lines: Vec<_> =
            told.lines().filter(|line| line.starts_with("test pays::waits")).map(str::trim_end).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        test pays::waits ...
        test pays::waits has been running for over 60 seconds
        test pays::waits ... FAILED (time limit exceeded) <61.000s>
        ");
    }
}
