//! What is told of a case: one text, of a length that the service takes, and harmless where it is shown as rich text
//! (contract, section 6.3).

use super::outcome::{Kind, Outcome};

/// What a test needs at least to be told of.
const LEAST: usize = 60;

/// The outcomes of a case, the worst first, in at most `limit` characters.
pub(super) fn describe(outcomes: &[Outcome], limit: usize) -> String {
    let mut sorted: Vec<&Outcome> = Vec::with_capacity(outcomes.len());
    for kind in Kind::ALL.into_iter().rev() {
        sorted.extend(outcomes.iter().filter(|outcome| outcome.kind == kind));
    }
    let mut text = Text::new(limit);
    let shown = sorted.len().min((limit / LEAST).max(1));
    for (at, outcome) in sorted[..shown].iter().enumerate() {
        if at > 0 {
            text.push("\n\n");
        }
        // What one does not use is left to the others.
        let share = text.left() / (shown - at);
        let before = text.left();
        text.push_beginning(&outcome.told, share);
        let share = share.saturating_sub(before - text.left());
        if !outcome.printed.is_empty() && share > LEAST {
            text.push("\n\n");
            text.push_end(&outcome.printed, share - 2);
        }
    }
    if shown < sorted.len() {
        text.push(&format!("\n… and {} more tests", sorted.len() - shown));
    }
    text.written
}

/// A text that grows up to a limit.
struct Text {
    written: String,
    left: usize,
}

impl Text {
    fn new(limit: usize) -> Self {
        Self { written: String::new(), left: limit }
    }

    fn left(&self) -> usize {
        self.left
    }

    fn push(&mut self, text: &str) {
        self.push_beginning(text, self.left);
    }

    /// As much of the beginning as `share` holds, with a mark where it is cut.
    fn push_beginning(&mut self, text: &str, share: usize) {
        let share = share.min(self.left);
        let text = plain(text);
        let whole = text.chars().map(|it| escaped(it).1).sum::<usize>() <= share;
        let room = if whole { share } else { share.saturating_sub(1) };
        let mut used = 0;
        for it in text.chars() {
            let (spelled, length) = escaped(it);
            if used + length > room {
                break;
            }
            used += length;
            spelled.push_to(&mut self.written);
        }
        if !whole && share > 0 {
            self.written.push('…');
            used += 1;
        }
        self.left -= used;
    }

    /// As much of the end as `share` holds, with a mark where it is cut.
    fn push_end(&mut self, text: &str, share: usize) {
        let share = share.min(self.left);
        let text = plain(text);
        let mut start = text.len();
        let mut used = 0;
        for (at, it) in text.char_indices().rev() {
            let (_, length) = escaped(it);
            if used + length + 1 > share {
                break;
            }
            used += length;
            start = at;
        }
        if start > 0 {
            self.push("…");
        }
        self.push(&text[start..]);
    }
}

/// A character as it is written.
enum Spelled {
    Itself(char),
    Entity(&'static str),
}

impl Spelled {
    fn push_to(&self, text: &mut String) {
        match self {
            Self::Itself(it) => text.push(*it),
            Self::Entity(name) => text.push_str(name),
        }
    }
}

/// How a character is written where `<` may begin an element, and how many characters that takes.
fn escaped(it: char) -> (Spelled, usize) {
    match it {
        '<' => (Spelled::Entity("&lt;"), 4),
        '&' => (Spelled::Entity("&amp;"), 5),
        other => (Spelled::Itself(other), 1),
    }
}

/// The text without what colours it on a terminal, and without control characters.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(it) = rest.next() {
        if it == '\u{1b}' && rest.peek() == Some(&'[') {
            // To the letter that ends the sequence.
            let _ = rest.by_ref().skip(1).find(|it| ('\u{40}'..='\u{7e}').contains(it));
        } else if !it.is_control() || matches!(it, '\n' | '\t') {
            plain.push(it);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(told: &[(Kind, &str, &str)]) -> Vec<Outcome> {
        let outcome = |(at, (kind, told, printed)): (usize, &(Kind, &str, &str))| Outcome {
            external_id: at.to_string(),
            kind: *kind,
            told: (*told).into(),
            printed: (*printed).into(),
        };
        told.iter().enumerate().map(outcome).collect()
    }

    #[test]
    fn the_worst_comes_first() {
        let outcomes = outcomes(&[
            (Kind::Passed, "passed", ""),
            (Kind::Failed, "failed", "stdout:\nx"),
            (Kind::Skipped, "skipped", ""),
        ]);
        assert_eq!(describe(&outcomes, 4000), "failed\n\nstdout:\nx\n\nskipped\n\npassed");
    }

    #[test]
    fn markup_is_harmless_and_colours_are_left_out() {
        let outcomes = outcomes(&[(Kind::Failed, "<b>a && b</b>\u{1b}[31m red\u{1b}[0m\u{7}", "")]);
        assert_eq!(describe(&outcomes, 4000), "&lt;b>a &amp;&amp; b&lt;/b> red");
    }

    #[test]
    fn no_description_is_longer_than_the_limit() {
        let long = "<&ä🎉\n".repeat(400);
        for limit in [0, 1, 5, 59, 60, 100, 1000] {
            for count in [1, 2, 7, 50] {
                let told = vec![(Kind::Failed, &*long, &*long); count];
                let text = describe(&outcomes(&told), limit);
                assert!(text.chars().count() <= limit, "{count} in {limit}: {}", text.chars().count());
                assert!(!text.ends_with('&') && !text.contains('<'), "{text}");
            }
        }
    }

    #[test]
    fn of_what_was_printed_the_end_is_kept() {
        let printed = format!("{}the end", "x".repeat(500));
        let text = describe(&outcomes(&[(Kind::Failed, "failed", &printed)]), 200);
        assert!(text.starts_with("failed\n\n…xxx") && text.ends_with("the end"), "{text}");
    }
}
