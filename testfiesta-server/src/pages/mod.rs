//! Pages for people: what the API was told, read-only, without a script.

mod access;
mod layout;
mod projects;
mod run;
mod runs;

use std::fmt::Display;

use axum::{
    Router,
    extract::{FromRequestParts, OriginalUri, State},
    http::{StatusCode, header, request::Parts},
    middleware::from_fn_with_state,
    response::{IntoResponse, Redirect, Response},
    routing::{MethodRouter, get},
};
use maud::html;

use crate::{
    App, Error, api,
    api::{extract::At, problem::Refusal},
};

/// Every page. That of a run lies where the service's own dashboard has it (contract, section 6, "Dashboard URL").
pub(crate) fn routes(app: &App) -> Router<App> {
    let project = format!("/{}/{{project}}", app.handle());
    Router::new()
        .route("/", get(projects::page))
        .route("/{handle}/{project}/runs", get(runs::page))
        .route("/{handle}/{project}/runs/{uid}/folders", get(run::page))
        .route("/{handle}/{project}/attachments/{attachment}", get(file))
        .route("/style.css", get(style))
        // What is left of an address that somebody cut short.
        .route(&format!("/{}", app.handle()), get(async || Redirect::temporary("/")))
        .route(&project, further("/runs"))
        .route(&format!("{project}/"), further("/runs"))
        .route(&format!("{project}/runs/"), further(""))
        .route(&format!("{project}/runs/{{uid}}"), further("/folders"))
        .route(&format!("{project}/runs/{{uid}}/"), further("/folders"))
        .route(&format!("{project}/runs/{{uid}}/folders/"), further(""))
        .route_layer(from_fn_with_state(app.clone(), access::guard))
}

/// Where the page of a run is.
pub(crate) fn of_run(handle: &str, project: &str, uid: impl Display) -> String {
    format!("/{handle}/{project}/runs/{uid}/folders")
}

/// How every page looks, in the dark too: for whoever makes a page of the same kind.
pub const STYLE: &str = include_str!("style.css");

/// Leads on to the page at the end of this address.
fn further(end: &'static str) -> MethodRouter<App> {
    get(async move |OriginalUri(uri): OriginalUri| {
        Redirect::temporary(&format!("{}{end}", uri.path().trim_end_matches('/')))
    })
}

/// The answer where there is no page.
pub(crate) fn nothing_at(path: &str) -> Response {
    Sorry(StatusCode::NOT_FOUND, format!("there is no page {path}")).into_response()
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// What a test attached.
async fn file(app: State<App>, Wanted(at): Wanted<At<(String, String, String)>>) -> Result<Response, Sorry> {
    Ok(api::testfiesta::download(app, at).await?)
}

/// Taken out of the request for a page: what cannot be read leads to a page too.
struct Wanted<T>(T);

impl<S: Send + Sync, T: FromRequestParts<S, Rejection = Refusal>> FromRequestParts<S> for Wanted<T> {
    type Rejection = Sorry;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Sorry> {
        Ok(Self(T::from_request_parts(parts, state).await?))
    }
}

/// A page that cannot be shown, and why.
struct Sorry(StatusCode, String);

impl From<Refusal> for Sorry {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.status(), refusal.message().to_owned())
    }
}

impl From<Error> for Sorry {
    fn from(error: Error) -> Self {
        Refusal::from(error).into()
    }
}

impl IntoResponse for Sorry {
    fn into_response(self) -> Response {
        let page =
            layout::page("Not shown", &[], html! { p { (self.1) } p { a href="/" { "All projects" } } });
        (self.0, page).into_response()
    }
}

/// The organization in the path must be ours.
fn must_be_ours(app: &App, handle: &str) -> Result<(), Sorry> {
    if handle == app.handle() {
        Ok(())
    } else {
        Err(Sorry(StatusCode::NOT_FOUND, "no organization with this handle here".to_owned()))
    }
}
