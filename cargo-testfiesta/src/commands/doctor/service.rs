//! Whether the service answers, knows the token, and holds the project.

use std::{io, time::Duration};

use testfiesta_client::{
    BaseUrl, Error, Options, Token,
    testfiesta::{Client, DataImport},
};
use testfiesta_harness::settings::{Service, ServiceSettings, Settings, TestFiestaSettings};

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
                    // Every other service is asked for nothing yet.
                    other => report.note(&format!("not asked: {other:?}"))?,
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

fn client(service: &TestFiestaSettings) -> Result<Client, Error> {
    // Somebody waits for the answer.
    let options = Options { retries: 1, request_timeout: Duration::from_secs(10), ..Options::default() };
    let token = Token::new(service.token.expose())?;
    Client::with_options(BaseUrl::parse(&service.url)?, &service.handle, token, options)
}

/// What can be done about an error.
fn remedy(error: &Error) -> &'static str {
    match error {
        Error::Unauthorized { .. } => ANOTHER_TOKEN,
        Error::Forbidden { .. } => {
            "Make an API key with the permissions to view and edit entities and activities"
        }
        Error::NotFound { .. } => "Look whether TESTFIESTA_HANDLE and TESTFIESTA_URL are right",
        Error::Unreachable { .. } | Error::TimedOut { .. } | Error::Interrupted { .. } => {
            "Look at the network, at HTTPS_PROXY, and whether TESTFIESTA_URL is right"
        }
        Error::Failing { .. } => {
            "Try again later; outcomes are kept, and `cargo testfiesta resend` delivers them"
        }
        Error::Unreadable { .. } => {
            "Look whether TESTFIESTA_URL is the address of the API, and not of the web pages"
        }
        _ => "",
    }
}
