//! The end of a process's part: what became of its outcomes, in the line that adds up.

use std::{io, path::Path, sync::atomic::Ordering, time::Duration};

use super::{Session, under_subcommand};
#[cfg(feature = "http")]
use crate::reporter::Ending;
use crate::{
    journal,
    lock::locked,
    nextest,
    run_file::RunFile,
    run_key::{Scope, cargo_invocation},
    say::say,
    settings::{RunClose, Service},
    summary::{Attachments, Counts, Destination, NAMED, Summary},
};

/// How long a process that ends waits for room for what nobody else has.
const PATIENCE: Duration = Duration::from_secs(1);

impl Session {
    /// Waits for the service as long as the deadline allows, says what became of the outcomes, and answers whether
    /// the service holds all of them. It is said once: who asks meanwhile or later waits for the same answer.
    pub(crate) fn finish(&self) -> bool {
        // Whoever is interrupted may be about it already, on another thread.
        *self.finished.get_or_init(|| self.conclude())
    }

    fn conclude(&self) -> bool {
        self.journal.end();
        if self.is_orphaned() {
            self.interrupted();
        }
        self.say_flaky();
        let mut summary = self.summary();
        let is_complete = summary.is_complete();
        let unwritten = self.journal.settle(if is_complete { Duration::ZERO } else { PATIENCE });
        match (unwritten, self.journal.trouble()) {
            (Some(_), Some(trouble)) if is_complete => {
                say(&format!("the journal could not be written, but every outcome is confirmed: {trouble}"));
            }
            (unwritten, _) => summary.unread.extend(unwritten),
        }
        if under_subcommand() {
            summary.gaps().iter().for_each(|line| say(line));
        } else {
            match self.settings.service {
                Service::None => self.say_local(&summary),
                _ => {
                    summary.lines().iter().for_each(|line| say(line));
                    self.say_interrupted();
                }
            }
            if let Some(Err(error)) =
                self.settings.summary.as_ref().map(|path| self.write_summary(&summary, path))
            {
                say(&format!("the summary could not be written (TESTFIESTA_SUMMARY): {error}"));
            }
        }
        self.journal.leave();
        if !under_subcommand() {
            // What cannot be cleared away is in nobody's way.
            let _ = journal::clear_delivered(&self.settings);
        }
        is_complete
    }

    /// Notes, where all processes of the run see it, that tests were ended before they were over.
    pub(crate) fn interrupted(&self) {
        // Should this fail, what finished is all that is known of the run.
        let _ = self.run_file().update(|record| record.interrupted = true);
    }

    /// Notes, where all processes of the run see it, that this process failed, though no test of it did.
    pub(crate) fn failed(&self) {
        self.ended_badly.store(true, Ordering::Relaxed);
        // Should this fail, this process knows.
        let _ = self.run_file().update(|record| record.failed = true);
    }

    /// Whether the cargo is gone that would have started the next test binary.
    fn is_orphaned(&self) -> bool {
        self.scope == Scope::CargoInvocation && cargo_invocation().as_ref() != Some(&self.started.run_key)
    }

    fn say_interrupted(&self) {
        if self.settings.run_close != RunClose::Never
            && let Ok(record) = self.run_file().read()
            && let Some(line) = record.says_interrupted(&self.started.run_key)
        {
            say(&line);
        }
    }

    fn run_file(&self) -> RunFile {
        RunFile::new(&self.settings.directory, &self.started.run_key)
    }

    /// To libtest's lines they are `ok`.
    fn say_flaky(&self) {
        let flaky = locked(&self.flaky);
        flaky.iter().take(NAMED).for_each(|test| say(&format!("flaky: {test}")));
        if flaky.len() > NAMED {
            say(&format!("flaky: and {} more", flaky.len() - NAMED));
        }
    }

    fn summary(&self) -> Summary {
        let summary = Summary {
            executed: self.next_seq.load(Ordering::Relaxed),
            outcomes: *self.outcomes(),
            destinations: Vec::new(),
            journal: self.journal.path().to_owned(),
            unread: Vec::new(),
            unended: Vec::new(),
        };
        #[cfg(feature = "http")]
        if let Some(reporter) = &self.reporter {
            // Only who knows that no other process follows may end the run for good.
            let ending = Ending { failed: self.has_failed(), may_be_ended: self.scope.may_be_ended() };
            let mut destinations = reporter.finish(ending);
            for destination in &mut destinations {
                // A list that cannot be read says nothing.
                let _ = destination.count_attachments(self.journal.path());
            }
            return Summary { destinations, ..summary };
        }
        let trouble = match &self.settings.service {
            Service::Unusable(problems) => Some(problems.join("; ")),
            Service::Ready(_) if cfg!(not(feature = "http")) => {
                Some("this build cannot send: the feature `http` of `testfiesta` is off".to_owned())
            }
            Service::Ready(_) | Service::None => self.trouble.clone(),
        };
        let mut nowhere = Destination::unreachable(trouble);
        nowhere.attachments = Some(Attachments::default());
        // A list that cannot be read says nothing.
        let _ = nowhere.count_attachments(self.journal.path());
        Summary { destinations: vec![nowhere], ..summary }
    }

    /// Writes what became of all results of the run, as far as its processes have come to an end.
    fn write_summary(&self, summary: &Summary, path: &Path) -> io::Result<()> {
        // Some died, perhaps, and nobody looked after them yet. What cannot be counted now is counted by the next.
        let _ = journal::attribute_crashes(&self.settings.directory);
        if let Some(previous) = &self.previous {
            journal::uncount(&previous.journal)?;
        }
        let own = Counts::from(summary);
        let record = self.run_file().update(|record| record.counts.add(&own));
        record.map_or(own, |record| record.total()).write(path, &self.started.run_key)
    }

    /// Says, once, that outcomes wait for room, where nobody knows when this process ends.
    pub(crate) fn say_what_waits(&self) {
        if let Some(trouble) = self.journal.waits() {
            self.said_what_waits.get_or_init(|| {
                say(&format!(
                    "outcomes cannot be written, and those for which no room is found before this process ends are lost: \
                     {trouble}"
                ));
            });
        }
    }

    fn say_local(&self, summary: &Summary) {
        summary.gaps().iter().for_each(|line| say(line));
        // Under nextest every test is a process, and stderr is shown where a test failed: not the place for this.
        if self.scope == Scope::Shared && nextest::is_here() {
            return;
        }
        let kept = if summary.unread.is_empty() { "kept" } else { "not all of them kept" };
        say(&format!(
            "{} executed, {kept} in {} (no service is configured); see them with `cargo testfiesta serve`",
            summary.executed,
            self.journal.path().display()
        ));
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, thread};

    use super::*;
    use crate::{
        case::Case,
        registry::Test,
        settings::{Settings, Sources},
        target::{Target, TargetKind},
    };

    static CASE: Case = Case::EXAMPLE;

    #[test]
    fn a_session_that_two_threads_finish_is_counted_once() {
        let directory = tempfile::tempdir().expect("a directory");
        let summary = directory.path().join("summary.json");
        let mut settings = Settings::from_sources(Sources::empty());
        settings.directory = directory.path().to_owned();
        settings.service = Service::None;
        settings.summary = Some(summary.clone());
        let session = Session::record_only(
            Target { crate_name: "cart", package: "webshop", version: "1.0.0", kind: TargetKind::Test },
            settings,
        );
        session.skip(&Test::new(0, &CASE, "cart"));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| session.finish());
            }
        });
        let written: serde_json::Value =
            serde_json::from_slice(&fs::read(summary).expect("a summary")).expect("JSON");
        assert_eq!(written["executed"], 1);
    }
}
