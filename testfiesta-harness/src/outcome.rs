//! How one test ended. The one value that is printed, journaled and reported.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::backtrace;

/// How one test ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", from = "Written")]
#[non_exhaustive]
pub enum Outcome {
    /// The test passed.
    Passed,
    /// It panicked, returned an error, or did not panic as it should have.
    Failed(Failure),
    /// It did not run.
    Skipped {
        /// As written in `#[ignore = "…"]`.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It was stopped at its time limit.
    TimedOut(Failure),
    /// It took its process with it.
    Crashed(Failure),
}

/// Why a test did not pass.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The panic's message or the returned error, as a person should read it.
    pub message: String,
    /// Where it panicked, as `file:line:column`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The stack, when `RUST_BACKTRACE` asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backtrace: Option<String>,
    /// The thread that panicked, if it was not the test's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// The left side of an assertion that compares two values, in its `Debug` form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
    /// The right side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<String>,
    /// The failure and what caused it, a sentence each, outermost first: a returned error and its sources, or a panic
    /// and those of other threads that it passed on. Empty where nothing is known beyond the message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<String>,
}

/// A panic of a thread that the test started and that it did not fail of: the thread was never joined, or what it left
/// behind was let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrayPanic {
    /// The thread's name.
    pub thread: String,
    /// The panic's message.
    pub message: String,
    /// Where it panicked, as `file:line:column`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// An [`Outcome`] as it is written, with the fields of every kind: serde's own way from a tag to its kind keeps all of them
/// in a form of its own, whose code is large.
#[derive(Deserialize)]
struct Written {
    kind: Kind,
    reason: Option<String>,
    #[serde(default)]
    message: String,
    location: Option<String>,
    backtrace: Option<String>,
    thread: Option<String>,
    left: Option<String>,
    right: Option<String>,
    #[serde(default)]
    chain: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Passed,
    Failed,
    Skipped,
    TimedOut,
    Crashed,
}

impl From<Written> for Outcome {
    fn from(written: Written) -> Self {
        let Written { kind, reason, message, location, backtrace, thread, left, right, chain } = written;
        let failure = Failure { message, location, backtrace, thread, left, right, chain };
        match kind {
            Kind::Passed => Self::Passed,
            Kind::Failed => Self::Failed(failure),
            Kind::Skipped => Self::Skipped { reason },
            Kind::TimedOut => Self::TimedOut(failure),
            Kind::Crashed => Self::Crashed(failure),
        }
    }
}

impl fmt::Display for StrayPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thread '{}' panicked", self.thread)?;
        if let Some(location) = &self.location {
            write!(f, " at {location}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Failure {
    /// A failure that is not tied to a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// Of a test that did not come to its end by itself, and had panicked before: followed by that, if it is anything.
    pub(crate) fn after(mut self, panics: &str) -> Self {
        if !panics.is_empty() {
            self.message += &format!("\n\n{panics}");
        }
        self
    }

    /// How long its texts are together, in bytes.
    #[cfg(feature = "http")]
    pub(crate) fn bytes(&self) -> usize {
        let Self { message, location, backtrace, thread, left, right, chain } = self;
        let mut bytes = message.len();
        for text in [location, backtrace, thread, left, right] {
            bytes += text.as_ref().map_or(0, String::len);
        }
        for text in chain {
            bytes += text.len();
        }
        bytes
    }

    /// Every text in it, to be changed.
    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        let Self { message, location, backtrace, thread, left, right, chain } = self;
        let mut texts = vec![message];
        for text in [location, backtrace, thread, left, right] {
            texts.extend(text);
        }
        texts.extend(chain);
        texts
    }

    /// As the console shows it below the test's name.
    pub fn rendered(&self) -> String {
        let mut text = match &self.location {
            Some(location) => format!("panicked at {location}:\n{}", self.message),
            None => self.message.clone(),
        };
        if let Some(backtrace) = &self.backtrace {
            text.push_str(&backtrace::shown(backtrace));
        }
        text
    }
}

impl Outcome {
    /// Whether this outcome fails the test binary.
    pub fn is_failure(&self) -> bool {
        self.failure().is_some()
    }

    /// Why the test did not pass, if it did not.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) | Self::TimedOut(failure) | Self::Crashed(failure) => Some(failure),
            Self::Passed | Self::Skipped { .. } => None,
        }
    }

    /// The same, to be changed.
    pub(crate) fn failure_mut(&mut self) -> Option<&mut Failure> {
        match self {
            Self::Failed(failure) | Self::TimedOut(failure) | Self::Crashed(failure) => Some(failure),
            Self::Passed | Self::Skipped { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_read_as_it_was_written() {
        let failure = Failure {
            location: Some("tests/cart.rs:3:4".to_owned()),
            backtrace: Some("0: adds".to_owned()),
            thread: Some("courier".to_owned()),
            left: Some("2".to_owned()),
            right: Some("3".to_owned()),
            chain: vec!["left != right".to_owned()],
            ..Failure::new("left != right")
        };
        for outcome in [
            Outcome::Passed,
            Outcome::Failed(failure.clone()),
            Outcome::Skipped { reason: None },
            Outcome::Skipped { reason: Some("slow".to_owned()) },
            Outcome::TimedOut(Failure::new("")),
            Outcome::Crashed(failure),
        ] {
            let written = serde_json::to_vec(&outcome).expect("JSON");
            assert_eq!(serde_json::from_slice::<Outcome>(&written).expect("an outcome"), outcome);
        }
    }
}
