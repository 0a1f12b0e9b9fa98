//! What became of the outcomes: the line that adds up, and why where something is missing.

mod attachments;
mod counts;
mod outcomes;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{event::BatchAcknowledged, journal::service_of};

pub use attachments::Attachments;
pub use counts::Counts;
pub use outcomes::Outcomes;

/// What became of results: those of one process, or of a whole run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Results of tests that ran or were skipped. A test with two case ids has two.
    pub executed: u64,
    /// How the tests ended.
    pub outcomes: Outcomes,
    /// What became of them at each destination; one without a name where none could be reached at all.
    pub destinations: Vec<Destination>,
    /// Where they are kept.
    pub journal: PathBuf,
    /// Journals that could not be read, or not whole, or not written whole, each with the reason: what else there is or was
    /// is not counted.
    pub unread: Vec<String>,
    /// Journals of processes that are gone and did not say that they came to their end, each with what that means.
    pub unended: Vec<String>,
}

/// What became of results at one destination: `executed = confirmed + queued + unmapped + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destination {
    /// The service's name, address and project.
    pub name: String,
    /// Results that are not meant for it.
    pub elsewhere: u64,
    /// Results that the service said it holds.
    pub confirmed: u64,
    /// Results whose id the service does not know, each with test, id and reason.
    pub unmapped: Vec<String>,
    /// Results that the service refused, each with test, id and reason.
    pub rejected: Vec<String>,
    /// What became of what was attached; nothing where that is not brought there.
    pub attachments: Option<Attachments>,
    /// Why the rest was not delivered.
    pub trouble: Option<String>,
    /// Whether that is because nobody answered.
    pub is_silent: bool,
    /// What else people should know of how results get there.
    pub note: Option<String>,
    /// The run.
    pub run: Option<RunLink>,
}

/// A run in a service, for those who look for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLink {
    /// As the service names it.
    pub id: String,
    /// What it was created under.
    pub key: String,
    /// Its page.
    pub url: Option<String>,
}

#[cfg(feature = "http")]
impl From<testfiesta_client::provider::Run> for RunLink {
    fn from(run: testfiesta_client::provider::Run) -> Self {
        Self { id: run.id, key: run.key, url: run.url }
    }
}

/// How many refused results are named before the rest is only counted.
pub(crate) const NAMED: usize = 10;

/// Why results are queued where nothing kept them from being delivered: whoever delivers while tests run reads the journals
/// once more to sum them up, and finds what was written since.
const MEANWHILE: &str = "they were written while others were delivered, or later";

impl Summary {
    /// Whether no test ran, as far as anything is known.
    pub fn is_empty(&self) -> bool {
        self.executed == 0 && self.gaps().is_empty()
    }

    /// Whether every destination holds everything, as far as everything is known.
    pub fn is_complete(&self) -> bool {
        self.unread.is_empty()
            && self.unended.is_empty()
            && self
                .destinations
                .iter()
                .all(|destination| destination.confirmed + destination.elsewhere == self.executed)
    }

    /// Whether everything that was written is known, and every destination has answered for it.
    pub fn is_settled(&self) -> bool {
        self.unread.is_empty() && self.queued() == 0
    }

    /// Whether attachments are still to be sent to any destination.
    pub fn awaits_files(&self) -> bool {
        self.destinations.iter().any(Destination::awaits_files)
    }

    /// Results that are in the journal, and that at least one destination has not answered for.
    pub fn queued(&self) -> u64 {
        let queued = self.destinations.iter().map(|destination| destination.queued(self.executed));
        queued.max().unwrap_or(0)
    }

    /// The lines to print when the tests are over.
    pub fn lines(&self) -> Vec<String> {
        let several = self.destinations.len() > 1;
        let mut lines = Vec::new();
        for destination in &self.destinations {
            let prefix = if several { format!("{}: ", destination.service()) } else { String::new() };
            for line in self.lines_of(destination) {
                lines.push(format!("{prefix}{line}"));
            }
        }
        lines.extend(self.gaps());
        lines
    }

    /// Of these, those that say what is not known of the run.
    pub fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        for journal in self.unread.iter().chain(&self.unended) {
            gaps.push(format!("not all of this run is known: {journal}"));
        }
        gaps
    }

    fn lines_of(&self, destination: &Destination) -> Vec<String> {
        let queued = destination.queued(self.executed);
        // A service that names no page for a run is looked through by the run's id.
        let link =
            destination.run.as_ref().map(|run| run.url.clone().unwrap_or_else(|| format!("run {}", run.id)));
        let link = link.map(|link| format!(" · {link}")).unwrap_or_default();
        let mut lines = vec![destination.sum(self.executed) + &link];
        for (what, results) in [("unmapped", &destination.unmapped), ("rejected", &destination.rejected)] {
            lines.extend(results.iter().take(NAMED).map(|result| format!("{what}: {result}")));
            if results.len() > NAMED {
                lines.push(format!("{what}: and {} more", results.len() - NAMED));
            }
        }
        if let Some(attachments) = &destination.attachments {
            lines.extend(attachments.lines());
        }
        if queued > 0 {
            lines.push(format!(
                "{queued} queued, because {}; kept in {}, deliver with `cargo testfiesta resend`",
                destination.trouble.as_deref().unwrap_or(MEANWHILE),
                self.journal.display(),
            ));
        } else if let Some(line) = destination.queued_attachments() {
            lines.push(line);
        } else if let Some(trouble) = &destination.trouble {
            lines.push(format!("note: {trouble}"));
        }
        lines.extend(destination.note.as_ref().map(|note| format!("note: {note}")));
        lines
    }
}

impl Destination {
    /// None that can be reached, for this reason.
    pub fn unreachable(trouble: Option<String>) -> Self {
        Self { trouble, ..Self::default() }
    }

    /// Results out of `executed` that the service has not answered for: they are in the journal and not here.
    pub fn queued(&self, executed: u64) -> u64 {
        let answered = self.confirmed + self.unmapped.len() as u64 + self.rejected.len() as u64;
        executed.saturating_sub(self.elsewhere + answered)
    }

    /// The line that adds up: what became of those of a run's `executed` results that are meant for it.
    pub fn sum(&self, executed: u64) -> String {
        let Self { confirmed, unmapped, rejected, .. } = self;
        let (queued, unmapped, rejected) = (self.queued(executed), unmapped.len(), rejected.len());
        let executed = executed.saturating_sub(self.elsewhere);
        format!(
            "{executed} executed = {confirmed} confirmed + {queued} queued + {unmapped} unmapped + {rejected} rejected"
        )
    }

    /// Whether attachments are queued.
    pub(crate) fn awaits_files(&self) -> bool {
        self.attachments.as_ref().is_some_and(|attachments| attachments.queued > 0)
    }

    /// Why attachments are queued, if any are.
    fn queued_attachments(&self) -> Option<String> {
        self.attachments.as_ref()?.queued_line(self.trouble.as_deref())
    }

    /// The service's name.
    pub fn service(&self) -> &str {
        service_of(&self.name)
    }

    /// Counts what the service answered.
    pub fn add(&mut self, batch: BatchAcknowledged) {
        self.confirmed += batch.confirmed.len() as u64;
        self.unmapped.extend(batch.unmapped.into_iter().map(|(_, reason)| reason));
        self.rejected.extend(batch.rejected.into_iter().map(|(_, reason)| reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(executed: u64, destination: Destination) -> Summary {
        Summary { executed, destinations: vec![destination], journal: "j".into(), ..Summary::default() }
    }

    #[test]
    fn the_line_adds_up() {
        let summary = summary(
            7,
            Destination {
                confirmed: 3,
                unmapped: vec!["adds (TC-9): no such case".into()],
                rejected: vec!["pays (TC-8): too long".into()],
                ..Destination::default()
            },
        );
        assert_eq!(summary.lines()[0], "7 executed = 3 confirmed + 2 queued + 1 unmapped + 1 rejected");
    }

    #[test]
    fn what_is_queued_says_why_and_where() {
        let trouble = Some("the service is down".into());
        let summary = summary(2, Destination { trouble, ..Destination::default() });
        let expected =
            "2 queued, because the service is down; kept in j, deliver with `cargo testfiesta resend`";
        assert_eq!(summary.lines()[1], expected);
    }

    #[test]
    fn where_nothing_went_wrong_no_deadline_is_blamed() {
        let line = summary(2, Destination::default()).lines().swap_remove(1);
        assert!(
            line.starts_with("2 queued, because they were written while others were delivered"),
            "{line}"
        );
    }

    #[test]
    fn a_complete_delivery_is_one_line() {
        let run = RunLink { id: "1".into(), key: "key".into(), url: Some("http://x/1".into()) };
        let summary = summary(2, Destination { confirmed: 2, run: Some(run), ..Destination::default() });
        assert_eq!(
            summary.lines(),
            ["2 executed = 2 confirmed + 0 queued + 0 unmapped + 0 rejected · http://x/1"]
        );
    }

    #[test]
    fn many_refused_results_are_counted() {
        let summary = summary(30, Destination { rejected: vec!["x".into(); 30], ..Destination::default() });
        assert_eq!(summary.lines().last().map(String::as_str), Some("rejected: and 20 more"));
    }

    #[test]
    fn a_journal_that_could_not_be_read_is_named_and_nothing_is_complete() {
        let unread = vec!["a/b.jsonl: line 3 is damaged".to_owned()];
        let summary =
            Summary { unread, ..summary(2, Destination { confirmed: 2, ..Destination::default() }) };
        assert_eq!(summary.lines()[1], "not all of this run is known: a/b.jsonl: line 3 is damaged");
        assert_eq!((summary.is_complete(), summary.is_settled()), (false, false));
    }

    #[test]
    fn each_of_several_destinations_has_its_line() {
        let destination = |name: &str, confirmed| Destination {
            name: format!("{name} https://x PR"),
            confirmed,
            ..Destination::default()
        };
        let destinations = vec![destination("testfiesta", 2), destination("testsigma", 1)];
        let summary = Summary { executed: 2, destinations, ..Summary::default() };
        let lines = summary.lines();
        assert!(lines[0].starts_with("testfiesta: 2 executed = 2 confirmed + 0 queued"), "{lines:?}");
        assert!(lines[1].starts_with("testsigma: 2 executed = 1 confirmed + 1 queued"), "{lines:?}");
        assert_eq!((summary.queued(), summary.is_complete()), (1, false));
    }
}
