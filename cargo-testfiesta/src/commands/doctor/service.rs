//! Whether the service answers, knows the token, and holds the project.

use std::{io, time::Duration};

use testfiesta_client::{
    BaseUrl, Error, Options, Token,
    provider::Author,
    testfiesta::{Client, DataImport},
    testsigma::{self, ClientOptions},
};
use testfiesta_harness::settings::{
    Service, ServiceSettings, Settings, TestFiestaSettings, TestsigmaSettings,
};

use super::Report;

const ANOTHER_TOKEN: &str = "Make another API key in the service, and store it with `cargo testfiesta login`";

pub(super) async fn check(report: &mut Report, settings: &Settings) -> io::Result<()> {
    report.heading("Service")?;
    match &settings.service {
        Service::None => report.note(
            "no token is set for a project: outcomes stay in the journal, and `cargo testfiesta test` and `serve` show them \
             in the local TestFiesta",
        ),
        Service::Unusable(_) => report.note("not asked: the settings have to be mended first"),
        Service::Ready(services) => {
            for service in services {
                match service {
                    ServiceSettings::TestFiesta(service) => testfiesta(report, service).await?,
                    ServiceSettings::Testsigma(service) => testsigma(report, service).await?,
                    // A service that this program was built before.
                    _ => report.note("not asked: another service")?,
                }
            }
            Ok(())
        }
    }
}

async fn testfiesta(report: &mut Report, service: &TestFiestaSettings) -> io::Result<()> {
    let client = match client(service) {
        Ok(client) => client,
        Err(error) => return report.problem(&error.to_string(), ""),
    };
    let projects = match client.projects().all().await {
        Ok(projects) => projects,
        Err(error) => return report.problem(&error.to_string(), remedy(&error)),
    };
    report.ok(&format!("{} answers, and accepts the token for {}", service.url, service.handle))?;
    if !projects.iter().any(|project| project.key == service.project) {
        let known: Vec<&str> = projects.iter().map(|project| project.key.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return report.problem(
            &format!("{} has no project {}", service.handle, service.project),
            &format!("Set TESTFIESTA_PROJECT, or `project` in testfiesta.toml; there are: {known}"),
        );
    }
    report.ok(&format!("project {} is there", service.project))?;
    // Nothing is in it, so nothing is changed; but who may not report is told so.
    match client.project(&service.project).import(&DataImport::default()).await {
        Ok(()) => report.ok("the token may report"),
        Err(error @ Error::Forbidden { .. }) => report.problem(&error.to_string(), remedy(&error)),
        Err(error) => report.note(&format!("whether the token may report is not known: {error}")),
    }
}

async fn testsigma(report: &mut Report, service: &TestsigmaSettings) -> io::Result<()> {
    let client = || {
        let options = ClientOptions { http: options(), ..ClientOptions::default() };
        let (address, token) = (BaseUrl::parse(&service.url)?, Token::new(service.token.expose())?);
        Ok::<_, Error>(testsigma::Client::new(address, token, options))
    };
    let client = match client() {
        Ok(client) => client,
        Err(error) => return report.problem(&error.to_string(), ""),
    };
    let projects = match client.projects().all().await {
        Ok(projects) => projects,
        Err(error) => return report.problem(&error.to_string(), remedy(&error)),
    };
    report.ok(&format!("{} answers, and accepts the token", service.url))?;
    match Author::find(&client, service.user.as_deref()).await {
        Ok(author) if author.is_guessed => report.note(&author.to_string())?,
        Ok(author) => report.ok(&author.to_string())?,
        Err(error) => report.problem(&error.to_string(), remedy(&error))?,
    }
    let Some(wanted) = &service.project else {
        return report
            .note("the project is the one whose prefix the ids begin with: testsigma-project is not set");
    };
    if testsigma::Project::meant_by(wanted, &projects).is_some() {
        return report.ok(&format!("project {wanted} is there"));
    }
    let known = Vec::from_iter(projects.iter().map(ToString::to_string)).join(", ");
    report.problem(
        &format!("there is no project {wanted}"),
        &format!("Set TESTSIGMA_PROJECT, or `testsigma-project` in testfiesta.toml; there are: {known}"),
    )
}

fn client(service: &TestFiestaSettings) -> Result<Client, Error> {
    let token = Token::new(service.token.expose())?;
    Client::with_options(BaseUrl::parse(&service.url)?, &service.handle, token, options())
}

/// Somebody waits for the answer.
fn options() -> Options {
    Options { retries: 1, request_timeout: Duration::from_secs(10), ..Options::default() }
}

/// What can be done about an error.
fn remedy(error: &Error) -> &'static str {
    match error {
        Error::Unauthorized { .. } => ANOTHER_TOKEN,
        Error::Forbidden { .. } => {
            "Make an API key with the permissions to view and edit entities and activities"
        }
        Error::NotFound { .. } => "Look whether handle and address are right",
        Error::Unreachable { .. } | Error::TimedOut { .. } | Error::Interrupted { .. } => {
            "Look at the network, at HTTPS_PROXY, and whether the address is right"
        }
        Error::Failing { .. } => {
            "Try again later; outcomes are kept, and `cargo testfiesta resend` delivers them"
        }
        Error::Unreadable { .. } => "Look whether the address is the API's, and not that of the web pages",
        _ => "",
    }
}
