//! One thing that goes wrong, and for whom.

use std::time::Duration;

use axum::http::{Method, StatusCode};

/// Something that goes wrong for some requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: Kind,
    /// Which part of the requests it strikes, from 0 to 1.
    pub share: f64,
    /// Only requests of this method.
    pub method: Option<Method>,
    /// Only requests of these paths; `*` stands for any text.
    pub path: Option<String>,
    /// Only requests whose body holds this text.
    pub body: Option<String>,
    /// How often at most.
    pub times: Option<u64>,
    /// The same seed makes the same choices.
    pub seed: u64,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Nothing is done, and this is the answer, in JSON.
    Status {
        /// The status.
        status: StatusCode,
        /// `Retry-After`, in whole seconds.
        retry_after: Option<Duration>,
    },
    /// Nothing is done, and the answer is a page of this status, as a proxy makes it.
    Html(StatusCode),
    /// 413 for a request whose body has more bytes than this.
    TooLarge(u64),
    /// The connection breaks.
    Reset(Moment),
    /// There is no answer until the client goes away.
    Hang(Moment),
    /// The request is done, but its answer's JSON ends in the middle.
    Truncated,
    /// The request is done, but its answer's body takes this long to come.
    Slow(Duration),
    /// The request waits this long, and is done.
    Latency(Duration),
}

/// When it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before anything is done.
    Before,
    /// When everything is done, in the middle of the answer.
    Within,
    /// When everything is done, before the answer.
    After,
}

impl Fault {
    /// A fault that strikes every request.
    pub fn new(kind: Kind) -> Self {
        Self { kind, share: 1.0, method: None, path: None, body: None, times: None, seed: 0 }
    }

    /// Whether this request is one that it may strike.
    pub(super) fn is_about(&self, method: &Method, path: &str, body: &[u8]) -> bool {
        self.method.as_ref().is_none_or(|it| it == method)
            && self.path.as_ref().is_none_or(|it| matches(it, path))
            && self.body.as_ref().is_none_or(|it| String::from_utf8_lossy(body).contains(it))
            && match self.kind {
                Kind::TooLarge(limit) => body.len() as u64 > limit,
                _ => true,
            }
    }
}

/// Whether a text is of this form, in which `*` is any text.
fn matches(form: &str, text: &str) -> bool {
    let Some((start, rest)) = form.split_once('*') else { return form == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        let Some((_, after)) = text.split_once(part) else { return false };
        text = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text() {
        let path = "/v1/local/projects/DEMO/runs/7";
        for form in ["*", "/v1/*", "*/runs/7", "*/runs/*", "/v1/*/DEMO/*", path] {
            assert!(matches(form, path), "{form}");
        }
        for form in ["", "*/runs", "/v2/*", "*/cases/*", "/v1/local"] {
            assert!(!matches(form, path), "{form}");
        }
    }

    #[test]
    fn a_fault_of_one_method_strikes_no_other() {
        let fault = Fault { method: Some(Method::POST), ..Fault::new(Kind::Truncated) };
        assert!(fault.is_about(&Method::POST, "/", b"") && !fault.is_about(&Method::GET, "/", b""));
    }

    #[test]
    fn a_fault_of_one_text_strikes_the_bodies_that_hold_it() {
        let fault = Fault { body: Some("TC-7".to_owned()), ..Fault::new(Kind::Truncated) };
        assert!(fault.is_about(&Method::POST, "/", b"{\"id\":\"TC-7\"}"));
        assert!(!fault.is_about(&Method::POST, "/", b"{}"));
    }

    #[test]
    fn a_body_is_too_large_beyond_the_limit_only() {
        let fault = Fault::new(Kind::TooLarge(2));
        assert!(fault.is_about(&Method::POST, "/", b"123") && !fault.is_about(&Method::POST, "/", b"12"));
    }
}
