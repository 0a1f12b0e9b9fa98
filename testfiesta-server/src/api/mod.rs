//! The APIs: one directory for each service that is spoken, over the same store.

pub(crate) mod auth;
pub(crate) mod extract;
pub(crate) mod problem;
pub(crate) mod testfiesta;
pub(crate) mod testsigma;

use axum::{
    Router,
    extract::{DefaultBodyLimit, OriginalUri, Request},
    http::{Method, StatusCode},
    response::{IntoResponse as _, Response},
};

use self::problem::Refusal;
use crate::{App, pages};

/// How large a request may be, in bytes: more outcomes than anybody sends at once, less than memory holds.
pub(crate) const MAX_BODY: usize = 64 * 1024 * 1024;

/// What the paths of an API begin with.
const OURS: [&str; 3] = ["/v1/", "/api/", "/uploads/"];

/// Every route.
pub(crate) fn routes(app: &App) -> Router<App> {
    testfiesta::routes(app)
        .merge(testsigma::routes(app))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
}

/// The request with one slash where its path begins with several.
pub(crate) fn without_doubled_slash(mut request: Request) -> Request {
    if request.uri().path().starts_with("//") {
        let tail = request.uri().path_and_query().map_or("", |it| it.as_str()).trim_start_matches('/');
        if let Ok(uri) = format!("/{tail}").parse() {
            *request.uri_mut() = uri;
        }
    }
    request
}

async fn no_such_route(OriginalUri(uri): OriginalUri) -> Response {
    let path = uri.path();
    // Elsewhere it is people who look.
    if OURS.iter().any(|it| path.starts_with(it)) {
        Refusal::not_found(format!("no route {path}")).into_response()
    } else {
        pages::nothing_at(path)
    }
}

async fn no_such_method(method: Method, OriginalUri(uri): OriginalUri) -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, format!("no {method} at {}", uri.path()))
}
