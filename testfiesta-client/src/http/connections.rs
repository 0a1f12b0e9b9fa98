//! Connections, made when they are needed.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Client, Url, redirect};

use super::base_url::{is_loopback, must_be_private};
use crate::{Error, USER_AGENT, tls};

/// The connections of a client: one pool for each way of reaching a host, since each costs something that the others
/// do without.
#[derive(Debug)]
pub(crate) struct Connections {
    connect_timeout: Duration,
    pools: [OnceLock<Client>; 3],
}

/// A way of reaching a host.
#[derive(Clone, Copy)]
enum Route {
    /// Plain http to this machine: no certificates, no proxy.
    Plain,
    /// https to this machine: no proxy.
    Local,
    /// https to anywhere else, through the proxy that the environment names.
    Remote,
}

impl Connections {
    pub(crate) fn new(connect_timeout: Duration) -> Self {
        Self { connect_timeout, pools: Default::default() }
    }

    /// The pool that reaches the host of this address.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for plain http to another machine, or where the certificates cannot be read.
    pub(crate) fn to(&self, url: &Url) -> Result<&Client, Error> {
        must_be_private(url)?;
        let route = match (is_loopback(url), url.scheme()) {
            (true, "http") => Route::Plain,
            (true, _) => Route::Local,
            (false, _) => Route::Remote,
        };
        let pool = &self.pools[route as usize];
        match pool.get() {
            Some(client) => Ok(client),
            None => {
                let client = self.open(route)?;
                Ok(pool.get_or_init(|| client))
            }
        }
    }

    fn open(&self, route: Route) -> Result<Client, Error> {
        let tls = match route {
            Route::Plain => tls::none(),
            Route::Local | Route::Remote => tls::platform(),
        }
        .map_err(|error| Error::setting(format!("could not prepare TLS: {error}")))?;
        let builder = Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(self.connect_timeout)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .tls_backend_preconfigured(tls);
        let builder = match route {
            Route::Plain | Route::Local => builder.no_proxy(),
            Route::Remote => builder.https_only(true),
        };
        builder.build().map_err(|error| Error::setting(format!("could not prepare connections: {error}")))
    }
}
