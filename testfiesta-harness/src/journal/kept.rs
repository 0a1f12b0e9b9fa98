//! Lines of a journal for which there was no room on disk, until there is.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use super::lines::parsed;
use crate::event::Event;

/// How many tests are named before the rest is only counted.
const NAMED: usize = 5;

/// Whole lines, in memory.
#[derive(Debug, Default)]
pub(super) struct Kept {
    text: Vec<u8>,
}

impl Kept {
    pub(super) fn add(&mut self, lines: &[u8]) {
        self.text.extend_from_slice(lines);
    }

    /// All of them.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Writes as many of them as there is room for, and keeps the others.
    pub(super) fn write_to(&mut self, file: &File) -> io::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        // The first that there was no room for may have left a part: ours begins on its own.
        let text = [b"\n", self.text.as_slice()].concat();
        let (written, error) = append(file, &text);
        self.text.drain(..written.saturating_sub(1));
        error.map_or(Ok(()), Err)
    }

    /// The tests whose outcomes are among them.
    pub(super) fn outcomes(&self) -> Vec<String> {
        outcomes(&self.text)
    }
}

/// The tests whose outcomes these lines hold.
pub(super) fn outcomes(lines: &[u8]) -> Vec<String> {
    let mut tests = Vec::new();
    for event in parsed::<Event>(lines) {
        if let Event::CaseFinished(case) = event {
            tests.push(case.test.into_owned());
        }
    }
    tests
}

/// What it means that the outcomes of these tests are not in a journal, in one line.
pub(super) fn loss(journal: &Path, tests: &[String], why: &io::Error) -> Option<String> {
    let count = tests.len();
    let named = tests.get(..count.min(NAMED)).filter(|named| !named.is_empty())?.join(", ");
    let rest = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
    let outcomes = if count == 1 { "outcome" } else { "outcomes" };
    Some(format!(
        "{}: no room for {count} {outcomes}, lost where no service confirmed it ({named}{rest}): {why}; make room, or set \
         TESTFIESTA_DIR, and run these tests again",
        journal.display(),
    ))
}

/// Adds lines to the end of a file to which others add too. Answers how many bytes of them need not be written again, all
/// of whole lines, and what kept the rest from being written.
pub(super) fn append(mut file: &File, lines: &[u8]) -> (usize, Option<io::Error>) {
    let mut written = 0;
    while written < lines.len() {
        match file.write(&lines[written..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(more) if more > 0 => written += more,
            other => {
                let error = other.err().unwrap_or_else(|| io::ErrorKind::WriteZero.into());
                return (whole(lines, written), Some(error));
            }
        }
    }
    (written, None)
}

/// How much of what was written is whole lines. One that lacks nothing but its end is whole: whatever follows begins with
/// one.
fn whole(lines: &[u8], written: usize) -> usize {
    if lines[written] == b'\n' {
        return written + 1;
    }
    lines[..written].iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_count_as_written() {
        let lines = b"{1}\n{2}\n";
        let expected = [0, 0, 0, 4, 4, 4, 4, 8];
        assert_eq!(std::array::from_fn(|written| whole(lines, written)), expected);
    }

    #[test]
    fn a_loss_names_the_first_tests_and_counts_the_others() {
        let why = || io::Error::other("full");
        let tests = ["a", "b", "c", "d", "e", "f", "g"].map(str::to_owned);
        let said = |tests| loss(Path::new("j"), tests, &why()).expect("a loss");
        assert!(said(&tests).starts_with("j: no room for 7 outcomes, "), "{}", said(&tests));
        assert!(said(&tests).contains("(a, b, c, d, e and 2 more): full; "), "{}", said(&tests));
        assert!(said(&tests[..1]).starts_with("j: no room for 1 outcome, "), "{}", said(&tests[..1]));
        assert_eq!(loss(Path::new("j"), &[], &why()), None);
    }

    /// Linux has a device that is a full disk.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_there_is_no_room_for_is_kept() {
        let full = File::options().write(true).open("/dev/full").expect("a device");
        let mut kept = Kept::default();
        kept.add(b"{1}\n");
        kept.write_to(&full).expect_err("no room");
        assert_eq!(kept.text(), b"{1}\n");
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(b"{\"torn").expect("written");
        kept.write_to(file.as_file()).expect("written");
        assert_eq!(
            (std::fs::read(file.path()).expect("text"), kept.is_empty()),
            (b"{\"torn\n{1}\n".to_vec(), true)
        );
    }
}
