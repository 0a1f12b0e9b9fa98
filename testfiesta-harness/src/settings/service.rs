//! Which services outcomes are sent to, and what each needs.

use super::{SETTINGS, Secret, Sources, TESTFIESTA, TESTSIGMA, TestsigmaSettings, values::list, variable};

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
    /// Test Management by Testsigma.
    Testsigma(TestsigmaSettings),
}

/// How a TestFiesta is reached.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TestFiestaSettings {
    /// `url`: the API's address; the vendor's, if it is not set.
    pub url: String,
    /// `dashboard-url`: where people look at runs; derived from the address, if it is not set.
    pub dashboard_url: Option<String>,
    /// `TESTFIESTA_TOKEN`, or what `cargo testfiesta login` stored.
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
            url: url.to_owned(),
            dashboard_url: None,
            token,
            handle: handle.to_owned(),
            project: project.to_owned(),
        }
    }
}

/// The services that can be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServiceName {
    TestFiesta,
    Testsigma,
}

impl ServiceName {
    /// As in `testfiesta,testsigma`.
    pub(super) fn list(value: &str) -> Result<Vec<Self>, String> {
        let expected = || "expected `testfiesta`, `testsigma`, or both with a comma between".to_owned();
        let mut providers = Vec::new();
        for name in list(value) {
            let provider = match name {
                TESTFIESTA => Self::TestFiesta,
                TESTSIGMA => Self::Testsigma,
                _ => return Err(expected()),
            };
            if !providers.contains(&provider) {
                providers.push(provider);
            }
        }
        if providers.is_empty() { Err(expected()) } else { Ok(providers) }
    }
}

/// The services, and every token that is known. Without any token there is no service. What is wrong with one, or that its
/// token alone is missing, keeps the others from being used too: half a report would look like a whole one.
pub(super) fn services(source: &mut Sources<'_>, providers: &[ServiceName]) -> (Service, Vec<Secret>) {
    let (mut services, mut without_token) = (Vec::new(), Vec::new());
    // Set and not used is as secret.
    let mut tokens = Vec::new();
    for setting in SETTINGS {
        if setting.is_secret() {
            tokens.extend(source.text(setting.key).map(Secret::new));
        }
    }
    let mut learn = |token: &Secret| {
        if !tokens.contains(token) {
            tokens.push(token.clone());
        }
    };
    for provider in providers {
        let (name, key, token) = match provider {
            ServiceName::TestFiesta => (TESTFIESTA, "token", source.testfiesta_token()),
            ServiceName::Testsigma => (TESTSIGMA, "testsigma-token", source.testsigma_token()),
        };
        let Some((token, _)) = token else {
            without_token.push((name, key));
            continue;
        };
        learn(&token);
        services.push(match provider {
            ServiceName::TestFiesta => ServiceSettings::TestFiesta(testfiesta(source, token)),
            ServiceName::Testsigma => ServiceSettings::Testsigma(TestsigmaSettings::read(source, token)),
        });
    }
    if !services.is_empty() {
        for (name, key) in without_token {
            source.problem(format!(
                "{} is not set, though {} names {name} and the other service has a token: set it, or store it with `cargo \
                 testfiesta login --provider {name}`, or name {name} no more",
                variable(key),
                variable("provider"),
            ));
        }
    }
    let problems = source.take_problems();
    let service = match (problems.is_empty(), services.is_empty()) {
        (false, _) => Service::Unusable(problems),
        (true, true) => Service::None,
        (true, false) => Service::Ready(services),
    };
    (service, tokens)
}

fn testfiesta(source: &mut Sources<'_>, token: Secret) -> TestFiestaSettings {
    let mut needed = |name: &str, what: &str| {
        let value = source.text(name);
        if value.is_none() {
            source.problem(format!("{} is not set, though a token is: it is {what}", variable(name)));
        }
        value.unwrap_or_default()
    };
    TestFiestaSettings {
        handle: needed("handle", "your organization's or user's name in the service's addresses"),
        project: needed("project", "the project's key, such as SHOP"),
        url: source.text_or_default("url"),
        dashboard_url: source.text("dashboard-url"),
        token,
    }
}
