//! From a status that is no success to the error that it means.

use std::time::SystemTime;

use reqwest::Response;
use reqwest::header::LOCATION;

use super::base_url::origin;
use super::retry::retry_after;
use super::{BaseUrl, Token, answer, json, words};
use crate::Error;

/// What of an error body is read, in bytes; the reason stands at its beginning.
const MAX_BODY: usize = 64 * 1024;

/// Where services put the number under which they remember a request (contract of Testsigma, section 1).
const REQUEST_IDS: [&str; 2] = ["x-request-id", "x-tms-api-request-id"];

/// The error that a response means. `setting` is the one that holds the service's address, and the address; none for a
/// storage, which knows no token and refuses what it does for reasons of its own.
pub(super) async fn error(
    call: String,
    response: Response,
    token: &Token,
    setting: Option<(&'static str, &BaseUrl)>,
) -> Error {
    let status = response.status();
    if status.is_redirection() {
        return redirected(call, &response, setting);
    }
    let retry_after = retry_after(response.headers(), SystemTime::now());
    let request_id = request_id(&response);
    let body = token.scrub(&String::from_utf8_lossy(&beginning(response).await));
    let message = with_request_id(words::reason(&body), request_id);
    match status.as_u16() {
        401 if setting.is_some() => Error::Unauthorized { call, message },
        403 if setting.is_some() => Error::Forbidden { call, message },
        404 => Error::NotFound { call, message },
        413 => Error::TooLarge { call, message },
        status @ (408 | 425 | 429 | 500..) => Error::Failing { call, status, message, retry_after },
        status => Error::Refused { call, status, message, existing: existing(&body) },
    }
}

/// The `uid` that a refusal names.
fn existing(body: &str) -> Option<i64> {
    json::read(body.as_bytes()).ok()?.get("uid")?.as_i64()
}

/// Where a redirect points to: the host alone, since an address may hold secrets, and what stands before the path of the
/// call, for that is to be set.
fn redirected(call: String, response: &Response, setting: Option<(&'static str, &BaseUrl)>) -> Error {
    let (status, from) = (response.status().as_u16(), response.url());
    let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let Some(url) = location.and_then(|location| from.join(location).ok()) else {
        let reason = "it names no other address, so a cache or a proxy may have made it".to_owned();
        return Error::Unreadable { call, status, reason, excerpt: String::new() };
    };
    let host = origin(&url);
    let Some((name, base)) = setting else { return Error::Redirected { call, to: host, setting: None } };
    let prefix = base.url().path().trim_end_matches('/');
    let path = from.path().strip_prefix(prefix).unwrap_or_default();
    let moved = url.path().trim_end_matches('/').strip_suffix(path);
    let moved = moved.unwrap_or_else(|| if url.path().starts_with(prefix) { prefix } else { "" });
    let to = format!("{host}{moved}");
    if to == base.to_string() {
        // It is set already.
        return Error::Redirected { call, to: format!("another path of {to}"), setting: None };
    }
    Error::Redirected { call, to, setting: Some(name) }
}

fn request_id(response: &Response) -> Option<String> {
    let mut ids = REQUEST_IDS.iter().filter_map(|name| response.headers().get(*name)?.to_str().ok());
    ids.find(|id| !id.is_empty() && id.len() <= 64).map(str::to_owned)
}

/// The service's words, and what its people can find the request by.
fn with_request_id(message: String, id: Option<String>) -> String {
    match id {
        Some(id) if message.is_empty() => format!("request {id}"),
        Some(id) => format!("{message} (request {id})"),
        None => message,
    }
}

/// As much of a body as comes; that it breaks off does not change what the status says.
async fn beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    let _ = answer::read(&mut response, MAX_BODY, &mut body).await;
    body.truncate(MAX_BODY);
    body
}
