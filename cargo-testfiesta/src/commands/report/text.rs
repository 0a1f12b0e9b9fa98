//! Texts of tests: what people see of them, and how much of them fits into a report.

use std::{
    ops::Range,
    time::{Duration, SystemTime},
};

use anstream::adapter::strip_str;
use testfiesta_harness::{
    event::{CaseFinished, PrintedOutput},
    outcome::{Failure, Outcome},
};

/// How much of what tests said a report holds, in bytes.
#[derive(Clone, Copy, Default)]
pub(super) struct Room {
    /// Of one text.
    pub(super) each: usize,
    /// Of all together, and then of each text that follows.
    pub(super) all: usize,
    pub(super) scarce: usize,
}

impl Room {
    /// For programs: everything, as far as it fits into memory.
    pub(super) const WIDE: Self = Self { each: usize::MAX, all: 128 << 20, scarce: 16 << 10 };

    /// The test, with every text of it cut that is too long.
    pub(super) fn fit(&mut self, mut case: CaseFinished) -> CaseFinished {
        let mut texts = Vec::new();
        for attempt in &mut case.earlier {
            texts.extend(of_outcome(&mut attempt.outcome));
            texts.extend(attempt.output.iter_mut().flat_map(printed));
        }
        texts.extend(of_outcome(&mut case.outcome));
        texts.extend(case.output.iter_mut().flat_map(printed));
        texts.extend(case.stray_panics.iter_mut().map(|stray| &mut stray.message));
        for text in texts {
            let limit = if text.len() <= self.all { self.each } else { self.scarce };
            cut(text, limit);
            self.all = self.all.saturating_sub(text.len());
        }
        case
    }
}

fn of_outcome(outcome: &mut Outcome) -> Vec<&mut String> {
    let (Outcome::Failed(failure) | Outcome::TimedOut(failure) | Outcome::Crashed(failure)) = outcome else {
        return Vec::new();
    };
    let Failure { message, backtrace, left, right, chain, .. } = failure;
    let mut texts = vec![message];
    texts.extend([backtrace, left, right].into_iter().flatten());
    texts.extend(chain);
    texts
}

fn printed(output: &mut PrintedOutput) -> [&mut String; 2] {
    [&mut output.stdout, &mut output.stderr]
}

/// Cuts a text in its middle, since beginning and end say most, and says so there.
fn cut(text: &mut String, limit: usize) {
    if text.len() <= limit {
        return;
    }
    let Range { mut start, mut end } = middle(text, limit);
    let mut missing = end - start;
    // What was left out before is missing as well.
    if let Some((note, before)) = harness_note(text).filter(|(note, _)| note.start < end && start < note.end)
    {
        (start, end) = (start.min(note.start), end.max(note.end));
        missing = (end - start - note.len()).saturating_add(before);
    }
    let note = format!("\n[… {missing} bytes are left out of this report …]\n");
    text.replace_range(start..end, &note);
}

/// Where the harness says that it left out some of what a test printed, and how many bytes.
fn harness_note(text: &str) -> Option<(Range<usize>, usize)> {
    const BEGIN: &str = "\n[… ";
    const END: &str = " bytes left out …]\n";
    text.match_indices(BEGIN).find_map(|(at, _)| {
        let rest = &text[at + BEGIN.len()..];
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        rest[digits..].starts_with(END).then_some(())?;
        Some((at..at + BEGIN.len() + digits + END.len(), rest[..digits].parse().ok()?))
    })
}

/// What of a text is to go, at the bounds of characters.
fn middle(text: &str, limit: usize) -> Range<usize> {
    let is_bound = |at: &usize| text.is_char_boundary(*at);
    let start = (0..=limit / 2).rev().find(is_bound).unwrap_or(0);
    let end = (text.len() - limit / 2..text.len()).find(is_bound).unwrap_or(text.len());
    start..end
}

/// A text as people see it: without escapes for colours, and with a mark in place of characters that no document may hold.
pub(super) fn plain(text: &str) -> String {
    let is_forbidden = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || is_no_character(c);
    strip_str(text).to_string().replace("\r\n", "\n").replace(is_forbidden, "\u{fffd}")
}

/// The same in a line.
pub(super) fn in_a_line(text: &str) -> String {
    plain(text).replace(['\n', '\t'], " ")
}

/// U+FFFE and U+FFFF, which XML forbids.
fn is_no_character(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Where it failed, with the message, as the console has it.
pub(super) fn reason(failure: &Failure) -> String {
    let place = match (&failure.thread, &failure.location) {
        (Some(thread), Some(location)) => format!("thread '{thread}' panicked at {location}:\n"),
        (None, Some(location)) => format!("panicked at {location}:\n"),
        (Some(thread), None) => format!("thread '{thread}':\n"),
        (None, None) => String::new(),
    };
    place + &failure.message
}

/// What a failure has besides: both sides of a comparison, and causes, each with its name.
pub(super) fn parts(failure: &Failure) -> Vec<(&'static str, String)> {
    let mut parts = Vec::new();
    for (name, side) in [("left", &failure.left), ("right", &failure.right)] {
        parts.extend(side.as_ref().map(|side| (name, side.clone())));
    }
    if !failure.chain.is_empty() {
        parts.push(("causes", failure.chain.join("\ncaused by: ")));
    }
    parts
}

/// Of these, what the message does not say already.
pub(super) fn unsaid(failure: &Failure) -> Vec<(&'static str, String)> {
    parts(failure).into_iter().filter(|(_, text)| !failure.message.contains(text)).collect()
}

/// What a test printed, by stream, if it did.
pub(super) fn streams(output: Option<&PrintedOutput>) -> Vec<(&'static str, &str)> {
    let both = output.map(|output| [("stdout", &*output.stdout), ("stderr", &*output.stderr)]);
    both.into_iter().flatten().filter(|(_, text)| !text.is_empty()).collect()
}

/// As in `0.2 ms`, `12 ms`, `1.20 s` and `3m 5s`.
pub(super) fn took(duration: Duration) -> String {
    match duration.as_secs_f64() {
        0.0 => "0 ms".to_owned(),
        seconds @ 0.0..0.01 => format!("{:.1} ms", seconds * 1_000.0),
        seconds @ 0.0..1.0 => format!("{:.0} ms", seconds * 1_000.0),
        seconds @ 1.0..60.0 => format!("{seconds:.2} s"),
        _ => humantime::format_duration(Duration::from_secs(duration.as_secs())).to_string(),
    }
}

/// As in `2026-01-31 12:00:00 UTC`.
pub(super) fn time(at: SystemTime) -> String {
    humantime::format_rfc3339_seconds(at).to_string().replace('T', " ").replace('Z', " UTC")
}

/// As in `512 bytes`, `12.0 kB` and `1.2 MB`.
pub(super) fn size(bytes: u64) -> String {
    let scaled = |unit: f64| bytes as f64 / unit;
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", scaled(1e3)),
        _ => format!("{:.1} MB", scaled(1e6)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end_and_says_what_is_missing() {
        let mut text = "ä".repeat(100);
        cut(&mut text, 11);
        assert_eq!(text, "ää\n[… 192 bytes are left out of this report …]\nää");
        let mut short = "ä".to_owned();
        cut(&mut short, 2);
        assert_eq!(short, "ä");
        cut(&mut short, 0);
        assert_eq!(short, "\n[… 2 bytes are left out of this report …]\n");
    }

    #[test]
    fn what_was_left_out_before_counts_where_its_note_goes() {
        for (limit, kept) in [(12, 6), (2, 1), (60, 20)] {
            let mut text = format!("{}\n[… 1000 bytes left out …]\n{}", "a".repeat(20), "b".repeat(40));
            cut(&mut text, limit);
            let missing = 1_060 - text.matches(['a', 'b']).count() + "bytes are".matches(['a', 'b']).count();
            assert!(
                text.contains(&format!("\n[… {missing} bytes are left out of this report …]\n")),
                "{text}"
            );
            assert!(text.starts_with(&"a".repeat(kept)) && !text.contains("1000"), "{text}");
        }
    }

    #[test]
    fn escapes_for_colours_are_taken_out_and_control_characters_marked() {
        assert_eq!(plain("\u{1b}[31mred\u{1b}[0m\r\n\tend\u{ffff}"), "red\n\tend\u{fffd}");
        assert!(!plain("\0\u{1}\u{8}\u{c}\u{7f}\u{85}").contains(|c: char| c.is_control()));
    }

    #[test]
    fn a_duration_is_as_long_as_its_precision_is_worth() {
        let taken =
            [0, 240, 12_300, 1_204_000, 185_400_000].map(|micros| took(Duration::from_micros(micros)));
        assert_eq!(taken, ["0 ms", "0.2 ms", "12 ms", "1.20 s", "3m 5s"]);
    }
}
