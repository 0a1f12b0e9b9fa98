//! Test Management by Testsigma as a provider: contract, section 9.
//!
//! Cases exist already and go by human id; results of tests without one have no place there. Each write of a case leaves
//! an attempt in the service's history, hence results are gathered, merged by case, and written once.

mod attach;
mod cache;
mod case_state;
mod cases;
mod check;
mod choices;
mod description;
mod disk;
mod junit;
mod outcome;
mod parts;
mod project;
mod record;
mod rivals;
mod run;
mod submit;

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    Error,
    provider::{BoxFuture, Closing, File, NewRun, Prepared, Provider, Receipt, ResultKey, Run, TestResult},
    services::{TESTSIGMA, Writing},
    testsigma::{Client, ProjectClient},
};

use self::{cache::Cache, choices::Choices, record::Record, run::named};
pub use self::{
    choices::Author,
    project::{human_id_prefix, shared_prefix},
};

/// A function from the name of a verdict, or `flaky`, to a status: its name, or its UUID.
pub type StatusNames = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Options of the provider.
pub struct TestsigmaOptions {
    /// The project's UUID, prefix or name; without it, the prefix that the ids of the cases share.
    pub project: Option<String>,
    /// The UUID or the e-mail address of the user in whose name results are written.
    pub user: Option<String>,
    /// Names or UUIDs of statuses.
    pub statuses: StatusNames,
    /// Whether a run is closed when it is over, which is final.
    pub close: bool,
    /// How results get there.
    pub writing: Writing,
    /// How many cases are written by one request.
    pub batch: usize,
    /// Whether files are attached, each time as another attempt in the history of the case.
    pub attachments: bool,
    /// How many characters a description has at most.
    pub description_limit: usize,
    /// Where the UUIDs of cases are kept from one time to the next, and what was written to a run; without it, in memory.
    pub directory: Option<PathBuf>,
    /// How long the service may take until a new run knows its cases, and how often an import is asked after.
    pub lag: Duration,
}

impl Default for TestsigmaOptions {
    fn default() -> Self {
        Self {
            project: None,
            user: None,
            statuses: Box::new(|_| None),
            close: true,
            writing: Writing::Direct,
            batch: 100,
            attachments: false,
            description_limit: 4_000,
            directory: None,
            lag: Duration::from_secs(1),
        }
    }
}

/// One project of an account.
pub struct Testsigma {
    client: Client,
    destination: String,
    options: TestsigmaOptions,
    cache: Cache,
    state: Mutex<State>,
}

/// What this process found out.
#[derive(Default)]
struct State {
    project: Option<ProjectClient>,
    choices: Option<Choices>,
    /// In whose name it writes, if it had to choose.
    note: Option<String>,
    /// Why the run that it created may not be the only one under its key.
    doubt: Option<String>,
    /// Ids that the project does not have: they are asked for once.
    unknown: HashSet<String>,
    /// Cases, by UUID, that were deleted since their ids were asked for.
    gone: HashSet<String>,
    /// What was written to runs, where there is no disk for it.
    records: HashMap<String, Record>,
    /// When this process last gave a run cases that the service may not know of yet.
    selected_at: Option<Instant>,
}

impl Testsigma {
    /// Reports to the account of this client.
    #[must_use]
    pub fn new(client: Client, options: TestsigmaOptions) -> Self {
        let project = options.project.as_deref().map(|project| format!(" {project}")).unwrap_or_default();
        let destination = format!("{TESTSIGMA} {}{project}", client.address());
        let account = format!("{} {}", client.address(), client.subject().unwrap_or_default());
        let cache = Cache::new(options.directory.as_deref(), &account);
        Self { client, destination, options, cache, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provider for Testsigma {
    fn service(&self) -> &'static str {
        TESTSIGMA
    }

    fn destination(&self) -> String {
        self.destination.clone()
    }

    fn gathers(&self) -> bool {
        true
    }

    fn note(&self) -> Option<String> {
        let state = self.state();
        let notes: Vec<&str> = state.note.iter().chain(&state.doubt).map(String::as_str).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    // Requests are made of cases, not of results: what belongs to one case must not be torn apart.
    fn batch_limit(&self) -> usize {
        usize::MAX
    }

    fn batch_bytes(&self) -> usize {
        usize::MAX
    }

    fn create_run<'a>(&'a self, run: &'a NewRun) -> BoxFuture<'a, Option<Run>> {
        Box::pin(self.create(run))
    }

    fn find_run<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<Run>> {
        Box::pin(self.find(key))
    }

    fn run_by_id<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Run> {
        Box::pin(async move { Ok(named(&self.by_id(id).await?, id)) })
    }

    fn join_run<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Run> {
        Box::pin(self.join(id))
    }

    fn submit<'a>(
        &'a self,
        run: Option<&'a Run>,
        results: &'a [TestResult],
        _: Prepared,
    ) -> BoxFuture<'a, Vec<Receipt>> {
        Box::pin(self.write(run, results))
    }

    fn check_run<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, ()> {
        Box::pin(self.check(run))
    }

    fn takes_attachments(&self) -> bool {
        self.options.attachments
    }

    fn attach<'a>(
        &'a self,
        run: &'a Run,
        result: &'a ResultKey,
        files: &'a [File],
    ) -> BoxFuture<'a, Vec<Receipt>> {
        Box::pin(self.attach_all(run, result, files))
    }

    fn is_over<'a>(&'a self, run: &'a Run) -> BoxFuture<'a, bool> {
        Box::pin(async move { Ok(self.by_id(&run.id).await?.status == "CLOSED") })
    }

    fn shuts_attachments_out(&self, closing: Closing) -> bool {
        closing.is_final && self.options.close
    }

    fn close_run<'a>(&'a self, run: &'a Run, closing: Closing) -> BoxFuture<'a, ()> {
        let is_wanted = closing.is_final && self.options.close;
        Box::pin(async move { if is_wanted { self.close(run).await } else { Ok(()) } })
    }
}

/// Whether this is the shape of a UUID.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn setting(reason: impl Into<String>) -> Error {
    Error::setting(reason)
}
