//! `--format terse`: a character a test, and a line for one that failed.

use anstyle::Style;

use super::{
    event::{Event, Present, Verdict},
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

    fn present(&mut self, event: &Event<'_>) -> String {
        match event {
            Event::RunStarted { tests, shuffle_seed, .. } => {
                self.tests = *tests;
                words::title(*tests, *shuffle_seed)
            }
            Event::TestStarted { .. } => String::new(),
            Event::TestSlow { name, limit } => {
                format!("{}{}\n", self.close_line(), words::slow(name, *limit))
            }
            Event::TestEnded(test) => match test.verdict {
                Verdict::Failed | Verdict::TimedOut | Verdict::Interrupted => {
                    let line = self.close_line();
                    self.ended += 1;
                    let word = if test.verdict == Verdict::Interrupted { "interrupted" } else { "FAILED" };
                    format!("{line}{} --- {}\n", test.name, self.colours.paint(RED, word))
                }
                Verdict::NotBegun => String::new(),
                Verdict::Passed => {
                    self.ended += 1;
                    self.mark(GREEN, ".")
                }
                Verdict::Ignored { .. } => {
                    self.ended += 1;
                    self.mark(YELLOW, "i")
                }
            },
            Event::RunEnded(tally) => words::ending(tally, self.colours),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::{event::Ended, story, text::Text};

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
        terse.present(&Event::RunStarted { tests: 200, shuffle_seed: None });
        let verdict = Verdict::Passed;
        let test = Ended {
            name: "adds".to_owned(),
            should_panic: false,
            verdict,
            time: None,
            text: Text::default(),
        };
        let told: String = (0..90).map(|_| terse.present(&Event::TestEnded(&test))).collect();
        let told = anstream::adapter::strip_str(&told).to_string();
        assert_eq!(told, format!("{} 87/200\n...", ".".repeat(87)));
    }
}
