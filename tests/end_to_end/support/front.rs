//! What can be put in front of a real service: an ear, and faults.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use serde_json::Value;

/// What stands between a client and the service.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    None,
    /// Requests of this method, with a path that ends so, get this answer.
    Answers {
        method: &'static str,
        path: &'static str,
        status: u16,
    },
    /// An import that mentions this is refused with 422.
    Refuses(&'static str),
}

/// What a client asked for.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Value,
}

/// The layer in front of the service's routes.
#[derive(Clone)]
pub(crate) struct Front {
    fault: Arc<Mutex<Fault>>,
    told: Arc<Mutex<Vec<Told>>>,
}

impl Front {
    pub(crate) fn new() -> Self {
        Self { fault: Arc::new(Mutex::new(Fault::None)), told: Arc::default() }
    }

    /// These routes, with this in front.
    pub(crate) fn of(&self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self.clone(), in_front))
    }

    /// From now on, this is in the way.
    pub(crate) fn set_fault(&self, fault: Fault) {
        *locked(&self.fault) = fault;
    }

    /// Every request so far.
    pub(crate) fn told(&self) -> Vec<Told> {
        locked(&self.told).clone()
    }
}

async fn in_front(State(front): State<Front>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else { return StatusCode::BAD_REQUEST.into_response() };
    locked(&front.told).push(Told {
        method: head.method.clone(),
        path: head.uri.path().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    let fault = *locked(&front.fault);
    match refusal(fault, &head.method, head.uri.path(), &body) {
        Some(status) => (status, axum::Json(serde_json::json!({ "message": "not today" }))).into_response(),
        None => next.run(Request::from_parts(head, Body::from(body))).await,
    }
}

fn refusal(fault: Fault, method: &Method, path: &str, body: &Bytes) -> Option<StatusCode> {
    match fault {
        Fault::None => None,
        Fault::Answers { method: of, path: end, status } => (method.as_str() == of && path.ends_with(end))
            .then(|| StatusCode::from_u16(status).expect("a status")),
        Fault::Refuses(word) => (path.ends_with("/data") && String::from_utf8_lossy(body).contains(word))
            .then_some(StatusCode::UNPROCESSABLE_ENTITY),
    }
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
