//! The body of a call that went well.

use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Token, json, words};
use crate::Error;

/// What of a body is read, in bytes: many times the longest page of a list, and no more than a test binary can spare.
pub(super) const MAX_BODY: usize = 32 * 1024 * 1024;

/// What of a body is looked through for how it begins, in bytes.
const MAX_BEGINNING: usize = 64 * 1024;

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    call: String,
    status: StatusCode,
    body: Vec<u8>,
    /// Struck out of whatever is quoted from the body.
    token: &'a Token,
    /// Whether nothing may be quoted from the body.
    is_secret: bool,
}

impl<'a> Answer<'a> {
    pub(super) fn new(call: String, status: StatusCode, body: Vec<u8>, token: &'a Token) -> Self {
        Self { call, status, body, token, is_secret: false }
    }

    /// This answer, which holds secrets: no error quotes it.
    pub(crate) fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }

    /// Whether the body is no JSON but markup, which people or storages are answered with.
    pub(super) fn is_markup(&self) -> bool {
        words::is_markup(&self.beginning())
    }

    /// The value that the body holds.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] for anything else.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        // Types are read out of a `Value` alone, as their lenient fields are: to read them out of text as well would
        // double what is compiled for them.
        json::read(&self.body).and_then(serde_json::from_value).map_err(|error| self.not_json(&error))
    }

    /// Takes any answer for a success, for calls that no specification describes an answer of.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] where the body says otherwise.
    pub(crate) fn done(self) -> Result<(), Error> {
        self.json_if_any::<Value>().map(drop)
    }

    /// Takes any answer of a storage for a success, also in XML.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] for a page, and where the body says otherwise.
    pub(crate) fn stored(self) -> Result<(), Error> {
        match words::root(&self.beginning()).as_deref() {
            Some("error") => Err(self.denied()),
            Some("html" | "!doctype") => Err(self.page()),
            _ => self.done(),
        }
    }

    fn not_json(&self, error: &serde_json::Error) -> Error {
        let reason = match self.body.as_slice() {
            [] => "expected JSON, and it is empty".to_owned(),
            _ if self.is_secret && error.is_data() => "it does not hold what was expected".to_owned(),
            // The error may quote a value of the body.
            _ => words::without_queries(&self.token.scrub(&error.to_string())),
        };
        self.unreadable(reason)
    }

    /// The error that this answer is, since it cannot be understood.
    pub(super) fn unreadable(&self, reason: String) -> Error {
        let excerpt = if self.is_secret { String::new() } else { words::excerpt(&self.beginning()) };
        Error::Unreadable { reason, excerpt, call: self.call.clone(), status: self.status.as_u16() }
    }

    /// The error that a page for people is: whoever made it, the service did not.
    pub(super) fn page(&self) -> Error {
        self.unreadable("expected JSON, and it is a page".to_owned())
    }

    fn denied(&self) -> Error {
        self.unreadable("it says that the call did not succeed".to_owned())
    }

    /// How the body begins, without the token.
    fn beginning(&self) -> String {
        let beginning = &self.body[..self.body.len().min(MAX_BEGINNING)];
        self.token.scrub(&String::from_utf8_lossy(beginning))
    }

    /// The value that the body holds, if it holds one. For calls whose answer no specification describes, and which
    /// are done whatever it is.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] where the body says that they are not.
    pub(crate) fn json_if_any<T: DeserializeOwned>(self) -> Result<Option<T>, Error> {
        let Ok(told) = json::read(&self.body) else { return Ok(None) };
        match told.get("success") {
            Some(Value::Bool(false)) => Err(self.denied()),
            _ => Ok(serde_json::from_value(told).ok()),
        }
    }
}

/// Reads until the body ends, breaks off, or is longer than this: by less than what the connection brings at once.
pub(super) async fn read(
    response: &mut Response,
    limit: usize,
    body: &mut Vec<u8>,
) -> Result<(), reqwest::Error> {
    while body.len() <= limit
        && let Some(chunk) = response.chunk().await?
    {
        body.extend_from_slice(&chunk);
    }
    Ok(())
}
