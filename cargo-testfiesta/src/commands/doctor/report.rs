//! What was looked at, and what is wrong with it.

use std::io::{self, Write};

use crate::out::Stdout;

/// Findings, written as they are made.
pub(super) struct Report<W = Stdout> {
    out: W,
    problems: usize,
}

impl<W: Write> Report<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, problems: 0 }
    }

    /// What the next findings are about.
    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")?;
        // A check may take a while: it is seen what is being looked at.
        self.out.flush()
    }

    /// One row of a table.
    pub(super) fn row(&mut self, [name, value, origin]: [&str; 3]) -> io::Result<()> {
        writeln!(self.out, "  {name:<28} {value:<44} {origin}")
    }

    /// What is as it should be.
    pub(super) fn ok(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "  ok       {text}")
    }

    /// What may be as it is meant to be.
    pub(super) fn note(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "  note     {text}")
    }

    /// What is wrong, and what to do.
    pub(super) fn problem(&mut self, text: &str, remedy: &str) -> io::Result<()> {
        self.problems += 1;
        writeln!(self.out, "  PROBLEM  {text}")?;
        if remedy.is_empty() { Ok(()) } else { writeln!(self.out, "           {remedy}") }
    }

    /// Ends the report, and says how many problems there are.
    pub(super) fn conclude(mut self) -> io::Result<usize> {
        match self.problems {
            0 => writeln!(self.out, "no problems")?,
            1 => writeln!(self.out, "1 problem")?,
            several => writeln!(self.out, "{several} problems")?,
        }
        Ok(self.problems)
    }
}

#[cfg(test)]
mod tests {
    use super::Report;

    #[test]
    fn problems_are_counted_and_told_with_their_remedy() {
        let mut text = Vec::new();
        let mut report = Report::new(&mut text);
        report.note("fine").unwrap();
        report.problem("the token was not accepted", "make another").unwrap();
        assert_eq!(report.conclude().unwrap(), 1);
        let expected =
            "  note     fine\n  PROBLEM  the token was not accepted\n           make another\n1 problem\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
