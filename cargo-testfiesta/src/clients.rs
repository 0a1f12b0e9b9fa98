//! Clients of the services that the settings name, for commands that ask them something, and what to do where that fails.

use std::fmt;

use testfiesta_client::{
    BaseUrl, Error, Options, Token,
    testfiesta::{self, Client},
    testsigma::{self, ClientOptions},
};
use testfiesta_harness::settings::{TestFiestaSettings, TestsigmaSettings};

use crate::cli::Provider;

/// A client of TestFiesta.
///
/// # Errors
///
/// When address, handle or token cannot be used.
pub(crate) fn testfiesta(service: &TestFiestaSettings, options: Options) -> Result<Client, Error> {
    let token = Token::new(service.token.expose())?;
    Client::with_options(BaseUrl::parse(&service.url)?, &service.handle, token, options)
}

/// A client of Testsigma.
///
/// # Errors
///
/// When address or token cannot be used.
pub(crate) fn testsigma(service: &TestsigmaSettings, options: Options) -> Result<testsigma::Client, Error> {
    let options = ClientOptions { http: options, rate: service.rate, cursor: service.cursor };
    let (address, token) = (BaseUrl::parse(&service.url)?, Token::new(service.token.expose())?);
    Ok(testsigma::Client::new(address, token, options))
}

/// What keeps a command from asking a service.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// A call came to nothing.
    Call(Error),
    /// Something else.
    Other {
        /// What is wrong.
        what: String,
        /// What to do about it.
        remedy: String,
    },
}

/// Whose service a command asks, and for what.
pub(crate) struct Asking {
    pub(crate) provider: Provider,
    /// As in `the permission to look`.
    pub(crate) permissions: &'static str,
}

impl Trouble {
    /// What is wrong, and what to do about it; that is empty where the former says so.
    pub(crate) fn told(self, asking: &Asking) -> (String, String) {
        match self {
            Self::Call(error) => (error.to_string(), remedy(&error, asking)),
            Self::Other { what, remedy } => (what, remedy),
        }
    }

    /// A project that the organization does not have, with those that it has.
    pub(crate) fn no_project(service: &TestFiestaSettings, known: &[testfiesta::Project]) -> Self {
        let known = listed(known.iter().map(|project| &project.key));
        Self::Other {
            what: format!("{} has no project {}", service.handle, service.project),
            remedy: format!("Set TESTFIESTA_PROJECT, or `project` in testfiesta.toml; there are: {known}"),
        }
    }

    /// The same at Testsigma.
    pub(crate) fn no_testsigma_project(wanted: &str, known: &[testsigma::Project]) -> Self {
        let known = listed(known);
        Self::Other {
            what: format!("there is no project {wanted}"),
            remedy: format!(
                "Set TESTSIGMA_PROJECT, or `testsigma-project` in testfiesta.toml; there are: {known}"
            ),
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

fn listed(names: impl IntoIterator<Item: fmt::Display>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn remedy(error: &Error, asking: &Asking) -> String {
    let remedy = match error {
        Error::Unauthorized { .. } => {
            let login = asking.provider.login();
            return format!(
                "Make another API key in the service, and store it with `cargo testfiesta {login}`"
            );
        }
        Error::Forbidden { .. } => return format!("Make an API key with {}", asking.permissions),
        Error::NotFound { .. } => "Look whether handle and address are right",
        Error::Unreachable { .. } | Error::TimedOut { .. } | Error::Interrupted { .. } => {
            "Look at the network, at HTTPS_PROXY, and whether the address is right"
        }
        Error::Failing { .. } => {
            "Try again later; outcomes are kept, and `cargo testfiesta resend` delivers them"
        }
        Error::Unreadable { .. } => "Look whether the address is the API's, and not that of the web pages",
        _ => "",
    };
    remedy.to_owned()
}
