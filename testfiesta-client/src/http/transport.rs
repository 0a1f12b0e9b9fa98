//! Requests on their way: authorization, time limits, repetition.

use std::{
    env,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Request, RequestBuilder, StatusCode, Url};

use super::answer::{self, MAX_BODY};
use super::base_url::{is_loopback, origin};
use super::retry::with_retries;
use super::{Answer, BaseUrl, Connections, Options, Pace, Repeat, Token, refusal};
use crate::Error;

/// Sends requests to one service.
#[derive(Debug)]
pub(crate) struct Transport {
    base: BaseUrl,
    token: Token,
    options: Options,
    connections: Connections,
    /// The setting that holds `base`, for the error that asks to change it.
    setting: &'static str,
    pace: Option<Pace>,
    /// Whether a connection broke: what lies between here and the service may close them without saying so.
    closes: AtomicBool,
}

impl Transport {
    pub(crate) fn new(base: BaseUrl, token: Token, options: Options, setting: &'static str) -> Self {
        let connections = Connections::new(options.connect_timeout);
        Self { base, token, options, connections, setting, pace: None, closes: AtomicBool::new(false) }
    }

    /// Lets calls follow one another no faster than this, repetitions included.
    pub(crate) fn paced(self, pace: Pace) -> Self {
        Self { pace: Some(pace), ..self }
    }

    pub(crate) fn base(&self) -> &BaseUrl {
        &self.base
    }

    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    /// An authorized request to a path of the service.
    pub(crate) fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, Error> {
        self.authorized(method, self.base.join(path)?)
    }

    /// An authorized request to an address that the service named.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for one on another host: the token goes nowhere but where the settings say.
    pub(crate) fn request_at(&self, method: Method, address: &str) -> Result<RequestBuilder, Error> {
        let url = Url::parse(address).ok().filter(|url| origin(url) == origin(self.base.url()));
        let url = url.ok_or_else(|| {
            Error::setting(format!("the service named an address that is not its own: set {}", self.setting))
        })?;
        self.authorized(method, url)
    }

    fn authorized(&self, method: Method, url: Url) -> Result<RequestBuilder, Error> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", self.token.expose()))
            .expect("a token is visible ASCII");
        authorization.set_sensitive(true);
        let client = self.connections.to(&url)?;
        Ok(client
            .request(method, url)
            .header(AUTHORIZATION, authorization)
            .header(ACCEPT, "application/json"))
    }

    /// A request to any address, without authorization.
    pub(crate) fn request_elsewhere(&self, method: Method, address: &str) -> Result<RequestBuilder, Error> {
        let url = Url::parse(address)
            .map_err(|error| Error::setting(format!("the service named no valid address: {error}")))?;
        Ok(self.connections.to(&url)?.request(method, url))
    }

    /// Sends a request, as often as it takes and is allowed.
    pub(crate) async fn send(&self, request: RequestBuilder, repeat: Repeat) -> Result<Answer<'_>, Error> {
        let request = request.build().map_err(|error| {
            Error::setting(format!("no request can be made of this: {}", root_cause(error)))
        })?;
        let mut attempts = 0;
        with_retries(&self.options, repeat, || {
            attempts += 1;
            let attempt = self.attempt(&request);
            let repeated_delete = attempts > 1 && request.method() == Method::DELETE;
            async move {
                match attempt.await {
                    // The answer to an earlier attempt was lost on the way: what is gone has been deleted.
                    Err(Error::NotFound { call, .. }) if repeated_delete => {
                        Ok(Answer::new(call, StatusCode::NO_CONTENT, Vec::new(), &self.token))
                    }
                    outcome => outcome,
                }
            }
        })
        .await
    }

    async fn attempt(&self, request: &Request) -> Result<Answer<'_>, Error> {
        // The path alone: a query may carry a signature.
        let call = format!("{} {}", request.method(), request.url().path());
        if let Some(pace) = &self.pace {
            pace.turn().await;
        }
        let mut request = request.try_clone().expect("a body in memory can be sent again");
        *request.timeout_mut() = Some(self.options.request_timeout);

        if self.closes.load(Ordering::Relaxed) {
            // A call that must not be made twice is then not lost on a connection that was closed behind the one before it.
            request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }

        let (address, is_here) = (origin(request.url()), is_loopback(request.url()));
        let setting = request.headers().contains_key(AUTHORIZATION).then_some(self.setting);
        let started = Instant::now();
        let broken = |error| self.broken(&call, (&address, is_here), started.elapsed(), error);

        let mut response = self.connections.to(request.url())?.execute(request).await.map_err(broken)?;
        let status = response.status();
        if !status.is_success() {
            let error = refusal::error(call, response, &self.token, setting.map(|it| (it, &self.base))).await;
            if let Some(pace) = self.pace.as_ref().filter(|_| error.is_rate_limit()) {
                pace.refused();
            }
            return Err(error);
        }
        let is_page = is_page(response.headers());
        // A storage may answer XML.
        let is_json_expected = setting.is_some();
        let mut body = Vec::new();
        answer::read(&mut response, MAX_BODY, &mut body).await.map_err(broken)?;
        let is_too_long = body.len() > MAX_BODY;
        let answer = Answer::new(call, status, body, &self.token);
        // Whoever made it, the service did not: a call whose answer is not read would pass for done.
        if is_page || (is_json_expected && answer.is_markup()) {
            Err(answer.page())
        } else if is_too_long {
            Err(answer.unreadable(format!("it is longer than {} MiB", MAX_BODY / (1024 * 1024))))
        } else {
            Ok(answer)
        }
    }

    fn broken(
        &self,
        call: &str,
        (address, is_here): (&str, bool),
        after: Duration,
        error: reqwest::Error,
    ) -> Error {
        // First, since it covers a connection that did not come about in time.
        if error.is_connect() {
            let mut reason = self.token.scrub(&root_cause(error));
            if let Some(variable) = proxy().filter(|_| !is_here) {
                reason.push_str(&format!("; {variable} is set, so it may be the proxy that was not reached"));
            }
            return Error::Unreachable { address: address.to_owned(), reason };
        }
        if error.is_timeout() {
            return Error::TimedOut { call: call.to_owned(), after };
        }
        self.closes.store(true, Ordering::Relaxed);
        Error::Interrupted { call: call.to_owned(), reason: self.token.scrub(&root_cause(error)) }
    }
}

/// The environment variable that names a proxy for what is not on this machine, if one does.
fn proxy() -> Option<&'static str> {
    let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].into_iter().find(is_set)
}

/// Whether the body is said to be for people, as a proxy's is that wants a login first.
fn is_page(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let content_type = content_type.trim_start().to_ascii_lowercase();
    ["text/html", "application/xhtml+xml"].iter().any(|page| content_type.starts_with(page))
}

/// The last link of an error's chain, which alone says what happened; those before it say "error sending request".
fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
