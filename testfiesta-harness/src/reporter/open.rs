//! Reaching the service, and the run that all processes of one invocation share.

use std::time::Duration;

use testfiesta_client::{
    BaseUrl, Error, Options, Token,
    provider::{self, NewRun, Provider, Run, TestFiesta, TestFiestaOptions},
    testfiesta::{Client, DEFAULT_URL},
};

use crate::{
    facts::RunFacts,
    run_file::{CreatedRun, RunFile},
    settings::{CaseMatch, RunClose, ServiceSettings, Settings},
};

/// Another process is creating the run: how soon to look again.
const LOCK_POLL: Duration = Duration::from_millis(15);

/// The service that the settings name.
///
/// # Errors
///
/// Which setting cannot be used, and why.
pub fn provider(settings: &Settings, service: &ServiceSettings) -> Result<Box<dyn Provider>, String> {
    let named = |name: &'static str| move |error: Error| format!("{name}: {error}");
    let address = service.url.as_deref().unwrap_or(DEFAULT_URL);
    let address = BaseUrl::parse(address).map_err(named("TESTFIESTA_URL"))?;
    let dashboard = service.dashboard_url.as_deref().map(BaseUrl::parse).transpose();
    let dashboard = dashboard.map_err(named("TESTFIESTA_DASHBOARD_URL"))?;
    let token = Token::new(service.token.expose()).map_err(named("TESTFIESTA_TOKEN"))?;
    let options = Options { retries: 3, first_pause: Duration::from_millis(250), ..Options::default() };
    let client = Client::with_options(address.clone(), &service.handle, token, options);
    let client = client.map_err(named("TESTFIESTA_HANDLE"))?;
    let [statuses, run_statuses] = [settings.statuses.clone(), settings.run_statuses.clone()];
    let options = TestFiestaOptions {
        source: settings.source.clone(),
        case_match: match settings.case_match {
            CaseMatch::ExternalId => provider::CaseMatch::ExternalId,
            CaseMatch::Uid => provider::CaseMatch::Uid,
        },
        statuses: Box::new(move |name| statuses.get(name)),
        run_statuses: Box::new(move |name| run_statuses.get(name)),
        run_close: match settings.run_close {
            RunClose::Status => provider::RunClose::Status,
            RunClose::Archive => provider::RunClose::Archive,
            RunClose::Never => provider::RunClose::Never,
        },
        dashboard,
    };
    Ok(Box::new(TestFiesta::new(client, &address, &service.project, options)))
}

/// The run to create for this key.
pub fn new_run(settings: &Settings, key: &str, facts: RunFacts) -> NewRun {
    NewRun {
        key: key.to_owned(),
        name: if facts.name.is_empty() { key.to_owned() } else { facts.name },
        link: facts.link,
        description: Some(facts.description).filter(|text| !text.is_empty()),
        case_ids: Vec::new(),
        tags: settings.run.tags.clone(),
        milestone: settings.run.milestone,
        configurations: settings.run.configurations.clone(),
    }
}

/// A run that results can be sent to.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The run.
    pub run: Run,
    /// Whether it is there since just now.
    pub created: bool,
}

/// The run, found or created. Of all processes on this machine that come with the same key, one creates it.
///
/// # Errors
///
/// Why there is no run, to be told to the user.
pub async fn open_run(
    provider: &dyn Provider,
    run_file: &RunFile,
    new_run: &NewRun,
    join: Option<&str>,
) -> Result<Opened, String> {
    if let Some(id) = join {
        let run = provider.join_run(id).await.map_err(|error| error.to_string())?;
        return Ok(Opened { run, created: false });
    }
    let destination = provider.destination();
    let known = |created: &CreatedRun| Opened {
        run: Run {
            id: created.id.clone(),
            key: new_run.key.clone(),
            name: new_run.name.clone(),
            url: created.url.clone(),
        },
        created: false,
    };
    let file_error = |error: std::io::Error| format!("the run's file cannot be used: {error}");
    if let Some(created) = run_file.read().map_err(file_error)?.created.get(&destination) {
        return Ok(known(created));
    }
    let guard = loop {
        match run_file.try_lock().map_err(file_error)? {
            Some(guard) => break guard,
            None => tokio::time::sleep(LOCK_POLL).await,
        }
    };
    let mut record = guard.read().map_err(file_error)?;
    if let Some(created) = record.created.get(&destination) {
        return Ok(known(created));
    }
    let run = provider.create_run(new_run).await.map_err(|error| error.to_string())?;
    record.created.insert(destination, CreatedRun { id: run.id.clone(), url: run.url.clone() });
    guard.write(&record).map_err(file_error)?;
    Ok(Opened { run, created: true })
}
