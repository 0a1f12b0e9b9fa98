//! `/projects`: contract, section 3.1.

use axum::{Json, extract::State};
use serde_json::Value;
use testfiesta_client::testfiesta::{CreateProject, ListQuery, Page, Project};

use super::page;
use crate::{
    App,
    api::{
        extract::{Asked, Body},
        problem::Answer,
    },
    store::projects,
};

pub(super) async fn list(
    State(app): State<App>,
    Asked(query): Asked<ListQuery>,
) -> Answer<Json<Page<Value>>> {
    let query_type = query.query_type;
    let listed = app.read(move |connection| projects::list(connection, &query)).await?;
    Ok(Json(page(listed, query_type)))
}

pub(super) async fn create(State(app): State<App>, Body(new): Body<CreateProject>) -> Answer<Json<Project>> {
    Ok(Json(app.write(move |connection| projects::create(connection, &new)).await?))
}
