//! The body of a call that went well.

use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Token, words};
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
}

impl<'a> Answer<'a> {
    pub(super) fn new(call: String, status: StatusCode, body: Vec<u8>, token: &'a Token) -> Self {
        Self { call, status, body, token }
    }

    /// The value that the body holds.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] for anything else.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        // Types are read out of a `Value` alone, as their lenient fields are: to read them out of text as well would
        // double what is compiled for them.
        serde_json::from_slice(&self.body)
            .and_then(serde_json::from_value)
            .map_err(|error| self.not_json(&error))
    }

    /// Takes any answer for a success, for calls that no specification describes an answer of.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] where the body says otherwise.
    pub(crate) fn done(self) -> Result<(), Error> {
        let told: Option<Value> = serde_json::from_slice(&self.body).ok();
        match told.as_ref().and_then(|told| told.get("success")) {
            Some(Value::Bool(false)) => {
                Err(self.unreadable("it says that the call did not succeed".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn not_json(&self, error: &serde_json::Error) -> Error {
        let reason = match self.body.as_slice() {
            [] => "expected JSON, and it is empty".to_owned(),
            // The error may quote a value of the body.
            _ => self.token.scrub(&error.to_string()),
        };
        self.unreadable(reason)
    }

    /// The error that this answer is, since it cannot be understood.
    pub(super) fn unreadable(&self, reason: String) -> Error {
        let beginning = &self.body[..self.body.len().min(MAX_BEGINNING)];
        Error::Unreadable {
            reason,
            excerpt: words::excerpt(&self.token.scrub(&String::from_utf8_lossy(beginning))),
            call: self.call.clone(),
            status: self.status.as_u16(),
        }
    }

    /// The value that the body holds, if it holds one. For calls whose answer no specification describes, and which
    /// are done whatever it is.
    pub(crate) fn json_if_any<T: DeserializeOwned>(self) -> Option<T> {
        self.json().ok()
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
