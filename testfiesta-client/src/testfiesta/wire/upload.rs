//! Signed uploads: contract, sections 3.5 and 6. Only the newer specification has them.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Uid, lenient};

/// Body of `POST …/data/url` (contract, section 3.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
pub struct UploadUrlsRequest {
    /// The files to upload.
    pub files: Vec<UploadFile>,
}

/// One file to upload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
#[serde(rename_all = "camelCase")]
pub struct UploadFile {
    /// Name.
    pub file_name: String,
    /// Content type.
    pub file_type: String,
    /// Length in bytes.
    #[serde(deserialize_with = "lenient::count")]
    pub size: u64,
    /// What it is attached to: the external id of an execution's case.
    #[serde(deserialize_with = "lenient::text")]
    pub external_id: String,
    /// The run.
    pub run_id: Uid,
    /// Where the service should store it.
    #[cfg(feature = "wire")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_path: Option<String>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<MediaType>,
    /// Version.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// What an uploaded file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
#[serde(rename_all = "lowercase")]
pub enum MediaType {
    /// Something attached to an execution.
    Attachment,
}

/// The answer to [`UploadUrlsRequest`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct UploadUrls {
    /// Where to put each file, in the order of the request.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub files: Vec<SignedFile>,
}

/// Where to put one file.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
#[serde(rename_all = "camelCase")]
pub struct SignedFile {
    /// Name, as requested.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub file_name: String,
    /// Where to PUT the bytes. Whoever has this address may write there, so `Debug` hides it.
    pub signed_url: String,
    /// Where the file is found afterwards.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub object_url: String,
    /// The service's key of the file.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub key: String,
    /// Where the service stores it.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub storage_path: String,
    /// Headers to send with the bytes.
    #[serde(default, deserialize_with = "lenient::texts")]
    pub client_headers: HashMap<String, String>,
    /// As requested. The specification does not list it, and the official client wants it.
    #[cfg(feature = "wire")]
    #[serde(default, alias = "external_id", deserialize_with = "lenient::optional_text")]
    pub external_id: Option<String>,
}

impl fmt::Debug for SignedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedFile").field("file_name", &self.file_name).finish_non_exhaustive()
    }
}
