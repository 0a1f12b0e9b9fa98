//! The client, and what it does for a whole account.
//!
//! What belongs to a project lies in one file per resource, as methods of [`ProjectClient`].

mod cases;
mod imports;
mod project;
mod results;
mod runs;

use std::fmt;
use std::sync::Arc;

use reqwest::{Method, RequestBuilder};

use super::{Pages, Project, Status, User};
use crate::http::{Answer, Pace, Repeat, Transport, without_queries};
use crate::services::CursorName;
use crate::{BaseUrl, Error, Options, Token};

pub use project::ProjectClient;
pub use results::Attachment;

/// The setting that holds the service's address.
const SETTING: &str = "TESTSIGMA_URL";

/// How many calls a second the service answers, as somebody measured it (contract, section 2).
const SERVICE_LIMIT: f64 = 10.0;

/// Options of the client.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClientOptions {
    /// How long to wait, and how often to try.
    pub http: Options,
    /// How many calls a second are made at most. Default: 5.
    pub rate: f64,
    /// The name of the query parameter that leads to the next page. Default: `cursor`.
    pub cursor: CursorName,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self { http: Options::default(), rate: 5.0, cursor: CursorName::Cursor }
    }
}

impl CursorName {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Cursor => "cursor",
            Self::Next => "next",
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Cursor => Self::Next,
            Self::Next => Self::Cursor,
        }
    }
}

/// Speaks to one account of Test Management by Testsigma. Cheap to make, since connections are prepared for the first
/// call, and cheap to clone: clones share them, and the pace.
///
/// ```no_run
/// use testfiesta_client::testsigma::{Client, ClientOptions, CreateRun, DEFAULT_URL};
/// use testfiesta_client::{BaseUrl, Token};
///
/// # async fn example(token: Token, project: &str) -> Result<(), testfiesta_client::Error> {
/// let client = Client::new(BaseUrl::parse(DEFAULT_URL)?, token, ClientOptions::default());
/// let project = client.project(project);
/// let case = project.case("TC-123").await?;
/// let run = project.create_run(&CreateRun::of("nightly 7", project.id(), vec![case.id])).await?;
/// println!("{}", run.human_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    transport: Arc<Transport>,
    cursor: CursorName,
}

impl Client {
    /// A client. An address without a path is that of a host: the API lies under `/api/v1` there.
    #[must_use]
    pub fn new(url: BaseUrl, token: Token, options: ClientOptions) -> Self {
        let url = if url.url().path() == "/" { url.below("/api/v1") } else { url };
        // Such a burst and the calls of its first second stay within the service's limit.
        let at_once = (SERVICE_LIMIT - options.rate).max(1.0) as u32;
        let transport = Transport::new(url, token, options.http, SETTING);
        let transport = Arc::new(transport.paced(Pace::new(options.rate, at_once)));
        Self { transport, cursor: options.cursor }
    }

    /// The address that paths are appended to.
    #[must_use]
    pub fn address(&self) -> &BaseUrl {
        self.transport.base()
    }

    /// The project with this UUID. Nothing is sent.
    #[must_use]
    pub fn project(&self, id: &str) -> ProjectClient {
        ProjectClient::new(self.clone(), id)
    }

    /// The projects.
    pub fn projects(&self) -> Pages<Project> {
        Pages::new(self.clone(), &["projects"])
    }

    /// The statuses that a case can have in a run.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn statuses(&self) -> Result<Vec<Status>, Error> {
        Pages::new(self.clone(), &["test_runs", "statuses"]).all().await
    }

    /// Those with an account.
    ///
    /// # Errors
    ///
    /// Any [`Error`].
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        Pages::new(self.clone(), &["users"]).per_page(200).all().await
    }

    /// The user whom the token names: its claim `sub`, which may be a user's `identity_user_uuid` (contract,
    /// section 1). Nothing is sent, and the token is not checked.
    #[must_use]
    pub fn subject(&self) -> Option<String> {
        use base64::Engine as _;
        let claims = self.transport.token().expose().split('.').nth(1)?;
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).ok()?;
        let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
        Some(claims.get("sub")?.as_str()?.to_owned())
    }

    /// What an error says of an answer that it may quote, without what is secret.
    pub(super) fn scrub(&self, text: &str) -> String {
        without_queries(&self.transport.token().scrub(text))
    }

    pub(super) fn cursor(&self) -> CursorName {
        self.cursor
    }

    pub(super) fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, Error> {
        self.transport.request(method, path)
    }

    /// A request to an address that the service named, if it is its own.
    pub(super) fn request_at(&self, address: &str) -> Result<RequestBuilder, Error> {
        self.transport.request_at(Method::GET, address)
    }

    pub(super) async fn send(&self, request: RequestBuilder, repeat: Repeat) -> Result<Answer<'_>, Error> {
        self.transport.send(request, repeat).await.map_err(explained)
    }
}

/// The service says no more than `Invalid ID format: ` where a UUID is missing or is none (contract, section 3).
fn explained(error: Error) -> Error {
    match error {
        Error::Refused { call, status: 400, message, existing }
            if message.starts_with("Invalid ID format") =>
        {
            let message = format!("{message} (an id that it needs is missing, or is no UUID)");
            Error::Refused { call, status: 400, message, existing }
        }
        other => other,
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("url", &format_args!("{}", self.transport.base()))
            .field("token", self.transport.token())
            .finish()
    }
}
