//! What came of running a test once, and what it printed.

use std::time::{Duration, SystemTime};

use crate::outcome::{Outcome, StrayPanic};

/// How much of a stream is kept of one test: the first and the last half of it.
pub(crate) const KEPT: u64 = 256 * 1024;

/// One test, run once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// When it began.
    pub(crate) started_at: SystemTime,
    /// How long it took.
    pub(crate) duration: Duration,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// What it printed, where that was captured.
    pub(crate) output: Output,
    /// Panics of its threads that it did not fail of.
    pub(crate) stray_panics: Vec<StrayPanic>,
}

/// What one test printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) stdout: Captured,
    pub(crate) stderr: Captured,
}

impl Output {
    pub(crate) fn is_empty(&self) -> bool {
        self.stdout.is_empty() && self.stderr.is_empty()
    }

    /// Puts other text in the place of each part for which `other` has one.
    pub(crate) fn replace(&mut self, other: impl Fn(&str) -> Option<String>) {
        let Self { stdout, stderr } = self;
        for part in [&mut stdout.head, &mut stdout.tail, &mut stderr.head, &mut stderr.tail] {
            if let Some(text) = other(&String::from_utf8_lossy(part)) {
                *part = text.into_bytes();
            }
        }
    }
}

/// What one test printed to one stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Captured {
    head: Vec<u8>,
    /// How much is missing between the two parts.
    cut: u64,
    tail: Vec<u8>,
}

impl Captured {
    /// All that was printed.
    pub(crate) fn whole(head: Vec<u8>) -> Self {
        Self { head, ..Self::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_empty()
    }

    /// How much was printed, whether it is kept or not.
    pub(crate) fn length(&self) -> u64 {
        self.head.len() as u64 + self.cut + self.tail.len() as u64
    }

    /// This, and what was printed after it.
    pub(crate) fn followed_by(self, later: Self) -> Self {
        if self.is_empty() {
            return later;
        }
        let length = self.length() + later.length();
        let (whole, whole_later) = (self.cut == 0, later.cut == 0);
        let tail = match (whole_later, whole) {
            (false, _) => later.tail,
            (true, true) => [&*self.head, &*later.head].concat(),
            (true, false) => [&*self.tail, &*later.head].concat(),
        };
        let head = if whole { [&*self.head, &*later.head].concat() } else { self.head };
        if length <= KEPT { Self::whole(head) } else { Self::cut(head, tail, length) }
    }

    /// Of what is of this length, half of what is kept from its beginning and half from its end: whole lines, where there
    /// are any. Half a secret would not be known as one.
    pub(crate) fn cut(mut head: Vec<u8>, mut tail: Vec<u8>, length: u64) -> Self {
        let half = (KEPT / 2) as usize;
        head.truncate(half);
        head.truncate(head.iter().rposition(|byte| *byte == b'\n').map_or(head.len(), |at| at + 1));
        tail.drain(..tail.len().saturating_sub(half));
        if tail.len() == half {
            tail.drain(..tail.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1));
        }
        Self { cut: length - (head.len() + tail.len()) as u64, head, tail }
    }

    /// As text, with a note where something was left out.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.head).into_owned();
        if self.cut > 0 {
            text.push_str(&format!("\n[… {} bytes left out …]\n", self.cut));
            text.push_str(&String::from_utf8_lossy(&self.tail));
        }
        text
    }
}

#[cfg(test)]
impl From<&str> for Captured {
    fn from(text: &str) -> Self {
        Self::whole(text.into())
    }
}
