//! How one test ended. The one value that is printed, journaled and reported.

use serde::{Deserialize, Serialize};

/// How one test ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It did what it promised.
    Passed,
    /// It panicked, returned an error, or did not panic as it should have.
    Failed(Failure),
    /// It did not run.
    Skipped {
        /// As written in `#[ignore = "…"]`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It was stopped at its time limit.
    TimedOut(Failure),
    /// It took its process with it.
    Crashed(Failure),
}

/// Why a test did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The panic's message or the returned error, as a person should read it.
    pub message: String,
    /// Where it panicked, as `file:line:column`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The stack, when `RUST_BACKTRACE` asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backtrace: Option<String>,
}

impl Failure {
    /// A failure that is not tied to a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), location: None, backtrace: None }
    }

    /// As the console shows it below the test's name.
    pub fn rendered(&self) -> String {
        let mut text = match &self.location {
            Some(location) => format!("panicked at {location}:\n{}", self.message),
            None => self.message.clone(),
        };
        if let Some(backtrace) = &self.backtrace {
            text.push_str("\nstack backtrace:\n");
            text.push_str(backtrace);
        }
        text
    }
}

impl Outcome {
    /// Whether this outcome fails the test binary.
    pub fn is_failure(&self) -> bool {
        self.failure().is_some()
    }

    /// The same, to be changed.
    pub(crate) fn failure_mut(&mut self) -> Option<&mut Failure> {
        match self {
            Self::Failed(failure) | Self::TimedOut(failure) | Self::Crashed(failure) => Some(failure),
            Self::Passed | Self::Skipped { .. } => None,
        }
    }

    /// Why the test did not pass, if it did not.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) | Self::TimedOut(failure) | Self::Crashed(failure) => Some(failure),
            Self::Passed | Self::Skipped { .. } => None,
        }
    }
}
