//! Who may do what: every call carries an API key (contract, section 1), and each group of routes asks for its own
//! permissions.

use axum::{
    extract::{RawPathParams, Request, State, rejection::RawPathParamsRejection},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
};

use base64::Engine as _;

use super::{
    extract::nothing_at,
    problem::{Answer, Refusal},
};
use crate::{
    App,
    keys::{self, KeyInfo, Permission},
};

/// The routes that share permissions.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Group {
    Projects,
    Entities,
    Activities,
}

impl Group {
    pub(crate) fn permission(self, method: &Method) -> Permission {
        let (view, edit, delete) = match self {
            Self::Projects => (Permission::EntitiesView, Permission::ProjectEdit, Permission::ProjectDelete),
            Self::Entities => {
                (Permission::EntitiesView, Permission::EntitiesEdit, Permission::EntitiesDelete)
            }
            Self::Activities => {
                (Permission::ActivitiesView, Permission::ActivitiesEdit, Permission::ActivitiesDelete)
            }
        };
        match *method {
            Method::GET | Method::HEAD => view,
            Method::DELETE => delete,
            _ => edit,
        }
    }
}

/// The key that a request came with, for handlers that need more than their group's permission.
#[derive(Clone, Debug)]
pub(crate) struct Caller(KeyInfo);

impl Caller {
    pub(crate) fn must_have(&self, permission: Permission) -> Answer<()> {
        if self.0.allows(permission) { Ok(()) } else { Err(Refusal::forbidden(permission)) }
    }
}

/// Lets a request through whose key is valid, allows this, and is of the organization in the path.
pub(crate) async fn guard(
    State((app, group)): State<(App, Group)>,
    parameters: Result<RawPathParams, RawPathParamsRejection>,
    mut request: Request,
    next: Next,
) -> Answer<Response> {
    let caller = caller(&app, bearer(request.headers())).await?;
    // A path that is no text names nothing that exists.
    let parameters = parameters.map_err(|_| nothing_at(request.uri(), request.extensions()))?;
    let handle = parameters.iter().find(|(name, _)| *name == "handle").map(|(_, handle)| handle);
    if handle != Some(app.handle()) {
        return Err(Refusal::not_found("no organization with this handle here"));
    }
    caller.must_have(group.permission(request.method()))?;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Whose key this is.
pub(crate) async fn caller(app: &App, presented: Option<String>) -> Answer<Caller> {
    let presented = presented.ok_or_else(|| {
        Refusal::unauthorized("expected an API key, as in `Authorization: Bearer testfiesta_…`")
    })?;
    match app.blocking(move |store| keys::verify(store, &presented)).await? {
        Ok(key) => Ok(Caller(key)),
        Err(denied) => Err(Refusal::unauthorized(denied.to_string())),
    }
}

/// The key of a request, if it has one.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
}

/// The password that a browser sends with every request once it was asked for one. The user name does not matter.
pub(crate) fn basic_password(headers: &HeaderMap) -> Option<String> {
    let (scheme, credentials) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let credentials = base64::engine::general_purpose::STANDARD.decode(credentials.trim()).ok()?;
    let (_, password) = std::str::from_utf8(&credentials).ok()?.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| password.to_owned())
}
