//! From status and body to a value or an error.

use std::time::{Duration, SystemTime};

use reqwest::header::LOCATION;
use reqwest::{Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::base_url::origin;
use super::retry::retry_after;
use super::{Token, words};
use crate::Error;

/// What of an error body is read; the reason stands at its beginning.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    /// Struck out of whatever is quoted from the body.
    token: &'a Token,
    call: String,
    status: u16,
    body: Vec<u8>,
}

impl<'a> Answer<'a> {
    /// Reads a response to its end.
    ///
    /// # Errors
    ///
    /// What the status means, or a broken connection in the words of reqwest.
    pub(super) async fn read(
        call: &str,
        response: Response,
        token: &'a Token,
        setting: &'static str,
    ) -> Result<Result<Self, Error>, reqwest::Error> {
        let status = response.status();
        if status.is_success() {
            let body = response.bytes().await?.into();
            return Ok(Ok(Self { token, call: call.to_owned(), status: status.as_u16(), body }));
        }
        if status.is_redirection() {
            let to = target(&response).unwrap_or_else(|| format!("nowhere ({status})"));
            return Ok(Err(Error::Redirected { call: call.to_owned(), to, setting }));
        }
        let retry_after = retry_after(response.headers(), SystemTime::now());
        let body = token.scrub(&String::from_utf8_lossy(&beginning(response).await));
        Ok(Err(refusal(call.to_owned(), status, &body, retry_after)))
    }

    /// An answer that says nothing more than that it went well.
    pub(super) fn empty(call: String, token: &'a Token) -> Self {
        Self { token, call, status: 204, body: Vec::new() }
    }

    /// The value that the body holds.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] for anything else.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| Error::Unreadable {
            reason: match self.body.as_slice() {
                [] => "expected JSON, and it is empty".to_owned(),
                // The error may quote a value of the body.
                _ => self.token.scrub(&error.to_string()),
            },
            excerpt: words::excerpt(&self.token.scrub(&String::from_utf8_lossy(&self.body))),
            call: self.call,
            status: self.status,
        })
    }

    /// The value that the body holds, or the default of an empty body.
    ///
    /// # Errors
    ///
    /// As [`json`](Self::json).
    pub(crate) fn json_or_default<T: DeserializeOwned + Default>(self) -> Result<T, Error> {
        if self.body.trim_ascii().is_empty() { Ok(T::default()) } else { self.json() }
    }
}

fn refusal(call: String, status: StatusCode, body: &str, retry_after: Option<Duration>) -> Error {
    let message = words::reason(body);
    match status.as_u16() {
        401 => Error::Unauthorized { call, message },
        403 => Error::Forbidden { call, message },
        404 => Error::NotFound { call, message },
        413 => Error::TooLarge { call, message },
        status @ (408 | 429 | 500..) => Error::Failing { call, status, message, retry_after },
        status => Error::Refused { call, status, message, existing: existing(body) },
    }
}

/// The `uid` that a refusal names.
fn existing(body: &str) -> Option<i64> {
    serde_json::from_str::<Value>(body).ok()?.get("uid")?.as_i64()
}

/// Where a redirect points to: the host alone, since an address may hold secrets.
fn target(response: &Response) -> Option<String> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let url: Url = response.url().join(location).ok()?;
    Some(origin(&url))
}

/// As much of an error body as comes; that it breaks off does not change what the status says.
async fn beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < MAX_ERROR_BODY
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(MAX_ERROR_BODY);
    body
}
