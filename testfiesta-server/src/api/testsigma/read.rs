//! What handlers take out of a request.

use std::convert::Infallible;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Multipart, Path, Request},
    http::{StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Problem;
use crate::store::testsigma::list::Query;

/// The path's parameters.
pub(super) struct At<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Path::from_request_parts(parts, state).await.map(|Path(it)| Self(it)).map_err(|_| Problem::no_route())
    }
}

/// The query: whatever it holds can be read.
impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

/// The JSON body.
pub(super) struct Body(pub(super) Value);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            Problem::new(rejection.status(), "the body could not be read", &rejection.body_text())
        })?;
        json(&bytes).map(Self)
    }
}

/// A file of a form.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) content: Bytes,
}

/// The parts of a form; a body of JSON alone is taken for its part `data`.
pub(super) struct Form(pub(super) Vec<Part>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
        if content_type.is_some_and(|it| it.starts_with("application/json")) {
            let content = Bytes::from_request(request, state).await;
            let content = content.map_err(|it| bad(&it.body_text()))?;
            let name = "data".to_owned();
            return Ok(Self(vec![Part { name, file_name: None, content_type: None, content }]));
        }
        let form = Multipart::from_request(request, state).await;
        let mut form = form.map_err(|rejection| bad(&rejection.body_text()))?;
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await.map_err(|error| bad(&error.body_text()))? {
            parts.push(Part {
                name: field.name().unwrap_or_default().to_owned(),
                file_name: field.file_name().map(str::to_owned),
                content_type: field.content_type().map(str::to_owned),
                content: field.bytes().await.map_err(|error| bad(&error.body_text()))?,
            });
        }
        Ok(Self(parts))
    }
}

pub(super) fn json(bytes: &[u8]) -> Result<Value, Problem> {
    serde_json::from_slice(bytes).map_err(|error| bad(&format!("not JSON: {error}")))
}

fn bad(details: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "the body could not be read", details)
}
