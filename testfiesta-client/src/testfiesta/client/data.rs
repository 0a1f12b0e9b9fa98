//! Bulk import and signed uploads: contract, sections 3.4, 3.5 and 6.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::{Client, ProjectClient};
use crate::Error;
use crate::http::Repeat;
#[cfg(feature = "full")]
use crate::testfiesta::DataImport;
use crate::testfiesta::{SignedFile, UploadFile, UploadUrls, UploadUrlsRequest};

impl ProjectClient {
    /// Imports folders, cases, runs and executions; those with a known `source` and `externalId` are replaced, which
    /// is why the call may be repeated. The contract only implies that the vendor's service replaces them too.
    ///
    /// # Errors
    ///
    /// Any [`Error`]. What is wrong with one entry refuses them all.
    #[cfg(feature = "full")]
    pub async fn import(&self, data: &DataImport) -> Result<(), Error> {
        self.send(self.request(Method::POST, &["data"])?.json(data), Repeat::Always).await?.done()
    }

    /// As `import`, with a `DataImport` that is JSON already.
    pub(crate) async fn import_json(&self, data: String) -> Result<(), Error> {
        let request = self.request(Method::POST, &["data"])?;
        self.send(request.header(CONTENT_TYPE, "application/json").body(data), Repeat::Always).await?.done()
    }

    /// Asks where to put files. Nothing is stored before [`Client::upload`], so the call may be repeated.
    ///
    /// # Errors
    ///
    /// Any [`Error`]. None quotes the answer: whoever has an address of it may write there.
    pub async fn upload_urls(&self, files: Vec<UploadFile>) -> Result<UploadUrls, Error> {
        let request = self.request(Method::POST, &["data", "url"])?.json(&UploadUrlsRequest { files });
        self.send(request, Repeat::Always).await?.secret().json()
    }

    /// As [`Client::upload`].
    ///
    /// # Errors
    ///
    /// As [`Client::upload`].
    pub async fn upload(&self, file: &SignedFile, content_type: &str, content: Vec<u8>) -> Result<(), Error> {
        self.client().upload(file, content_type, content).await
    }
}

impl Client {
    /// Puts the bytes of a file where the service said. The address is signed and may lie at another host: the token
    /// stays here, and what is sent along is `clientHeaders` and the content type.
    ///
    /// # Errors
    ///
    /// Any [`Error`], about the host of the address; [`Error::Setting`] for an address or a header that cannot be
    /// used, such as plain http to another machine.
    pub async fn upload(&self, file: &SignedFile, content_type: &str, content: Vec<u8>) -> Result<(), Error> {
        let request = self
            .transport
            .request_elsewhere(Method::PUT, &file.signed_url)?
            .headers(headers(file, content_type)?)
            .body(content);
        self.send(request, Repeat::Always).await?.secret().stored()
    }
}

/// The content type overrides that of the client headers, as in the official client.
fn headers(file: &SignedFile, content_type: &str) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    let client_headers = file.client_headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in client_headers.chain([(CONTENT_TYPE.as_str(), content_type)]) {
        let header = HeaderName::try_from(name).ok().zip(HeaderValue::try_from(value).ok());
        let (name, value) =
            header.ok_or_else(|| Error::setting(format!("the upload's header `{name}` cannot be sent")))?;
        headers.insert(name, value);
    }
    Ok(headers)
}
