//! What every call goes through, before it is known where it leads: the key, the limit, the headers of the answer
//! (contract, sections 1 and 2).

use std::time::{Instant, SystemTime};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::problem::Problem;
use crate::{
    App,
    api::auth::{Group, bearer, caller},
    keys::Permission,
    random,
};

/// How many calls a second the service names as its limit.
const SERVICE_LIMIT: usize = 10;

pub(super) async fn pass(State(app): State<App>, request: Request, next: Next) -> Response {
    let (limit, left) = match app.testsigma_limit() {
        None => (SERVICE_LIMIT, Some(SERVICE_LIMIT - 1)),
        Some(limit) => (limit.most(), limit.take(Instant::now())),
    };
    let mut response = match left {
        None => Problem::too_many().into_response(),
        Some(_) => match admit(&app, bearer(request.headers()), permission(&request)).await {
            Ok(()) => next.run(request).await,
            Err(problem) => problem.into_response(),
        },
    };
    mark(response.headers_mut(), limit, left.unwrap_or_default());
    response
}

/// Without a key nothing is told, not even whether the route exists.
async fn admit(app: &App, key: Option<String>, needed: Permission) -> Result<(), Problem> {
    caller(app, key).await?.must_have(needed)?;
    Ok(())
}

/// What happened is told apart from what is tested, as TestFiesta's permissions have it.
fn permission(request: &Request) -> Permission {
    let path = request.uri().path();
    let group = if path.contains("/test_runs") || path.contains("/junit-import") {
        Group::Activities
    } else if path.starts_with("/projects") && path.split('/').count() <= 3 {
        Group::Projects
    } else {
        Group::Entities
    };
    group.permission(request.method())
}

fn mark(headers: &mut HeaderMap, limit: usize, left: usize) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    for (name, value) in [
        ("x-request-id", random::hex32()),
        ("x-tms-api-limit", limit.to_string()),
        ("x-tms-api-remaining", left.to_string()),
        // Seen so; what it means is unknown.
        ("x-tms-api-reset", format!("-{now}")),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
