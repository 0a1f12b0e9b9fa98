//! An ear in front of a real service.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use serde_json::Value;

/// What a client asked for.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Value,
}

/// The layer in front of the service's routes.
#[derive(Clone, Default)]
pub(crate) struct Front(Arc<Mutex<Vec<Told>>>);

impl Front {
    /// These routes, with this in front.
    pub(crate) fn of(&self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self.clone(), in_front))
    }

    /// Every request so far.
    pub(crate) fn told(&self) -> Vec<Told> {
        self.locked().clone()
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn in_front(State(front): State<Front>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else { return StatusCode::BAD_REQUEST.into_response() };
    front.locked().push(Told {
        method: head.method.clone(),
        path: head.uri.path().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    next.run(Request::from_parts(head, Body::from(body))).await
}
