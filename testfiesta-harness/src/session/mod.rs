//! One process's part in a run, from its first test to the line that adds up. How tests ended goes into the journal first,
//! then to the reporter (`recording`); at the end it is said what became of all (`conclusion`).

mod conclusion;
mod recording;

use std::{
    borrow::Cow,
    env,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::SystemTime,
};

use once_cell::sync::OnceCell;
#[cfg(feature = "http")]
use testfiesta_client::provider::Provider;

#[cfg(feature = "http")]
use crate::reporter::{Plan, Reporter, aims, providers};
use crate::{
    attachments,
    attempt::Attempt,
    event::{Event, JOURNAL_VERSION, RunStarted, now},
    facts::{RunFacts, Subject},
    journal::Journal,
    lock::locked,
    nextest::{self, Previous},
    registry::Test,
    run_file::{Aim, RunFile},
    run_key::{self, Scope},
    say::say,
    scrub::{self, Scrubber},
    settings::{CaseMatch, Service, Settings},
    summary::Outcomes,
    target::Target,
};

/// Set by `cargo testfiesta` for the processes that it starts: `1`, and in the lines below it the destinations of their
/// results.
pub const UNDER_SUBCOMMAND: &str = "TESTFIESTA_UNDER_SUBCOMMAND";

/// One process's part in a run, from its first test to the line that adds up.
pub(crate) struct Session {
    settings: Settings,
    scrubber: Arc<Scrubber>,
    /// What the journal says of this process.
    started: RunStarted,
    /// Who else reports to its run.
    scope: Scope,
    journal: Arc<Journal>,
    next_seq: AtomicU64,
    outcomes: Mutex<Outcomes>,
    /// Whether this process failed, though no test of it did.
    ended_badly: AtomicBool,
    /// Tests that passed after attempts that did not, and at which one.
    flaky: Mutex<Vec<String>>,
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
            session.report(tests, providers);
            session
        }
        #[cfg(not(feature = "http"))]
        Self::open(target, settings, Vec::new(), tests)
    }

    /// Opens the journal; nothing is sent from this process.
    pub(crate) fn record_only(target: Target, settings: Settings) -> Self {
        #[cfg(feature = "http")]
        let aims = match under_subcommand() {
            true => Vec::new(),
            false => aims(&settings, &providers(&settings).unwrap_or_default()),
        };
        #[cfg(not(feature = "http"))]
        let aims = Vec::new();
        Self::open(target, settings, aims, &[])
    }

    fn open(target: Target, settings: Settings, aims: Vec<Aim>, tests: &[Test]) -> Self {
        let scrubber = Arc::new(Scrubber::new(settings.tokens()));
        scrub::hide(Arc::clone(&scrubber));
        let key = run_key::detect(&settings);
        let journal = Arc::new(Journal::open(&settings.directory, &key.text, nextest::mark().as_deref()));
        attachments::keep_beside(journal.path());
        let case_ids = match settings.case_match {
            CaseMatch::ExternalId => Vec::new(),
            CaseMatch::Uid => case_ids(tests).into_iter().map(Cow::Borrowed).collect(),
        };
        let started = RunStarted {
            version: JOURNAL_VERSION,
            at: now(),
            run_key: key.text.clone(),
            repetition: nextest::repetition(),
            attempt: nextest::attempt(),
            variant: run_key::variant(&settings.run).map(Cow::Owned),
            package: Cow::Borrowed(target.package),
            target: target.label(),
            case_ids,
            destinations: destinations(&settings, &aims),
        };
        journal.append(&Event::RunStarted(started.clone()));
        let previous = Previous::find(&settings.directory, journal.path());
        let run_file = RunFile::new(&settings.directory, &key.text);
        let mut begun = run_file.begin_with(key.scope.may_be_ended(), aims, || facts(target, &settings));
        if let Some(path) = settings.summary.as_ref().filter(|_| !under_subcommand()) {
            begun = begun.and(run_file.update(|record| record.summary = Some(path.clone())).map(drop));
        }
        let trouble = begun.err().map(|error| {
            format!("the run's file in {} cannot be written: {error}", settings.directory.display())
        });
        Self {
            scrubber,
            settings,
            started,
            scope: key.scope,
            journal,
            next_seq: AtomicU64::new(0),
            outcomes: Mutex::default(),
            ended_badly: AtomicBool::new(false),
            flaky: Mutex::default(),
            previous,
            #[cfg(feature = "http")]
            reporter: None,
            trouble,
            finished: OnceCell::new(),
            said_what_waits: OnceCell::new(),
        }
    }

    #[cfg(feature = "http")]
    fn report(&mut self, tests: &[Test], providers: Vec<Box<dyn Provider>>) {
        if providers.is_empty() {
            return;
        }
        let wanted: &[Test] =
            if providers.iter().any(|provider| provider.needs_case_ids()) { tests } else { &[] };
        let plan = Plan {
            settings: &self.settings,
            providers,
            started: &self.started,
            journal: Arc::clone(&self.journal),
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

    /// Says that this target misses a line, and what that means.
    pub(crate) fn say_where_only_recorded(&self) {
        say(&format!(
            "this test target lacks `harness = false` in Cargo.toml: its outcomes are kept in {}, and are sent by `cargo \
             testfiesta test` or `cargo testfiesta resend`",
            self.journal.path().display()
        ));
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

    /// Whether any test failed so far, or this process by itself.
    pub(crate) fn has_failed(&self) -> bool {
        self.outcomes().any_failed() || self.ended_badly.load(Ordering::Relaxed)
    }
}

fn facts(target: Target, settings: &Settings) -> RunFacts {
    let directory = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let subject =
        Subject { package: target.package, version: target.version, target: Some(target.crate_name) };
    RunFacts::gather(subject, &directory, SystemTime::now()).overridden_by(&settings.run)
}

/// Where this process's results are meant to go, if it knows.
fn destinations(settings: &Settings, aims: &[Aim]) -> Option<Vec<String>> {
    if let Some(told) = env::var_os(UNDER_SUBCOMMAND) {
        let told = told.into_string().ok()?;
        // Of a service that it cannot use, the subcommand says no more than that it is there.
        let told = told.lines().skip(1).map(str::to_owned).collect();
        return Some(told).filter(|told: &Vec<String>| !told.is_empty());
    }
    let knows = matches!(settings.service, Service::None) || !aims.is_empty();
    knows.then(|| aims.iter().map(|aim| aim.destination.clone()).collect())
}

/// The ids in the annotations of these tests.
fn case_ids(tests: &[Test]) -> Vec<&'static str> {
    let mut ids = Vec::new();
    for test in tests {
        ids.extend(test.case.details().ids);
    }
    ids
}

/// Whether `cargo testfiesta` started the tests: it sums up for all of them at the end.
fn under_subcommand() -> bool {
    env::var_os(UNDER_SUBCOMMAND).is_some()
}
