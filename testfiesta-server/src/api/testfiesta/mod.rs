//! The API of TestFiesta: one table of routes, one module per resource.

mod cases;
mod data;
mod executions;
mod folders;
mod projects;
mod runs;
mod tags;
mod uploads;

use axum::{
    Json, Router,
    middleware::from_fn_with_state,
    routing::{get, post, put},
};
use serde::Serialize;
use serde_json::{Value, json};
use testfiesta_client::testfiesta::{Deleted, Page, QueryType};

use super::auth::{Group, guard};
use crate::App;

pub(crate) use uploads::download;

/// Every route of the API. PUT stands beside PATCH wherever the official client says so (contract, section 5).
pub(super) fn routes(app: &App) -> Router<App> {
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
fn deleted(what: &str, uid: i64) -> Json<Deleted> {
    Json(Deleted { message: format!("{what} {uid} was deleted") })
}
