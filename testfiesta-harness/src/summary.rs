//! What became of the outcomes: the line that adds up, and why where something is missing.

use std::path::PathBuf;

/// What became of the results of one process.
///
/// A test with two case ids has two results. `executed = confirmed + queued + unmapped + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Results of tests that ran or were skipped.
    pub executed: u64,
    /// Results that the service said it holds.
    pub confirmed: u64,
    /// Results whose id the service does not know, each with test, id and reason.
    pub unmapped: Vec<String>,
    /// Results that the service refused, each with test, id and reason.
    pub rejected: Vec<String>,
    /// Why the rest was not delivered.
    pub trouble: Option<String>,
    /// The run's page.
    pub link: Option<String>,
    /// Where the rest is kept.
    pub journal: PathBuf,
}

/// How many refused results are named before the rest is only counted.
const NAMED: usize = 10;

impl Summary {
    /// Results that are in the journal and nowhere else.
    pub fn queued(&self) -> u64 {
        self.executed.saturating_sub(self.confirmed + self.unmapped.len() as u64 + self.rejected.len() as u64)
    }

    /// Whether the service holds everything.
    pub fn is_complete(&self) -> bool {
        self.confirmed == self.executed
    }

    /// The lines to print when the tests are over.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "{} executed = {} confirmed + {} queued + {} unmapped + {} rejected{}",
            self.executed,
            self.confirmed,
            self.queued(),
            self.unmapped.len(),
            self.rejected.len(),
            self.link.as_ref().map(|link| format!(" · {link}")).unwrap_or_default(),
        )];
        for (what, results) in [("unmapped", &self.unmapped), ("rejected", &self.rejected)] {
            lines.extend(results.iter().take(NAMED).map(|result| format!("{what}: {result}")));
            if results.len() > NAMED {
                lines.push(format!("{what}: and {} more", results.len() - NAMED));
            }
        }
        if self.queued() > 0 {
            lines.push(format!(
                "{} queued, because {}; kept in {}, deliver with `cargo testfiesta resend`",
                self.queued(),
                self.trouble.as_deref().unwrap_or("the deadline came first (TESTFIESTA_DEADLINE)"),
                self.journal.display(),
            ));
        } else if let Some(trouble) = &self.trouble {
            lines.push(format!("note: {trouble}"));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_adds_up() {
        let summary = Summary {
            executed: 7,
            confirmed: 3,
            unmapped: vec!["adds (TC-9): no such case".into()],
            rejected: vec!["pays (TC-8): too long".into()],
            ..Summary::default()
        };
        assert_eq!(summary.lines()[0], "7 executed = 3 confirmed + 2 queued + 1 unmapped + 1 rejected");
    }

    #[test]
    fn what_is_queued_says_why_and_where() {
        let summary = Summary {
            executed: 2,
            trouble: Some("the service is down".into()),
            journal: "j".into(),
            ..Summary::default()
        };
        let expected =
            "2 queued, because the service is down; kept in j, deliver with `cargo testfiesta resend`";
        assert_eq!(summary.lines()[1], expected);
    }

    #[test]
    fn a_complete_delivery_is_one_line() {
        let summary =
            Summary { executed: 2, confirmed: 2, link: Some("http://x/1".into()), ..Summary::default() };
        assert_eq!(
            summary.lines(),
            ["2 executed = 2 confirmed + 0 queued + 0 unmapped + 0 rejected · http://x/1"]
        );
    }

    #[test]
    fn many_refused_results_are_counted() {
        let summary = Summary { executed: 30, rejected: vec!["x".into(); 30], ..Summary::default() };
        assert_eq!(summary.lines().last().map(String::as_str), Some("rejected: and 20 more"));
    }
}
