//! The address of a service.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use crate::Error;

/// The address that a service's paths are appended to, as in `https://api.testfiesta.com`; it may have a path itself.
///
/// Always https, but for loopback (`localhost`, `127.0.0.0/8`, `::1`), where plain http is allowed: a token must not
/// cross a network in the clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Reads an address; a slash at its end makes no difference.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for what is no http or https address, for plain http to anything but loopback, and for one
    /// with credentials, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let url = Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| {
                Error::setting(format!(
                    "`{}` is no address of a service; expected one like `https://api.testfiesta.com`",
                    after_credentials(text)
                ))
            })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::setting(format!(
                "the address of {} holds credentials; leave them out and set the token instead",
                origin(&url)
            )));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Error::setting(format!(
                "the address of {} holds a query or a fragment; end it before the `?` or `#`",
                origin(&url)
            )));
        }
        must_be_private(&url)?;
        Ok(Self(url))
    }

    /// Whether the service runs on this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The address of a path, whose segments may hold any character.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a segment that would lead elsewhere: an empty one, `.` or `..`.
    pub(crate) fn join(&self, segments: &[&str]) -> Result<Url, Error> {
        if let Some(segment) = segments.iter().find(|segment| matches!(**segment, "" | "." | "..")) {
            let segment = if segment.is_empty() { "an empty name" } else { segment };
            return Err(Error::setting(format!(
                "{segment} cannot be part of an address; check the organization's handle and the project's key"
            )));
        }
        let mut url = self.0.clone();
        url.path_segments_mut().expect("http addresses have a path").pop_if_empty().extend(segments);
        Ok(url)
    }

    /// This address with a path, in place of its own.
    pub(crate) fn below(&self, path: &str) -> Self {
        let mut url = self.0.clone();
        url.set_path(path);
        Self(url)
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for BaseUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Refuses an address that would be spoken to in the clear over a network.
pub(super) fn must_be_private(url: &Url) -> Result<(), Error> {
    if url.scheme() == "https" || is_loopback(url) {
        return Ok(());
    }
    Err(Error::setting(format!(
        "{} is not encrypted; plain http is allowed to this machine only, use https",
        origin(url)
    )))
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback(),
        // `Url` has lowercased it already.
        Err(_) => address == "localhost",
    }
}

/// Scheme, host and port: what of an address can be shown.
pub(super) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Of a text that was meant as an address and cannot be taken apart, what no credentials can be in: all after an `@`.
fn after_credentials(text: &str) -> &str {
    text.rsplit_once('@').map_or(text, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    fn parse(text: &str) -> Result<String, String> {
        BaseUrl::parse(text).map(|url| url.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn plain_http_is_allowed_to_loopback() {
        for text in [
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://127.8.9.10",
            "http://[::1]:9",
            "http://LOCALHOST",
        ] {
            assert_eq!(parse(text), Ok(text.to_lowercase()));
        }
    }

    #[test]
    fn plain_http_is_refused_to_anything_else() {
        for text in
            ["http://api.testfiesta.com", "http://10.0.0.1", "http://localhost.evil.com", "http://128.0.0.1"]
        {
            assert_eq!(
                parse(text),
                Err(format!(
                    "{text} is not encrypted; plain http is allowed to this machine only, use https"
                ))
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example() {
        for text in ["", "api.testfiesta.com", "localhost:8080", "ftp://example.com", "https://"] {
            assert_eq!(
                parse(text),
                Err(format!(
                    "`{text}` is no address of a service; expected one like `https://api.testfiesta.com`"
                ))
            );
        }
    }

    #[test]
    fn credentials_are_refused_without_showing_them() {
        for text in ["https://user:secret@example.com", "https:/user:secret@", "user:secret@example.com"] {
            let error = parse(text).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_query_is_refused() {
        assert_eq!(
            parse("https://example.com/?a=b"),
            Err("the address of https://example.com holds a query or a fragment; end it before the `?` or `#`".into())
        );
    }

    #[test]
    fn paths_are_appended_to_the_path_whether_or_not_it_ends_with_a_slash() {
        for text in ["https://example.com/api", "https://example.com/api/"] {
            let url = BaseUrl::parse(text).unwrap().join(&["v1", "acme"]).unwrap();
            assert_eq!(url.as_str(), "https://example.com/api/v1/acme");
        }
    }

    #[test]
    fn segments_are_percent_encoded() {
        let url = BaseUrl::parse("https://example.com").unwrap().join(&["v1", "a/b c?d#e%"]).unwrap();
        assert_eq!(url.as_str(), "https://example.com/v1/a%2Fb%20c%3Fd%23e%25");
    }

    #[test]
    fn segments_that_lead_elsewhere_are_refused() {
        let base = BaseUrl::parse("https://example.com").unwrap();
        for segment in ["", ".", ".."] {
            assert!(base.join(&["v1", segment, "projects"]).is_err(), "{segment}");
        }
    }
}
