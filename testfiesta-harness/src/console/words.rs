//! Words and colours that the formats for people share.

use std::time::Duration;

use anstyle::{AnsiColor, Style};

use super::tally::{Shown, Tally};
use crate::order::sorted;

pub(super) const GREEN: Style = AnsiColor::Green.on_default();
pub(super) const RED: Style = AnsiColor::Red.on_default();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Whether words are coloured. Where they need not be, colours are left out from the start: taking them out again means
/// to look at every byte, which in a debug build costs more than running the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    On,
    Off,
}

impl Colours {
    pub(super) fn paint(self, style: Style, word: &str) -> String {
        match self {
            Self::On => format!("{style}{word}{style:#}"),
            Self::Off => word.to_owned(),
        }
    }
}

/// The first line.
pub(super) fn title(tests: usize, shuffle_seed: Option<u64>) -> String {
    let plural = if tests == 1 { "" } else { "s" };
    let seed = shuffle_seed.map_or_else(String::new, |seed| format!(" (shuffle seed: {seed})"));
    format!("\nrunning {tests} test{plural}{seed}\n")
}

/// That a test still runs.
pub(super) fn slow(test: &str, limit: Duration) -> String {
    format!("test {test} has been running for over {} seconds", limit.as_secs_f64())
}

/// Everything after the last test: outputs, names and counts.
pub(super) fn ending(tally: &Tally, colours: Colours) -> String {
    let mut text = String::new();
    if let Some(successes) = &tally.successes {
        text += &section("successes", successes, colours);
    }
    if !tally.failures.is_empty() {
        text += &section("failures", &tally.failures, colours);
    }
    if !tally.timeouts.is_empty() {
        text += &section("failures (time limit exceeded)", &tally.timeouts, colours);
    }
    let verdict = if tally.is_ok() { colours.paint(GREEN, "ok") } else { colours.paint(RED, "FAILED") };
    text += &format!(
        "\ntest result: {verdict}. {} passed; {} failed; {} ignored; 0 measured; {} filtered out; \
         finished in {:.2}s\n\n",
        tally.passed,
        tally.failed(),
        tally.ignored,
        tally.filtered_out,
        tally.elapsed.as_secs_f64()
    );
    text
}

/// What the tests printed, in the order in which they ended, and their names, in that of the alphabet.
fn section(title: &str, tests: &[Shown], colours: Colours) -> String {
    let mut text = format!("\n{title}:\n");
    let outputs: String = tests.iter().map(|test| output(test, colours)).collect();
    if !outputs.is_empty() {
        text += &format!("\n{outputs}");
    }
    text += &format!("\n{title}:\n");
    let names: Vec<_> = tests.iter().map(|test| test.name.as_str()).collect();
    for name in sorted(&names, |one, other| one <= other) {
        text += &format!("    {name}\n");
    }
    text
}

fn output(test: &Shown, colours: Colours) -> String {
    match test.text.whole() {
        nothing if nothing.is_empty() => nothing,
        // The test's own colours; what has none is not looked through by code that is slow in a debug build.
        whole if colours == Colours::Off && whole.contains('\u{1b}') => {
            format!("---- {} stdout ----\n{}\n", test.name, anstream::adapter::strip_str(&whole))
        }
        whole => format!("---- {} stdout ----\n{whole}\n", test.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::text::Text;

    #[test]
    fn a_test_s_own_colours_are_shown_where_there_are_any() {
        let text = Text { output: "\u{1b}[31mred\u{1b}[0m\n".to_owned(), note: None };
        let tally =
            |text| Tally { failures: vec![Shown { name: "paints".to_owned(), text }], ..Tally::default() };
        assert!(ending(&tally(text.clone()), Colours::On).contains("\u{1b}[31mred"));
        assert!(ending(&tally(text), Colours::Off).contains("\nred\n"));
    }
}
