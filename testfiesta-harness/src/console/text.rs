//! What the console shows of one test: what it printed, then why it failed, in libtest's words and order.

use crate::{
    attempt::Attempt,
    backtrace,
    outcome::{Failure, Outcome},
    registry::Test,
};

/// What is shown of one test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text {
    /// What it printed, and the panic or error that ended it.
    pub(crate) output: String,
    /// What libtest itself has to say: that a test did not panic as it should have.
    pub(crate) note: Option<String>,
}

impl Text {
    /// All attempts of `test`, one below the other. Where a failure `is_told_at_once`, what there is to say of it stands
    /// above already, and what is left is what libtest itself has to say.
    pub(crate) fn of(test: &Test, attempts: &[Attempt], is_told_at_once: bool) -> Self {
        let mut text = Self::default();
        for (at, attempt) in (1..).zip(attempts) {
            if attempts.len() > 1 && !is_told_at_once {
                let earlier = if at > 1 { text.whole() + "\n" } else { String::new() };
                text = Self { output: format!("{earlier}attempt {at} of {}:\n", attempts.len()), note: None };
            }
            text.add(test, attempt, is_told_at_once);
        }
        text
    }

    /// The same with how to get a stack, below the first panic of all.
    pub(crate) fn hinted(mut self, attempts: &[Attempt]) -> Self {
        let failure = attempts.last().and_then(|last| last.outcome.failure());
        let has_no_stack = |failure: &Failure| failure.location.is_some() && failure.backtrace.is_none();
        // Nothing is shown here of what was told at once.
        if failure.is_some_and(has_no_stack) && !self.output.is_empty() {
            self.add_lines(backtrace::hint().trim_start());
        }
        self
    }

    fn add(&mut self, test: &Test, attempt: &Attempt, is_told_at_once: bool) {
        for stream in [&attempt.output.stdout, &attempt.output.stderr] {
            if !stream.is_empty() {
                self.add_lines(&stream.text());
            }
        }
        let Some(failure) = attempt.outcome.failure() else { return };
        let came_to_its_end = matches!(attempt.outcome, Outcome::Failed(_));
        let has_note = came_to_its_end && test.should_panic();
        if has_note {
            self.note = Some(failure.message.clone());
        }
        if came_to_its_end && is_told_at_once {
            return;
        }
        if has_note {
            // The note tells what is wrong with the panic, which is the first of its causes.
            let panic =
                failure.location.as_ref().and_then(|_| failure.chain.get(1)).cloned().unwrap_or_default();
            self.add_failure(test, &Failure { message: panic, ..failure.clone() });
        } else {
            self.add_failure(test, failure);
        }
    }

    /// A panic as the standard library prints it, any other failure as it is.
    fn add_failure(&mut self, test: &Test, failure: &Failure) {
        if failure.location.is_some() {
            let thread = failure.thread.as_deref().unwrap_or(test.name);
            self.output.push_str(&format!("\nthread '{thread}' "));
        }
        let rendered = failure.rendered();
        self.output.push_str(&rendered);
        // The line of the message is there even if the message is empty.
        let is_whole = rendered.is_empty() || failure.backtrace.is_some() && rendered.ends_with('\n');
        if !is_whole {
            self.output.push('\n');
        }
    }

    fn add_lines(&mut self, lines: &str) {
        self.output.push_str(lines);
        if !lines.is_empty() && !lines.ends_with('\n') {
            self.output.push('\n');
        }
    }

    /// Both parts, as people read them. Ends with a line break, unless it is empty or ends with the note.
    pub(crate) fn whole(&self) -> String {
        match &self.note {
            Some(note) => format!("{}note: {note}", self.output),
            None => self.output.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::{
        attempt::Output,
        case::{Case, Details, ShouldPanic},
    };

    static PLAIN: Case = Case::EXAMPLE;
    static SHOULD_PANIC: Case =
        Case { details: || Details { should_panic: ShouldPanic::Yes, ..Details::EXAMPLE }, ..Case::EXAMPLE };

    fn attempt(outcome: Outcome, stdout: &str, stderr: &str) -> Attempt {
        let output = Output { stdout: stdout.into(), stderr: stderr.into() };
        Attempt {
            started_at: SystemTime::UNIX_EPOCH,
            duration: Duration::ZERO,
            outcome,
            output,
            stray_panics: Vec::new(),
        }
    }

    fn text(case: &'static Case, attempts: &[Attempt]) -> Text {
        Text::of(&Test::new(0, case, "cart"), attempts, false)
    }

    fn panicked(message: &str) -> Outcome {
        Outcome::Failed(Failure { location: Some("src/cart.rs:7:5".into()), ..Failure::new(message) })
    }

    #[test]
    fn what_was_printed_stands_before_the_panic() {
        let text = text(&PLAIN, &[attempt(panicked("sum of 3"), "out\n", "err")]);
        insta::assert_snapshot!(text.whole(), @r"
        out
        err

        thread 'adds' panicked at src/cart.rs:7:5:
        sum of 3
        ");
    }

    #[test]
    fn a_panic_without_a_message_has_its_line() {
        let text = text(&PLAIN, &[attempt(panicked(""), "", "")]);
        assert_eq!(text.output, "\nthread 'adds' panicked at src/cart.rs:7:5:\n\n");
    }

    #[test]
    fn an_error_that_was_returned_stands_as_it_is() {
        let text = text(&PLAIN, &[attempt(Outcome::Failed(Failure::new("Error: \"no\"")), "", "")]);
        assert_eq!(text, Text { output: "Error: \"no\"\n".into(), note: None });
    }

    #[test]
    fn a_panic_that_did_not_come_is_a_note() {
        let outcome = Outcome::Failed(Failure::new("test did not panic as expected"));
        let text = text(&SHOULD_PANIC, &[attempt(outcome, "", "")]);
        assert_eq!(text, Text { output: String::new(), note: Some("test did not panic as expected".into()) });
    }

    #[test]
    fn another_panic_than_expected_is_shown_above_the_note() {
        let Outcome::Failed(failure) = panicked("panic did not contain \"boo\"") else { panic!() };
        let chain = vec![failure.message.clone(), "bah".to_owned()];
        let text = text(&SHOULD_PANIC, &[attempt(Outcome::Failed(Failure { chain, ..failure }), "", "")]);
        insta::assert_snapshot!(text.whole(), @r#"

        thread 'adds' panicked at src/cart.rs:7:5:
        bah
        note: panic did not contain "boo"
        "#);
    }

    #[test]
    fn a_limit_that_was_passed_is_no_note_of_libtest_s() {
        let outcome = Outcome::TimedOut(Failure::new("stopped at its limit of 1s"));
        let text = text(&SHOULD_PANIC, &[attempt(outcome, "", "")]);
        assert_eq!(text, Text { output: "stopped at its limit of 1s\n".into(), note: None });
    }

    #[test]
    fn what_was_told_at_once_is_not_told_again() {
        let told = |case, outcome| Text::of(&Test::new(0, case, "cart"), &[attempt(outcome, "", "")], true);
        assert_eq!(told(&PLAIN, panicked("sum of 3")), Text::default());
        let note = Some("panic did not contain \"boo\"".to_owned());
        assert_eq!(
            told(&SHOULD_PANIC, panicked("panic did not contain \"boo\"")),
            Text { note, ..Text::default() }
        );
        let limit = Outcome::TimedOut(Failure::new("stopped at its limit of 1s"));
        assert_eq!(told(&PLAIN, limit).output, "stopped at its limit of 1s\n");
    }

    #[test]
    fn attempts_are_numbered() {
        let attempts = [attempt(panicked("first"), "once\n", ""), attempt(Outcome::Passed, "twice\n", "")];
        insta::assert_snapshot!(text(&PLAIN, &attempts).whole(), @r"
        attempt 1 of 2:
        once

        thread 'adds' panicked at src/cart.rs:7:5:
        first

        attempt 2 of 2:
        twice
        ");
    }
}
