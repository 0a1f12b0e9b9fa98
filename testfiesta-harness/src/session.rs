//! What is done with outcomes: the journal first, then the reporter, at the end the line that adds up.

use std::{
    borrow::Cow,
    env, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use once_cell::sync::OnceCell;
#[cfg(feature = "http")]
use testfiesta_client::provider::Provider;

#[cfg(feature = "http")]
use crate::reporter::{Ending, Plan, Reporter, aims, providers};
use crate::{
    attachments,
    attempts::{self, Previous},
    case::Details,
    case_ids,
    event::{CaseFinished, EarlierAttempt, Event, PrintedOutput, micros, millis, now},
    execution::{Attempt, Output},
    facts::{RunFacts, Subject},
    journal::{self, Journal},
    lock::locked,
    outcome::Outcome,
    panics,
    registry::Test,
    run_file::{Aim, RunFile},
    run_key::{self, RunKey, Scope},
    scrub::Scrubber,
    settings::{CaseMatch, Service, Settings},
    summary::{Attachments, Counts, Destination, Outcomes, Summary},
    target::Target,
};

/// Set by `cargo testfiesta` for the processes that it starts.
pub const UNDER_SUBCOMMAND: &str = "TESTFIESTA_UNDER_SUBCOMMAND";

/// How long a process that ends waits for room for what nobody else has.
const PATIENCE: Duration = Duration::from_secs(1);

/// One process's part in a run, from its first test to the line that adds up.
pub(crate) struct Session {
    settings: Settings,
    scrubber: Arc<Scrubber>,
    key: RunKey,
    journal: Arc<Journal>,
    next_seq: AtomicU64,
    outcomes: Mutex<Outcomes>,
    /// What came of this process's one test before, where nextest tries it again.
    previous: Option<Previous>,
    #[cfg(feature = "http")]
    reporter: Option<Reporter>,
    /// What kept the reporter from starting.
    trouble: Option<String>,
    /// Whether the service holds all outcomes, once it is known what became of them.
    finished: OnceCell<bool>,
    said_what_waits: OnceCell<()>,
}

impl Session {
    /// Opens the journal and begins to report. `tests` are the ones that were selected. Under `cargo testfiesta` there
    /// is one sender, and this is not it.
    pub(crate) fn start(target: Target, settings: Settings, tests: &[Test]) -> Self {
        #[cfg(feature = "http")]
        {
            let providers = if under_subcommand() { Ok(Vec::new()) } else { providers(&settings) };
            let (providers, trouble) = match providers {
                Ok(providers) => (providers, None),
                Err(trouble) => (Vec::new(), Some(trouble)),
            };
            let aims = aims(&settings, &providers);
            let mut session = Self::open(target, settings, aims, tests);
            session.trouble = trouble.or(session.trouble);
            session.report(target, tests, providers);
            session
        }
        #[cfg(not(feature = "http"))]
        Self::open(target, settings, Vec::new(), tests)
    }

    /// Opens the journal; nothing is sent from this process.
    pub(crate) fn record_only(target: Target, settings: Settings) -> Self {
        Self::open(target, settings, Vec::new(), &[])
    }

    fn open(target: Target, settings: Settings, aims: Vec<Aim>, tests: &[Test]) -> Self {
        let scrubber = Arc::new(Scrubber::new(settings.tokens()));
        panics::hide(Arc::clone(&scrubber));
        let key = run_key::detect(&settings);
        let journal = Arc::new(Journal::open(&settings.directory, &key.text, attempts::mark().as_deref()));
        attachments::keep_beside(journal.path());
        let case_ids = match settings.case_match {
            CaseMatch::ExternalId => Vec::new(),
            CaseMatch::Uid => case_ids(tests).into_iter().map(Cow::Borrowed).collect(),
        };
        journal.begin(&key.text, target.package, target.label(), case_ids);
        let previous = Previous::find(&settings.directory, journal.path());
        let run_file = RunFile::new(&settings.directory, &key.text);
        let mut begun = run_file.begin(aims, || facts(target, &settings));
        if let Some(path) = settings.summary.as_ref().filter(|_| !under_subcommand()) {
            begun = begun.and(run_file.update(|record| record.summary = Some(path.clone())).map(drop));
        }
        let trouble = begun.err().map(|error| {
            format!("the run's file in {} cannot be written: {error}", settings.directory.display())
        });
        Self {
            scrubber,
            settings,
            key,
            journal,
            next_seq: AtomicU64::new(0),
            outcomes: Mutex::default(),
            previous,
            #[cfg(feature = "http")]
            reporter: None,
            trouble,
            finished: OnceCell::new(),
            said_what_waits: OnceCell::new(),
        }
    }

    #[cfg(feature = "http")]
    fn report(&mut self, target: Target, tests: &[Test], providers: Vec<Box<dyn Provider>>) {
        if providers.is_empty() {
            return;
        }
        let wanted: &[Test] =
            if providers.iter().any(|provider| provider.needs_case_ids()) { tests } else { &[] };
        let plan = Plan {
            settings: &self.settings,
            providers,
            key: &self.key,
            journal: Arc::clone(&self.journal),
            target: target.label(),
            case_ids: case_ids(wanted).into_iter().map(str::to_owned).collect(),
        };
        match Reporter::start(plan) {
            Ok(reporter) => self.reporter = Some(reporter),
            Err(trouble) => self.trouble = Some(trouble),
        }
    }

    /// Says where to look, if the service answers soon: once tests run, a line of ours would cut theirs.
    pub(crate) fn announce(&self) {
        #[cfg(feature = "http")]
        if let Some(reporter) = &self.reporter {
            for link in reporter.links() {
                say(&format!("reporting to {link}"));
            }
        }
    }

    /// Notes that tests begin now, or will in a moment: should the process die, this is what it died in.
    pub(crate) fn started<'t>(&self, tests: impl IntoIterator<Item = &'t Test>) {
        self.journal.started(now(), tests.into_iter().map(|test| (test.name, test.case)));
    }

    /// Records a test that does not run.
    pub(crate) fn skip(&self, test: &Test) -> Outcome {
        let reason = test.ignore_reason().map(str::to_owned);
        let outcome = Outcome::Skipped { reason };
        let (started_at, duration) = (SystemTime::now(), Duration::ZERO);
        let output = Output::default();
        let attempt =
            Attempt { started_at, duration, outcome: outcome.clone(), output, stray_panics: Vec::new() };
        self.record(test, &[attempt]);
        outcome
    }

    /// Records how a test's attempts ended, the last of which counts.
    pub(crate) fn record(&self, test: &Test, attempts: &[Attempt]) {
        let Some((last, earlier)) = attempts.split_last() else { return };
        let again = !earlier.is_empty() || self.previous.is_some();
        self.outcomes().add(&last.outcome, again);
        let case = test.case.details();
        let results = case_ids::results(case.ids);
        let seq = self.next_seq.fetch_add(results, Ordering::Relaxed);
        let finished = || CaseFinished {
            output: kept_output(last),
            earlier: self.attempts_before(earlier),
            ..case_finished(seq, test, &case, last)
        };
        #[cfg(feature = "http")]
        if let Some(reporter) = &self.reporter {
            let event = Event::CaseFinished(finished());
            self.journal.append(&event);
            self.supersede(&last.outcome);
            if let Event::CaseFinished(finished) = event {
                reporter.send(finished);
            }
            return;
        }
        if matches!(last.outcome, Outcome::Passed) && !again && last.stray_panics.is_empty() {
            self.journal.passed(seq, millis(last.started_at), micros(last.duration), test.name);
        } else {
            self.journal.append(&Event::CaseFinished(finished()));
            self.supersede(&last.outcome);
        }
        // Where outcomes are sent from here, not before the end: what is read back from the journal is not what waits in
        // memory since that failed.
        self.journal.retry();
    }

    /// The attempts before the last, in this process and in those before it.
    fn attempts_before(&self, own: &[Attempt]) -> Vec<EarlierAttempt> {
        let mut attempts = self.previous.as_ref().map(Previous::attempts).unwrap_or_default();
        attempts.extend(own.iter().map(earlier_attempt));
        attempts
    }

    fn supersede(&self, by: &Outcome) {
        if let Some(previous) = &self.previous
            && !matches!(by, Outcome::Skipped { .. })
        {
            previous.supersede();
        }
    }

    fn outcomes(&self) -> MutexGuard<'_, Outcomes> {
        locked(&self.outcomes)
    }

    /// A test may say what it should not: secrets are in nothing that is printed, kept or sent.
    pub(crate) fn scrub(&self, attempt: &mut Attempt) {
        self.scrubber.scrub(attempt);
    }

    /// Where the events of this process are.
    pub(crate) fn journal(&self) -> &Path {
        self.journal.path()
    }

    /// Shows, when it is called, that this process is there.
    pub(crate) fn sign_of_life(&self) -> impl Fn() + Send + Sync + 'static {
        let journal = Arc::clone(&self.journal);
        move || journal.renew()
    }

    /// Everything that was set.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether any test failed so far.
    pub(crate) fn has_failed(&self) -> bool {
        self.outcomes().any_failed()
    }

    /// Waits for the service as long as the deadline allows, says what became of the outcomes, and answers whether
    /// the service holds all of them. It is said once: who asks meanwhile or later waits for the same answer.
    pub(crate) fn finish(&self) -> bool {
        // Whoever is interrupted may be about it already, on another thread.
        *self.finished.get_or_init(|| self.conclude())
    }

    fn conclude(&self) -> bool {
        self.journal.end();
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
                _ => summary.lines().iter().for_each(|line| say(line)),
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
            let ending = Ending {
                failed: self.has_failed(),
                may_close: self.key.scope != Scope::Shared,
                over: self.key.scope == Scope::Process,
            };
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
        let run_file = RunFile::new(&self.settings.directory, &self.key.text);
        let record = run_file.update(|record| record.counts.add(&own));
        record.map_or(own, |record| record.total()).write(path, &self.key.text)
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

    /// Says that this target misses a line, and what that means.
    pub(crate) fn say_where_only_recorded(&self) {
        say(&format!(
            "this test target lacks `harness = false` in Cargo.toml: its outcomes are kept in {}, and are sent by `cargo \
             testfiesta test` or `cargo testfiesta resend`",
            self.journal.path().display()
        ));
    }

    fn say_local(&self, summary: &Summary) {
        summary.gaps().iter().for_each(|line| say(line));
        // Under nextest every test is a process, and stderr is shown where a test failed: not the place for this.
        if self.key.scope == Scope::Shared && env::var_os("NEXTEST").is_some() {
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

fn facts(target: Target, settings: &Settings) -> RunFacts {
    let directory = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let subject =
        Subject { package: target.package, version: target.version, target: Some(target.crate_name) };
    RunFacts::gather(subject, &directory, SystemTime::now()).overridden_by(&settings.run)
}

fn case_finished(seq: u64, test: &Test, case: &Details, attempt: &Attempt) -> CaseFinished {
    CaseFinished {
        seq,
        at: millis(attempt.started_at),
        micros: micros(attempt.duration),
        test: Cow::Borrowed(test.name),
        package: Cow::Borrowed(case.package),
        module_path: Cow::Borrowed(test.case.module_path()),
        location: Cow::Borrowed(case.location.as_str()),
        ids: case.ids.iter().copied().map(Cow::Borrowed).collect(),
        title: case.title.map(Cow::Borrowed),
        tags: case.tags.iter().copied().map(Cow::Borrowed).collect(),
        description: Cow::Borrowed(case.description),
        outcome: attempt.outcome.clone(),
        output: None,
        earlier: Vec::new(),
        stray_panics: attempt.stray_panics.clone(),
    }
}

/// The ids in the annotations of these tests.
fn case_ids(tests: &[Test]) -> Vec<&'static str> {
    let mut ids = Vec::new();
    for test in tests {
        ids.extend(test.case.details().ids);
    }
    ids
}

fn earlier_attempt(attempt: &Attempt) -> EarlierAttempt {
    EarlierAttempt {
        micros: micros(attempt.duration),
        outcome: attempt.outcome.clone(),
        output: kept_output(attempt),
    }
}

/// What a failed test printed is part of why; what a passed one printed is nobody's concern.
fn kept_output(attempt: &Attempt) -> Option<PrintedOutput> {
    let output = &attempt.output;
    (attempt.outcome.is_failure() && !output.is_empty())
        .then(|| PrintedOutput { stdout: output.stdout.text(), stderr: output.stderr.text() })
}

/// Whether `cargo testfiesta` started the tests: it sums up for all of them at the end.
fn under_subcommand() -> bool {
    env::var_os(UNDER_SUBCOMMAND).is_some()
}

/// A line of ours, on stderr: stdout belongs to the tests' results.
pub(crate) fn say(line: &str) {
    use std::io::Write;
    // In one piece, since others print there too. A closed stderr is no reason to fail.
    let _ = io::stderr().write_all(format!("testfiesta: {line}\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use std::{fs, thread};

    use super::*;
    use crate::{case::Case, settings::Sources, target::TargetKind};

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
