//! What became of one case: the outcomes of its tests, the worst of which counts (contract, sections 9 and 10).

use serde::{Deserialize, Serialize};

use crate::provider::{TestResult, Verdict};

/// How a test of a case ended. The worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Passed,
    /// Passed, after it had failed.
    Flaky,
    Skipped,
    Failed,
    TimedOut,
    Crashed,
}

impl Kind {
    pub(super) const ALL: [Self; 6] =
        [Self::Passed, Self::Flaky, Self::Skipped, Self::Failed, Self::TimedOut, Self::Crashed];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Flaky => "flaky",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Crashed => "crashed",
        }
    }

    /// The service's name for it, where no other is set.
    pub(super) const fn default_status(self) -> &'static str {
        match self {
            Self::Passed | Self::Flaky => "Passed",
            Self::Skipped => "Skipped",
            Self::Failed | Self::TimedOut | Self::Crashed => "Failed",
        }
    }

    fn of(result: &TestResult) -> Self {
        match result.verdict {
            Verdict::Passed if !result.earlier.is_empty() => Self::Flaky,
            Verdict::Passed => Self::Passed,
            Verdict::Skipped => Self::Skipped,
            Verdict::Failed => Self::Failed,
            Verdict::TimedOut => Self::TimedOut,
            Verdict::Crashed => Self::Crashed,
        }
    }
}

/// How one test ended: what is told of it, and what it printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// That of the test's result.
    pub(super) external_id: String,
    pub(super) kind: Kind,
    /// Lines that say how, where and why.
    pub(super) told: String,
    /// What it printed, if it failed; as much of its end as a description holds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) printed: String,
}

impl Outcome {
    pub(super) fn of(result: &TestResult) -> Self {
        let kind = Kind::of(result);
        let word = match kind {
            Kind::Passed => "Passed",
            Kind::Flaky => "Flaky, passed at last",
            Kind::Skipped => "Skipped",
            Kind::Failed => "Failed",
            Kind::TimedOut => "Timed out",
            Kind::Crashed => "Crashed",
        };
        let mut told = format!("{word} after {:.3} s: {}", result.duration.as_secs_f64(), result.test);
        let mut line = |text: String| {
            told.push('\n');
            told += &text;
        };
        if let Some(message) = &result.message {
            line(message.clone());
        }
        if let Some(place) = &result.failed_at {
            line(format!("at {place}"));
        }
        for (name, text) in &result.reasons {
            line(format!("{name}: {text}"));
        }
        line(format!("test of {} in {}", result.package, result.location));
        if let Some(variant) = &result.variant {
            line(format!("on {variant}"));
        }
        for (at, earlier) in result.earlier.iter().enumerate() {
            line(format!("attempt {}: {}", at + 1, earlier.reason));
        }
        // The end is what is kept: the last attempt's.
        let mut printed = Vec::new();
        for (at, earlier) in result.earlier.iter().enumerate().filter(|(_, it)| !it.printed.is_empty()) {
            printed.push(format!("attempt {}, {}", at + 1, earlier.printed));
        }
        let streams =
            [("stdout", &result.stdout), ("stderr", &result.stderr), ("backtrace", &result.backtrace)];
        for (name, text) in streams {
            if let Some(text) = text {
                printed.push(format!("{name}:\n{}", text.trim_end()));
            }
        }
        Self { external_id: result.external_id.clone(), kind, told, printed: end(printed.join("\n")) }
    }
}

/// How many bytes of what a test printed are kept: more than any description holds.
const LONGEST_PRINTED: usize = 16 * 1024;

fn end(text: String) -> String {
    let start = text.len().saturating_sub(LONGEST_PRINTED);
    let start = (start..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    if start == 0 { text } else { text[start..].to_owned() }
}

/// The kind that counts.
pub(super) fn worst(outcomes: &[Outcome]) -> Kind {
    outcomes.iter().map(|outcome| outcome.kind).max().unwrap_or(Kind::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{CaseKey, FailedAttempt};

    #[test]
    fn what_the_last_attempt_printed_comes_last() {
        let earlier =
            vec![FailedAttempt { reason: "not yet".to_owned(), printed: "stdout:\nfirst".to_owned() }];
        let result = TestResult {
            earlier,
            stdout: Some("second\n".to_owned()),
            ..TestResult::passed("key/a".to_owned(), CaseKey::Id("WEB-1".to_owned()), "a".into())
        };
        let outcome = Outcome::of(&result);
        assert!(outcome.told.ends_with("attempt 1: not yet"), "{}", outcome.told);
        assert_eq!(outcome.printed, "attempt 1, stdout:\nfirst\nstdout:\nsecond");
    }
}
