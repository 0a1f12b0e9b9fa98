//! How a request is refused: a status, and a JSON body that says why.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rusqlite::ErrorCode;
use testfiesta_client::testfiesta::{FieldProblem, Problem, Uid};

use crate::{Error, keys::Permission};

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    problem: Problem,
}

/// What a handler returns.
pub(crate) type Answer<T> = Result<T, Refusal>;

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, problem: Problem { message: message.into(), ..Problem::default() } }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn message(&self) -> &str {
        &self.problem.message
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    pub(crate) fn forbidden(missing: Permission) -> Self {
        Self::new(StatusCode::FORBIDDEN, format!("the API key lacks the permission `{missing}`"))
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 422, with the field that is wrong.
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        let (field, message) = (field.into(), message.into());
        let problem = Problem {
            message: if field.is_empty() { message.clone() } else { format!("{field}: {message}") },
            errors: vec![FieldProblem { field, message }],
            uid: None,
        };
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, problem }
    }

    /// 500: told once to whoever runs the server, and not at all to the caller.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        let mut line = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            line += &format!(": {error}");
            source = error.source();
        }
        eprintln!("testfiesta-server: {line}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal server error")
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound { .. } => Self::not_found(error.to_string()),
            Error::InvalidId => Self::invalid("", error.to_string()),
            Error::Invalid { field, message } => Self::invalid(field, message),
            Error::Conflict { message, uid } => Self {
                status: StatusCode::CONFLICT,
                problem: Problem { message, errors: Vec::new(), uid: Some(Uid::new(uid)) },
            },
            // Another process was writing for longer than we wait: nothing was done, and it may be tried again.
            Error::Database(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "the database is busy: try again")
            }
            error => Self::internal(&error),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.problem)).into_response();
        let hint = match self.status {
            StatusCode::UNAUTHORIZED => Some((header::WWW_AUTHENTICATE, "Bearer")),
            StatusCode::SERVICE_UNAVAILABLE => Some((header::RETRY_AFTER, "1")),
            _ => None,
        };
        if let Some((name, value)) = hint {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
