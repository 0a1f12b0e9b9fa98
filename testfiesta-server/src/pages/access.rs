//! Who may look.
//!
//! On a loopback address everybody who can connect: it is the developer's own machine. A page elsewhere could still
//! reach it through the developer's browser, under a name that it makes point there, so the `Host` must be a
//! loopback one too. On any other address the browser asks for an API key.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::Sorry;
use crate::{
    App,
    api::auth::{self, basic_password},
    keys::Permission,
};

/// Nothing is loaded but the style sheet, and no other page may frame this one.
const CONTENT_POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    if let Err(refusal) = may_look(&app, request.headers()).await {
        return refusal;
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT_POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

async fn may_look(app: &App, headers: &HeaderMap) -> Result<(), Response> {
    if app.is_on_loopback() {
        if names_loopback(headers) {
            return Ok(());
        }
        let message = "this server shows its pages under a loopback address only, as in http://127.0.0.1";
        return Err(Sorry(StatusCode::FORBIDDEN, message.to_owned()).into_response());
    }
    let allowed = async {
        let caller = auth::caller(app, basic_password(headers)).await?;
        caller.must_have(Permission::EntitiesView)?;
        caller.must_have(Permission::ActivitiesView)
    };
    allowed.await.map_err(|refusal| {
        let mut response = Sorry::from(refusal).into_response();
        if response.status() == StatusCode::UNAUTHORIZED {
            let challenge =
                HeaderValue::from_static("Basic realm=\"TestFiesta: an API key as the password\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    })
}

fn names_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    let Some(host) = host.and_then(|it| it.parse::<Authority>().ok()) else { return false };
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}
