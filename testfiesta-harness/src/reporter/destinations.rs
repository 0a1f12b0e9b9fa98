//! The services that the settings name.

use std::time::Duration;

use testfiesta_client::{
    BaseUrl, Error, Options, Token,
    provider::{Provider, TestFiesta, TestFiestaOptions, Testsigma, TestsigmaOptions},
    testfiesta::Client,
    testsigma::{self, ClientOptions},
};

use crate::settings::{
    RunClose, Service, ServiceSettings, Settings, TESTFIESTA, TESTSIGMA, TestFiestaSettings,
    TestsigmaSettings,
};

/// How long one request may take. The deadline is about who waits for it, not about the request: while the tests run
/// nobody does.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A provider for each service that is set; none where outcomes stay in the journal.
///
/// # Errors
///
/// Which setting cannot be used, and why.
pub fn providers(settings: &Settings) -> Result<Vec<Box<dyn Provider>>, String> {
    let services = match &settings.service {
        Service::None => return Ok(Vec::new()),
        Service::Unusable(problems) => return Err(problems.join("; ")),
        Service::Ready(services) => services,
    };
    services
        .iter()
        .map(|service| match service {
            ServiceSettings::TestFiesta(service) => testfiesta(settings, service),
            ServiceSettings::Testsigma(service) => testsigma(settings, service),
        })
        .collect()
}

/// What a client does by itself. It returns soon: what is to be done about a service that goes on to fail is decided
/// for all calls together, by the courier.
fn options() -> Options {
    Options {
        retries: 2,
        repeat_after_timeout: false,
        first_pause: Duration::from_millis(250),
        longest_retry_after: Duration::from_secs(2),
        request_timeout: REQUEST_TIMEOUT,
        ..Options::default()
    }
}

fn testfiesta(settings: &Settings, service: &TestFiestaSettings) -> Result<Box<dyn Provider>, String> {
    let named = |name: &'static str| move |error: Error| format!("{name}: {error}");
    let address = BaseUrl::parse(&service.url).map_err(named("TESTFIESTA_URL"))?;
    let dashboard = service.dashboard_url.as_deref().map(BaseUrl::parse).transpose();
    let dashboard = dashboard.map_err(named("TESTFIESTA_DASHBOARD_URL"))?;
    let token = Token::new(service.token.expose()).map_err(named("TESTFIESTA_TOKEN"))?;
    let client = Client::with_options(address, &service.handle, token, options());
    let client = client.map_err(named("TESTFIESTA_HANDLE"))?;
    let [statuses, run_statuses] = [settings.statuses.clone(), settings.run_statuses.clone()];
    let options = TestFiestaOptions {
        source: settings.source.clone(),
        case_match: settings.case_match,
        statuses: Box::new(move |name| statuses.get(name)),
        run_statuses: Box::new(move |name| run_statuses.get(name)),
        run_close: settings.run_close,
        attachments: settings.attachments.are_wanted_by(TESTFIESTA),
        dashboard,
    };
    Ok(Box::new(TestFiesta::new(client, &service.project, options)))
}

fn testsigma(settings: &Settings, service: &TestsigmaSettings) -> Result<Box<dyn Provider>, String> {
    let named = |name: &'static str| move |error: Error| format!("{name}: {error}");
    let address = BaseUrl::parse(&service.url).map_err(named("TESTSIGMA_URL"))?;
    let token = Token::new(service.token.expose()).map_err(named("TESTSIGMA_TOKEN"))?;
    let client = ClientOptions { http: options(), rate: service.rate, cursor: service.cursor };
    let client = testsigma::Client::new(address, token, client);
    let statuses = service.statuses.clone();
    let options = TestsigmaOptions {
        project: service.project.clone(),
        user: service.user.clone(),
        statuses: Box::new(move |outcome| statuses.get(outcome).cloned()),
        close: settings.run_close != RunClose::Never,
        writing: service.writing,
        batch: service.batch,
        attachments: settings.attachments.are_wanted_by(TESTSIGMA),
        description_limit: service.description_limit,
        directory: Some(settings.directory.join(TESTSIGMA)),
        ..TestsigmaOptions::default()
    };
    Ok(Box::new(Testsigma::new(client, options)))
}
