//! Whether the service answers, knows the token, and holds the project.

use std::{io, time::Duration};

use testfiesta_client::{Error, Options, provider::Author, testfiesta::DataImport, testsigma};
use testfiesta_harness::settings::{
    Service, ServiceSettings, Settings, TestFiestaSettings, TestsigmaSettings,
};

use super::Report;
use crate::{
    cli::Provider,
    clients::{self, Asking, Trouble},
};

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
    let client = match clients::testfiesta(service, options()) {
        Ok(client) => client,
        Err(error) => return problem(report, Provider::Testfiesta, error),
    };
    let projects = match client.projects().all().await {
        Ok(projects) => projects,
        Err(error) => return problem(report, Provider::Testfiesta, error),
    };
    report.ok(&format!("{} answers, and accepts the token for {}", service.url, service.handle))?;
    if !projects.iter().any(|project| project.key == service.project) {
        return problem(report, Provider::Testfiesta, Trouble::no_project(service, &projects));
    }
    report.ok(&format!("project {} is there", service.project))?;
    // Nothing is in it, so nothing is changed; but who may not report is told so.
    match client.project(&service.project).import(&DataImport::default()).await {
        Ok(()) => report.ok("the token may report"),
        Err(error @ Error::Forbidden { .. }) => problem(report, Provider::Testfiesta, error),
        Err(error) => report.note(&format!("whether the token may report is not known: {error}")),
    }
}

async fn testsigma(report: &mut Report, service: &TestsigmaSettings) -> io::Result<()> {
    let client = match clients::testsigma(service, options()) {
        Ok(client) => client,
        Err(error) => return problem(report, Provider::Testsigma, error),
    };
    let projects = match client.projects().all().await {
        Ok(projects) => projects,
        Err(error) => return problem(report, Provider::Testsigma, error),
    };
    report.ok(&format!("{} answers, and accepts the token", service.url))?;
    match Author::find(&client, service.user.as_deref()).await {
        Ok(author) if author.is_guessed => report.note(&author.to_string())?,
        Ok(author) => report.ok(&author.to_string())?,
        Err(error) => problem(report, Provider::Testsigma, error)?,
    }
    let Some(wanted) = &service.project else {
        return report
            .note("the project is the one whose prefix the ids begin with: testsigma-project is not set");
    };
    match testsigma::Project::meant_by(wanted, &projects) {
        Some(_) => report.ok(&format!("project {wanted} is there")),
        None => problem(report, Provider::Testsigma, Trouble::no_testsigma_project(wanted, &projects)),
    }
}

fn problem(report: &mut Report, provider: Provider, trouble: impl Into<Trouble>) -> io::Result<()> {
    let permissions = "the permissions to view and edit entities and activities";
    let (what, remedy) = trouble.into().told(&Asking { provider, permissions });
    report.problem(&what, &remedy)
}

/// Somebody waits for the answer.
fn options() -> Options {
    Options { retries: 1, request_timeout: Duration::from_secs(10), ..Options::default() }
}
