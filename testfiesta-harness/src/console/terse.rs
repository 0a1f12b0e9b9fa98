//! `--format terse`: a character a test, and a line for one that failed.

use anstyle::Style;

use super::{
    progress::{Judgement, Present, Progress},
    words::{self, Colours, GREEN, RED, YELLOW},
};

/// A line of these leaves room for the count behind it, within a hundred columns.
const LINE: usize = 87;

/// A character a test.
pub(super) struct Terse {
    colours: Colours,
    tests: usize,
    ended: usize,
    /// How many characters stand in the last line.
    column: usize,
}

impl Terse {
    pub(super) fn new(colours: Colours) -> Self {
        Self { colours, tests: 0, ended: 0, column: 0 }
    }

    fn mark(&mut self, style: Style, mark: &str) -> String {
        self.column += 1;
        let count = if self.column == LINE { self.close_line() } else { String::new() };
        format!("{}{count}", self.colours.paint(style, mark))
    }

    /// Ends the line of characters, if there is one, with how far it got.
    fn close_line(&mut self) -> String {
        match std::mem::take(&mut self.column) {
            0 => String::new(),
            _ => format!(" {}/{}\n", self.ended, self.tests),
        }
    }
}

impl Present for Terse {
    fn tells_of_beginnings(&self) -> bool {
        false
    }

    fn present(&mut self, progress: &Progress<'_>) -> String {
        match progress {
            Progress::RunStarted { tests, shuffle_seed, .. } => {
                self.tests = *tests;
                words::title(*tests, *shuffle_seed)
            }
            Progress::TestStarted { .. } => String::new(),
            Progress::TestSlow { name, limit } => {
                format!("{}{}\n", self.close_line(), words::slow(name, *limit))
            }
            Progress::TestEnded(test) => match test.judgement {
                Judgement::Failed | Judgement::TimedOut | Judgement::Interrupted => {
                    let line = self.close_line();
                    self.ended += 1;
                    let word =
                        if test.judgement == Judgement::Interrupted { "interrupted" } else { "FAILED" };
                    format!("{line}{} --- {}\n", test.name, self.colours.paint(RED, word))
                }
                Judgement::NotBegun => String::new(),
                Judgement::Passed => {
                    self.ended += 1;
                    self.mark(GREEN, ".")
                }
                Judgement::Ignored { .. } => {
                    self.ended += 1;
                    self.mark(YELLOW, "i")
                }
            },
            Progress::RunEnded(tally) => words::ending(tally, self.colours),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::{progress::Ended, story, text::Text};

    #[test]
    fn a_run_is_told_in_characters() {
        insta::assert_snapshot!(story::told_by(Terse::new(Colours::On)), @r#"

        running 7 tests (shuffle seed: 42)
        .. 2/7
        removes --- FAILED
        refuses --- FAILED
        test pays::waits has been running for over 60 seconds
        pays::waits --- FAILED
        ii
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
    fn a_full_line_ends_with_how_far_it_got() {
        let mut terse = Terse::new(Colours::On);
        terse.present(&Progress::RunStarted { tests: 200, shuffle_seed: None });
        let judgement = Judgement::Passed;
        let test = Ended {
            name: "adds".to_owned(),
            should_panic: false,
            judgement,
            time: None,
            text: Text::default(),
        };
        let told: String = (0..90).map(|_| terse.present(&Progress::TestEnded(&test))).collect();
        let told = anstream::adapter::strip_str(&told).to_string();
        assert_eq!(told, format!("{} 87/200\n...", ".".repeat(87)));
    }
}
