//! The API: one table of routes, one module per resource.

pub(crate) mod auth;
mod cases;
mod data;
mod executions;
pub(crate) mod extract;
mod folders;
pub(crate) mod problem;
mod projects;
mod runs;
mod tags;
pub(crate) mod uploads;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{Method, StatusCode, Uri},
    middleware::from_fn_with_state,
    routing::{get, post, put},
};
use serde::Serialize;
use serde_json::{Value, json};
use testfiesta_client::testfiesta::{Page, QueryType};

use self::{
    auth::{Group, guard},
    problem::Refusal,
};
use crate::App;

/// How large a request may be, in bytes: more outcomes than anybody sends at once, less than memory holds.
pub(crate) const MAX_BODY: usize = 64 * 1024 * 1024;

/// Every route of the API. PUT stands beside PATCH wherever the official client says so (contract, section 5).
pub(crate) fn routes(app: &App) -> Router<App> {
    let guarded =
        |routes: Router<App>, group| routes.route_layer(from_fn_with_state((app.clone(), group), guard));

    let projects = Router::new().route("/projects", get(projects::list).post(projects::create));
    let entities = Router::new()
        .route("/projects/{key}/cases", get(cases::list).post(cases::create))
        .route("/projects/{key}/cases/{id}", get(cases::get).delete(cases::delete))
        .route("/projects/{key}/folders", get(folders::list).post(folders::create))
        .route(
            "/projects/{key}/folders/{id}",
            get(folders::get).patch(folders::update).put(folders::update).delete(folders::delete),
        )
        .route("/tags", get(tags::list).post(tags::create))
        .route("/tags/{id}", get(tags::get).patch(tags::update).put(tags::update).delete(tags::delete));
    let activities = Router::new()
        .route("/projects/{key}/runs", get(runs::list).post(runs::create))
        .route(
            "/projects/{key}/runs/{id}",
            get(runs::get).patch(runs::update).put(runs::update).delete(runs::delete),
        )
        .route("/projects/{key}/executions", get(executions::list).post(executions::create))
        .route(
            "/projects/{key}/executions/{id}",
            get(executions::get).patch(executions::update).put(executions::update),
        )
        .route("/projects/{key}/data", post(data::import))
        .route("/projects/{key}/data/url", post(uploads::announce))
        .route("/projects/{key}/attachments/{attachment}", get(uploads::download));

    let v1 = guarded(projects, Group::Projects)
        .merge(guarded(entities, Group::Entities))
        .merge(guarded(activities, Group::Activities));
    Router::new()
        .nest("/v1/{handle}", v1)
        // No key: the signature in the address is what allows it (contract, section 6).
        .route("/uploads/{attachment}", put(uploads::receive))
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

async fn no_such_route(uri: Uri) -> Refusal {
    Refusal::not_found(format!("no route {}", uri.path()))
}

async fn no_such_method(method: Method, uri: Uri) -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, format!("no {method} at {}", uri.path()))
}

/// A page as `queryType` wants it: whole, or with nothing of the items but their uids. (The store leaves the items of
/// a mere count out.)
fn page<T: Serialize>(page: Page<T>, query_type: Option<QueryType>) -> Page<Value> {
    let item = |item: T| {
        let item = serde_json::to_value(item).expect("wire types are JSON");
        if query_type == Some(QueryType::OnlyUids) { json!({ "uid": item["uid"] }) } else { item }
    };
    Page {
        count: page.count,
        items: page.items.into_iter().map(item).collect(),
        next_offset: page.next_offset,
    }
}

/// The answer to a deletion (contract, section 2).
fn deleted(what: &str, uid: i64) -> axum::Json<testfiesta_client::testfiesta::Deleted> {
    axum::Json(testfiesta_client::testfiesta::Deleted { message: format!("{what} {uid} was deleted") })
}
