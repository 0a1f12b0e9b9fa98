//! The client, and what it does for a whole organization.
//!
//! What belongs to a project lies in one file per resource, as methods of [`ProjectClient`].

mod cases;
mod data;
mod executions;
#[cfg(feature = "full")]
mod folders;
mod project;
mod runs;

use std::fmt;
use std::sync::Arc;

use reqwest::{Method, RequestBuilder};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[cfg(feature = "full")]
use super::{CreateProject, Project};
use super::{ListQuery, Page, Pages, Uid, dashboard_url};
use crate::http::{Answer, Repeat, Transport, without_queries};
use crate::{BaseUrl, Error, Options, Token};

pub use project::ProjectClient;

/// The setting that holds the service's address.
const SETTING: &str = "TESTFIESTA_URL";

/// Speaks to one TestFiesta organization. Cheap to make, since connections are prepared for the first call, and cheap
/// to clone: clones share them.
///
/// A call that may be repeated is, when it fails in a way that may pass (no connection, no complete answer, 408, 429,
/// 5xx): reading, replacing, changing and deleting always, the import too since it goes by external ids; creating only
/// when the failure proves that nothing was created ([`Error::nothing_was_done`]).
///
/// ```no_run
/// use testfiesta_client::testfiesta::{Client, CreateRun, DEFAULT_URL};
/// use testfiesta_client::{BaseUrl, Token};
///
/// # async fn example(token: Token) -> Result<(), testfiesta_client::Error> {
/// let client = Client::new(BaseUrl::parse(DEFAULT_URL)?, "acme", token)?;
/// let run = CreateRun { name: "nightly".into(), ..CreateRun::default() };
/// let run = client.project("WEB").create_run(&run).await?;
/// println!("{}", client.run_page(None, "WEB", run.uid)?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    transport: Arc<Transport>,
    handle: Arc<str>,
}

impl Client {
    /// A client with the default [`Options`].
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for an empty handle.
    pub fn new(url: BaseUrl, handle: &str, token: Token) -> Result<Self, Error> {
        Self::with_options(url, handle, token, Options::default())
    }

    /// A client. The handle is that of an organization or of a user's own workspace, as it appears in addresses.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for an empty handle.
    pub fn with_options(url: BaseUrl, handle: &str, token: Token, options: Options) -> Result<Self, Error> {
        let handle = handle.trim();
        url.join(&[handle])?;
        Ok(Self { transport: Arc::new(Transport::new(url, token, options, SETTING)), handle: handle.into() })
    }

    /// The address that paths are appended to.
    #[must_use]
    pub fn address(&self) -> &BaseUrl {
        self.transport.base()
    }

    /// What belongs to the project with this key.
    #[must_use]
    pub fn project(&self, key: &str) -> ProjectClient {
        ProjectClient::new(self.clone(), key)
    }

    /// The projects of the organization: contract, section 3.1.
    #[cfg(feature = "full")]
    pub fn projects(&self) -> Pages<Project> {
        Pages::new(self.clone(), &["v1", &self.handle, "projects"])
    }

    /// Creates a project: contract, section 3.1.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    #[cfg(feature = "full")]
    pub async fn create_project(&self, project: &CreateProject) -> Result<Project, Error> {
        let path = ["v1", &self.handle, "projects"];
        let request = self.transport.request(Method::POST, &path)?.json(project);
        self.send(request, Repeat::IfNothingWasDone).await?.json()
    }

    /// The page on which people look at a run, where `dashboard` overrides the address derived from the API's.
    ///
    /// # Errors
    ///
    /// As [`dashboard_url`].
    pub fn run_page(&self, dashboard: Option<&BaseUrl>, project: &str, run: Uid) -> Result<String, Error> {
        dashboard_url(self.transport.base(), dashboard, &self.handle, project, run)
    }

    pub(crate) fn handle(&self) -> &str {
        &self.handle
    }

    /// A page of a list. No answer of any is on record, and a bare list is one that clients of the service's other interface
    /// take (contract, section 8): it says neither how many items there are nor where the next page begins.
    pub(super) async fn list(
        &self,
        path: &[&str],
        query: &ListQuery,
        filters: &[(String, String)],
    ) -> Result<Page<Value>, Error> {
        let request = self.transport.request(Method::GET, path)?.query(query).query(filters);
        match self.send(request, Repeat::Always).await?.json()? {
            Listed::Bare(items) => Ok(Page { items, ..Page::default() }),
            Listed::Page(page) => Ok(page),
        }
    }

    /// What an error says of an answer that it may quote, without what is secret.
    pub(super) fn scrub(&self, text: &str) -> String {
        without_queries(&self.transport.token().scrub(text))
    }

    async fn send(&self, request: RequestBuilder, repeat: Repeat) -> Result<Answer<'_>, Error> {
        self.transport.send(request, repeat).await
    }
}

/// An answer to a list.
enum Listed {
    Bare(Vec<Value>),
    Page(Page<Value>),
}

impl<'de> Deserialize<'de> for Listed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Array(items) => Ok(Self::Bare(items)),
            page => Page::deserialize(page).map(Self::Page).map_err(D::Error::custom),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("url", &format_args!("{}", self.transport.base()))
            .field("handle", &self.handle)
            .field("token", self.transport.token())
            .finish()
    }
}
