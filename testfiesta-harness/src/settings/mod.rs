//! The one door for settings.
//!
//! Each value is the first of:
//!
//! 1. the environment (`TESTFIESTA_…`), which is also how `cargo testfiesta` hands its flags on;
//! 2. `testfiesta.toml`, in the package's directory or the nearest one above it;
//! 3. the default.
//!
//! A value that cannot be used never stops the tests: it is named, and the outcomes stay in the journal.

mod file;
mod secret;
mod sources;
mod statuses;

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

pub use secret::Secret;
pub use sources::{KEYS, variable};
pub use statuses::StatusIds;

use sources::Sources;

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
    /// `strict`: leave with 102 when all tests passed but an outcome was not confirmed. Off by default.
    pub strict: bool,
    /// `deadline`: how long the end of a process may wait for the service. 10 s by default.
    pub deadline: Duration,
    // Apart from the service: it is as secret where something else keeps the service from being used.
    token: Option<Secret>,
}

/// Where outcomes are sent.
#[derive(Debug, Clone)]
pub enum Service {
    /// No token: outcomes stay in the journal.
    None,
    /// Something is missing or wrong; each text says what, and what to do.
    Unusable(Vec<String>),
    /// Everything that is needed is there, for each service.
    Ready(Vec<ServiceSettings>),
}

/// How one service is reached.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ServiceSettings {
    /// TestFiesta.
    TestFiesta(TestFiestaSettings),
}

/// How a TestFiesta is reached.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TestFiestaSettings {
    /// `url`: the API's address; the vendor's, if it is not set.
    pub url: Option<String>,
    /// `dashboard-url`: where people look at runs; derived from the address, if it is not set.
    pub dashboard_url: Option<String>,
    /// `TESTFIESTA_TOKEN`
    pub token: Secret,
    /// `handle`: the organization's or the user's name in addresses.
    pub handle: String,
    /// `project`: the project's key.
    pub project: String,
}

impl TestFiestaSettings {
    /// A TestFiesta on this machine.
    pub fn local(url: &str, token: Secret, handle: &str, project: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            dashboard_url: None,
            token,
            handle: handle.to_owned(),
            project: project.to_owned(),
        }
    }
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
    /// `run-id`: join this existing run.
    pub id: Option<String>,
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

/// What an id in an annotation is to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseMatch {
    /// The case's external id. A case that does not exist is created.
    ExternalId,
    /// The number in the id is the case's uid.
    Uid,
}

/// What is done to the run when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunClose {
    /// It gets a final status, if `run-statuses` holds one; else it stays as it is.
    Status,
    /// It gets a final status, and is archived.
    Archive,
    /// It stays as it is.
    Never,
}

impl Settings {
    /// Reads the environment and the `testfiesta.toml` of the package under test.
    pub fn load() -> Self {
        let package =
            env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).or_else(|| env::current_dir().ok());
        Self::load_around(package.as_deref())
    }

    /// Reads the environment and the `testfiesta.toml` in `directory` or above it.
    pub fn load_around(directory: Option<&Path>) -> Self {
        let variable = |name: &str| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let (values, problems) =
            directory.and_then(file::find).map_or_else(Default::default, |path| file::read(&path));
        let mut sources = Sources::new(variable, values, problems);
        sources.check_names(env::vars_os().filter_map(|(name, _)| name.into_string().ok()));
        Self::from_sources(sources)
    }

    fn from_sources(mut sources: Sources<'_>) -> Self {
        let source = &mut sources;
        let case_match = source
            .parse("case-match", |value| match value {
                "external-id" => Ok(CaseMatch::ExternalId),
                "uid" => Ok(CaseMatch::Uid),
                _ => Err("expected `external-id` or `uid`".to_owned()),
            })
            .unwrap_or(CaseMatch::ExternalId);
        let run_close = source
            .parse("run-close", |value| match value {
                "status" => Ok(RunClose::Status),
                "archive" => Ok(RunClose::Archive),
                "never" => Ok(RunClose::Never),
                _ => Err("expected `status`, `archive` or `never`".to_owned()),
            })
            .unwrap_or(RunClose::Status);
        let number = |value: &str| value.parse::<u64>().map_err(|_| "expected a number".to_owned());
        let mut settings = Self {
            directory: source.text("dir").map_or_else(default_directory, PathBuf::from),
            service: Service::None,
            run: RunSettings {
                id: source.text("run-id"),
                key: source.text("run-key"),
                name: source.text("run-name"),
                link: source.text("run-link"),
                description: source.text("run-description"),
                tags: source.parse("run-tags", |value| list(value).map(number).collect()).unwrap_or_default(),
                milestone: source.parse("run-milestone", number),
                configurations: source
                    .parse("run-configurations", |value| Ok(list(value).map(str::to_owned).collect()))
                    .unwrap_or_default(),
            },
            source: source.text("source").unwrap_or_else(|| "cargo-test".to_owned()),
            case_match,
            statuses: source.parse("statuses", StatusIds::parse).unwrap_or_default(),
            run_statuses: source.parse("run-statuses", StatusIds::parse).unwrap_or_default(),
            run_close,
            isolation: source
                .parse("isolation", |value| match value {
                    "workers" => Ok(Isolation::Workers),
                    "threads" => Ok(Isolation::Threads),
                    _ => Err("expected `workers` or `threads`".to_owned()),
                })
                .unwrap_or(Isolation::Workers),
            timeout: source.parse("timeout", duration),
            slow: source.parse("slow-timeout", duration).unwrap_or(Duration::from_secs(60)),
            retries: source
                .parse("retries", |value| {
                    value.parse().map_err(|_| "expected a number such as `2`".to_owned())
                })
                .unwrap_or(0),
            strict: source.parse("strict", switch).unwrap_or(false),
            deadline: source.parse("deadline", duration).unwrap_or(Duration::from_secs(10)),
            token: source.text("token").map(Secret::new),
        };
        let providers = source.parse("provider", providers).unwrap_or_else(|| vec![Provider::TestFiesta]);
        if case_match == CaseMatch::Uid
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
        settings.service = service(source, &providers, settings.token.clone());
        settings
    }

    /// These settings, but with this service and no other.
    #[must_use]
    pub fn with_service(self, service: TestFiestaSettings) -> Self {
        let token = Some(service.token.clone());
        Self { token, service: Service::Ready(vec![ServiceSettings::TestFiesta(service)]), ..self }
    }

    /// What the outcomes' journey needs to know of the token: what must never be seen.
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }
}

/// The services that can be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Provider {
    TestFiesta,
}

fn providers(value: &str) -> Result<Vec<Provider>, String> {
    let mut providers = Vec::new();
    for name in list(value) {
        let provider = match name {
            "testfiesta" => Provider::TestFiesta,
            _ => return Err("expected `testfiesta`".to_owned()),
        };
        if !providers.contains(&provider) {
            providers.push(provider);
        }
    }
    Ok(providers)
}

/// A service without a token is left out. What is wrong with one keeps the others from being used too: half a report
/// would look like a whole one.
fn service(source: &mut Sources<'_>, providers: &[Provider], token: Option<Secret>) -> Service {
    let mut problems = source.take_problems();
    let mut services = Vec::new();
    for provider in providers {
        match provider {
            Provider::TestFiesta => {
                let service = token.clone().map(|token| testfiesta(source, token, &mut problems));
                services.extend(service.map(ServiceSettings::TestFiesta));
            }
        }
    }
    match (problems.is_empty(), services.is_empty()) {
        (false, _) => Service::Unusable(problems),
        (true, true) => Service::None,
        (true, false) => Service::Ready(services),
    }
}

fn testfiesta(source: &Sources<'_>, token: Secret, problems: &mut Vec<String>) -> TestFiestaSettings {
    let mut needed = |name: &str, what: &str| {
        source.text(name).unwrap_or_else(|| {
            problems.push(format!("{} is not set, though a token is: it is {what}", variable(name)));
            String::new()
        })
    };
    TestFiestaSettings {
        handle: needed("handle", "your organization's or user's name in the service's addresses"),
        project: needed("project", "the project's key, such as SHOP"),
        url: source.text("url"),
        dashboard_url: source.text("dashboard-url"),
        token,
    }
}

/// `testfiesta` in the target directory that holds this executable, so that all packages of a workspace agree.
fn default_directory() -> PathBuf {
    let target = env::current_exe().ok().and_then(|executable| {
        executable
            .ancestors()
            .skip(1)
            // cargo tags only a directory that it made itself, which a mounted volume is not.
            .find(|directory| {
                ["CACHEDIR.TAG", ".rustc_info.json"].iter().any(|it| directory.join(it).is_file())
            })
            .map(PathBuf::from)
    });
    target.unwrap_or_else(|| PathBuf::from("target")).join("testfiesta")
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn switch(value: &str) -> Result<bool, String> {
    match value {
        "1" | "true" | "on" | "yes" => Ok(true),
        "0" | "false" | "off" | "no" => Ok(false),
        _ => Err("expected `1` or `0`".to_owned()),
    }
}

fn duration(value: &str) -> Result<Duration, String> {
    humantime::parse_duration(value).map_err(|error| format!("expected a duration such as `10s`: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(environment: &[(&str, &str)], file: &str) -> Settings {
        let (values, problems) = file::parse("testfiesta.toml", file);
        let environment: Vec<_> =
            environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let variable =
            |name: &str| environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        Settings::from_sources(Sources::new(variable, values, problems))
    }

    fn problems(settings: &Settings) -> String {
        match &settings.service {
            Service::Unusable(problems) => problems.join("\n"),
            other => panic!("no problem was named: {other:?}"),
        }
    }

    fn project(settings: &Settings) -> &str {
        match &settings.service {
            Service::Ready(services) => match services.as_slice() {
                [ServiceSettings::TestFiesta(service)] => &service.project,
                others => panic!("{others:?}"),
            },
            other => panic!("no service: {other:?}"),
        }
    }

    const TOKEN: (&str, &str) = ("TESTFIESTA_TOKEN", "testfiesta_secret");

    #[test]
    fn nothing_configured_means_no_service() {
        assert!(matches!(load(&[], "").service, Service::None));
    }

    #[test]
    fn a_file_and_a_token_make_a_service() {
        let settings = load(&[TOKEN], "handle = \"acme\"\nproject = \"SHOP\"\n");
        assert_eq!(project(&settings), "SHOP");
    }

    #[test]
    fn the_environment_comes_before_the_file() {
        let environment = [TOKEN, ("TESTFIESTA_PROJECT", "PR")];
        let settings = load(&environment, "handle = \"acme\"\nproject = \"SHOP\"\n");
        assert_eq!(project(&settings), "PR");
    }

    #[test]
    fn a_service_that_is_named_twice_is_one() {
        let environment = [TOKEN, ("TESTFIESTA_PROVIDER", "testfiesta, testfiesta")];
        assert_eq!(project(&load(&environment, "handle = \"acme\"\nproject = \"SHOP\"\n")), "SHOP");
    }

    #[test]
    fn a_service_that_does_not_exist_is_named() {
        let problems = problems(&load(&[("TESTFIESTA_PROVIDER", "testfiesta,testfeast")], ""));
        assert!(problems.contains("TESTFIESTA_PROVIDER") && problems.contains("testfeast"), "{problems}");
    }

    #[test]
    fn a_committed_file_without_a_token_is_no_mistake() {
        assert!(matches!(load(&[], "handle = \"acme\"\nproject = \"SHOP\"\n").service, Service::None));
    }

    #[test]
    fn a_token_without_a_project_is_named() {
        let problems = problems(&load(&[TOKEN, ("TESTFIESTA_HANDLE", "acme")], ""));
        assert!(problems.contains("TESTFIESTA_PROJECT is not set"), "{problems}");
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        assert!(matches!(load(&[("TESTFIESTA_TOKEN", "")], "").service, Service::None));
    }

    #[test]
    fn a_bad_value_is_named_with_its_variable() {
        let settings = load(&[("TESTFIESTA_DEADLINE", "soon")], "");
        let problems = problems(&settings);
        assert!(problems.contains("TESTFIESTA_DEADLINE") && problems.contains("`soon`"), "{problems}");
        assert_eq!(settings.deadline, Duration::from_secs(10));
    }

    #[test]
    fn a_bad_value_in_the_file_is_named_with_its_line() {
        let problems = problems(&load(&[], "\nstrict = \"perhaps\"\n"));
        assert!(problems.contains("testfiesta.toml:2") && problems.contains("`perhaps`"), "{problems}");
    }

    #[test]
    fn a_typo_in_the_file_gets_a_suggestion() {
        let problems = problems(&load(&[], "projct = \"SHOP\"\n"));
        assert!(problems.contains("`projct`") && problems.contains("`project`"), "{problems}");
    }

    #[test]
    fn a_token_in_the_file_is_refused_and_not_repeated() {
        let problems = problems(&load(&[], "token = \"testfiesta_secret\"\n"));
        assert!(
            problems.contains("TESTFIESTA_TOKEN") && !problems.contains("testfiesta_secret"),
            "{problems}"
        );
    }

    #[test]
    fn a_file_that_is_not_toml_is_named_with_the_place() {
        let problems = problems(&load(&[], "project = SHOP\n"));
        assert!(problems.contains("testfiesta.toml:1"), "{problems}");
    }

    #[test]
    fn matching_by_uid_needs_numbers_for_the_outcomes() {
        let problems =
            problems(&load(&[("TESTFIESTA_CASE_MATCH", "uid"), ("TESTFIESTA_STATUSES", "passed=3")], ""));
        assert!(problems.contains("failed") && problems.contains("get_statuses"), "{problems}");
    }

    #[test]
    fn statuses_may_be_a_table_of_the_file() {
        let settings = load(&[], "[statuses]\npassed = 3\nfailed = 4\n");
        assert_eq!(settings.statuses.get("passed"), Some(3));
        assert_eq!(settings.statuses.get("failed"), Some(4));
    }

    #[test]
    fn the_token_of_a_half_made_configuration_is_known() {
        let settings = load(&[TOKEN], "");
        assert_eq!(settings.token(), Some(&Secret::new("testfiesta_secret")));
    }

    #[test]
    fn debug_output_does_not_hold_the_token() {
        let settings = load(&[TOKEN], "handle = \"acme\"\nproject = \"SHOP\"\n");
        assert!(!format!("{settings:?}").contains("testfiesta_secret"));
    }
}
