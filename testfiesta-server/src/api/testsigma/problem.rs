//! How a request is refused (contract, section 3).

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{Error, api::problem::Refusal};

/// All that the service says of an id that is no UUID, or that is missing (contract, section 3).
const INVALID_ID: &str = "Invalid ID format: ";

/// A refusal on its way out.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    body: Value,
}

impl Problem {
    /// `{"message", "errors": {"code", "message", "details"}}`.
    pub(super) fn new(status: StatusCode, message: &str, details: &str) -> Self {
        let errors = json!({ "code": status.as_u16(), "message": message, "details": details });
        Self { status, body: json!({ "message": message, "errors": errors }) }
    }

    /// `{"code", "message"}`: what is refused before anything is looked at.
    pub(super) fn flat(status: StatusCode, message: &str) -> Self {
        Self { status, body: json!({ "code": status.as_u16(), "message": message }) }
    }

    pub(super) fn no_route() -> Self {
        Self::flat(StatusCode::NOT_FOUND, "Not Found")
    }

    pub(super) fn invalid(details: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "validation failed", details)
    }

    /// Too many calls: not 429, and without `Retry-After` (contract, section 2).
    pub(super) fn too_many() -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, body: json!({ "message": "rate limit exceeded" }) }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, message) = (refusal.status(), refusal.message());
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Self::flat(status, message),
            StatusCode::UNPROCESSABLE_ENTITY => Self::invalid(message),
            // What TestFiesta calls a conflict: the contract knows no 409.
            StatusCode::CONFLICT => Self::invalid(message),
            _ => Self::new(status, message, message),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound { what, id } => {
                let message = format!("{what} not found");
                Self::new(StatusCode::NOT_FOUND, &message, &format!("{message} with ID: {id}"))
            }
            Error::InvalidId => Self::new(StatusCode::BAD_REQUEST, INVALID_ID, ""),
            error => Refusal::from(error).into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}
