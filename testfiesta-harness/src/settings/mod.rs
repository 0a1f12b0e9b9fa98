//! The one door for settings.
//!
//! Each value is the first of:
//!
//! 1. the environment (`TESTFIESTA_…`), which is also how `cargo testfiesta` hands on the run's key and directory;
//! 2. `testfiesta.toml`, in the package's directory or the nearest one above it;
//! 3. the default.
//!
//! A token stands in no file that is committed: its second place is the user's own file, which `cargo testfiesta login`
//! writes.
//!
//! A relative path is relative to where it stands: in the environment, to the directory in which cargo was called; in the
//! file, to the file's.
//!
//! A value that cannot be used never stops the tests: it is named, and the outcomes stay in the journal.

mod attachments;
mod credentials;
mod file;
mod secret;
mod service;
mod sources;
mod statuses;
mod table;
mod testsigma;
mod values;

use std::{env, path::PathBuf, time::Duration};

pub use attachments::AttachmentSettings;
pub use credentials::Credentials;
pub use file::{NAME as FILE, find as find_file};
pub use secret::Secret;
pub use service::{Service, ServiceSettings, TestFiestaSettings};
pub use sources::{Origin, Sources};
pub use statuses::StatusIds;
pub use table::{SETTINGS, Setting, variable};
pub use testfiesta_client::services::{
    CaseMatch, CursorName, RunClose, TESTFIESTA, TESTFIESTA_URL, TESTSIGMA, TESTSIGMA_URL, Writing,
};
pub use testsigma::TestsigmaSettings;

use service::ServiceName;
use values::{
    case_match, days, default_directory, duration, isolation, list, number, relative_to_shell_directory,
    retries, run_close, switch, timeout,
};

/// Everything that can be set.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// `dir`: where journals and run files are. Defaults to `testfiesta` in cargo's target directory.
    pub directory: PathBuf,
    /// Where outcomes are sent.
    pub service: Service,
    /// How the run is made, or found.
    pub run: RunSettings,
    /// `source`: the label of everything that is created in the service. Defaults to `cargo-test`.
    pub source: String,
    /// `case-match`: what an id in an annotation is to the service.
    pub case_match: CaseMatch,
    /// `statuses`: the service's numbers for the outcomes of executions.
    pub statuses: StatusIds,
    /// `run-statuses`: the service's numbers for the final status of a run.
    pub run_statuses: StatusIds,
    /// `run-close`: what is done to the run when it is over.
    pub run_close: RunClose,
    /// `isolation`: where tests run.
    pub isolation: Isolation,
    /// `timeout`: when a test is stopped, unless its annotation says. Never, by default.
    pub timeout: Option<Duration>,
    /// `slow-timeout`: when a test is named as slow while it runs. 60 s by default.
    pub slow: Duration,
    /// `retries`: how often a failed test is tried again, unless its annotation says. 0 by default.
    pub retries: u32,
    /// What tests attach, and who is to have it.
    pub attachments: AttachmentSettings,
    /// `strict`: leave with 102 when all tests passed but an outcome was not confirmed. Off by default, and on where it
    /// cannot be read.
    pub strict: bool,
    /// `summary`: where to write what became of the run's outcomes, as JSON.
    pub summary: Option<PathBuf>,
    /// `keep-days`: how long journals are kept that were delivered. 7 days by default.
    pub keep: Duration,
    /// `deadline`: how long a process may wait for the service, for the run's link and at the end. 10 s by default.
    pub deadline: Duration,
    // Apart from the services: they are as secret where something else keeps a service from being used.
    tokens: Vec<Secret>,
}

/// Where tests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// In a pool of worker processes: output is captured, and a crash or a hang costs one test.
    Workers,
    /// On threads of the harness's process, which they share.
    Threads,
}

/// How the run is made, or found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct RunSettings {
    /// `run-id`: join this existing run of TestFiesta.
    pub id: Option<String>,
    /// `testsigma-run-id`: join this existing run of Testsigma.
    pub testsigma_id: Option<String>,
    /// `run-key`: what all processes of one run share.
    pub key: Option<String>,
    /// `run-name`
    pub name: Option<String>,
    /// `run-link`
    pub link: Option<String>,
    /// `run-description`
    pub description: Option<String>,
    /// `run-tags`: numbers of tags in the service.
    pub tags: Vec<u64>,
    /// `run-milestone`: the number of a milestone in the service.
    pub milestone: Option<u64>,
    /// `run-configurations`: as in `browser:firefox`.
    pub configurations: Vec<String>,
}

impl RunSettings {
    fn read(source: &mut Sources<'_>) -> Self {
        let texts = |value: &str| Ok(list(value).into_iter().map(str::to_owned).collect());
        let numbers = |value: &str| list(value).into_iter().map(number).collect();
        Self {
            id: source.text("run-id"),
            testsigma_id: source.text("testsigma-run-id"),
            key: source.text("run-key"),
            name: source.text("run-name"),
            link: source.text("run-link"),
            description: source.text("run-description"),
            tags: source.parse("run-tags", numbers).unwrap_or_default(),
            milestone: source.parse("run-milestone", number),
            configurations: source.parse("run-configurations", texts).unwrap_or_default(),
        }
    }

    /// The existing run of a service to join.
    pub fn joined(&self, service: &str) -> Option<String> {
        if service == TESTSIGMA { self.testsigma_id.clone() } else { self.id.clone() }
    }

    /// Any existing run to join.
    pub fn any_id(&self) -> Option<&str> {
        self.id.as_deref().or(self.testsigma_id.as_deref())
    }

    /// The key that the user chose, by the number of an existing run or as it is.
    pub fn chosen_key(&self) -> Option<String> {
        self.any_id().map(|id| format!("run-{id}")).or_else(|| self.key.clone())
    }
}

impl Settings {
    /// Reads the environment and the `testfiesta.toml` of the package under test.
    pub fn load() -> Self {
        let package =
            env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).or_else(|| env::current_dir().ok());
        Self::from_sources(Sources::around(package.as_deref()))
    }

    /// Reads these sources.
    pub fn from_sources(mut sources: Sources<'_>) -> Self {
        let source = &mut sources;
        let mut settings = Self {
            directory: source
                .text("dir")
                .map_or_else(default_directory, |path| relative_to_shell_directory(&path)),
            service: Service::None,
            run: RunSettings::read(source),
            source: source.text_or_default("source"),
            case_match: source.value("case-match", case_match),
            statuses: source.parse("statuses", StatusIds::parse).unwrap_or_default(),
            run_statuses: source.parse("run-statuses", StatusIds::parse).unwrap_or_default(),
            run_close: source.value("run-close", run_close),
            isolation: source.value("isolation", isolation),
            timeout: source.parse("timeout", timeout),
            slow: source.value("slow-timeout", duration),
            retries: source.value("retries", retries),
            attachments: AttachmentSettings::read(source),
            strict: strict(source),
            summary: source.text("summary").map(|path| relative_to_shell_directory(&path)),
            keep: source.value("keep-days", days),
            deadline: source.value("deadline", duration),
            tokens: Vec::new(),
        };
        let providers = source.value("provider", ServiceName::list);
        if settings.case_match == CaseMatch::Uid
            && let Some(missing) = settings.statuses.missing_for_executions()
        {
            source.problem(format!(
                "{} does not say which status number stands for {missing}, and `case-match = \"uid\"` needs it: set it \
                 as in {}=passed=3,failed=4,skipped=5. The numbers are your workspace's own: an administrator finds \
                 them under its status settings, and `GET …/trv2/<handle>/index.php?/api/v2/get_statuses` lists them",
                variable("statuses"),
                variable("statuses"),
            ));
        }
        (settings.service, settings.tokens) = service::services(source, &providers);
        settings
    }

    /// These settings, but with this service and no other.
    #[must_use]
    pub fn with_service(self, service: TestFiestaSettings) -> Self {
        let mut tokens = self.tokens;
        tokens.push(service.token.clone());
        Self { tokens, service: Service::Ready(vec![ServiceSettings::TestFiesta(service)]), ..self }
    }

    /// Every token that is known, whether it is used or not: what must never be seen.
    pub fn tokens(&self) -> &[Secret] {
        &self.tokens
    }
}

/// On where it is set to what cannot be read, too: who sets it at all hardly means to do without it.
fn strict(source: &mut Sources<'_>) -> bool {
    source.parse("strict", switch).unwrap_or_else(|| source.text("strict").is_some())
}

#[cfg(test)]
mod tests;
