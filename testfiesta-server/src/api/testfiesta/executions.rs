//! `/projects/{key}/executions`: contract, section 3.3.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::Value;
use testfiesta_client::testfiesta::{CreateExecution, Execution, ListQuery, Page, Uid, UpdateExecution};

use super::page;
use crate::{
    App,
    api::{
        extract::{Asked, At, Body},
        problem::Answer,
    },
    store::executions,
};

/// Path parameters of one execution.
type One = (String, String, i64);

/// What a list of executions may be narrowed by, beside what every list may be.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    run_uid: Option<Uid>,
}

pub(super) async fn list(
    State(app): State<App>,
    At((_, project)): At<(String, String)>,
    Asked(query): Asked<ListQuery>,
    Asked(filter): Asked<Filter>,
) -> Answer<Json<Page<Value>>> {
    let query_type = query.query_type;
    let run = filter.run_uid.map(Uid::get);
    let listed = app
        .read_in(project, move |connection, project| executions::list(connection, project, run, &query))
        .await?;
    Ok(Json(page(listed, query_type)))
}

pub(super) async fn create(
    State(app): State<App>,
    At((_, project)): At<(String, String)>,
    Body(new): Body<CreateExecution>,
) -> Answer<Json<Execution>> {
    let created = app
        .write_in(project, move |connection, project| executions::create(connection, project, &new))
        .await?;
    Ok(Json(created))
}

pub(super) async fn get(State(app): State<App>, At((_, project, uid)): At<One>) -> Answer<Json<Execution>> {
    let found =
        app.read_in(project, move |connection, project| executions::find(connection, project, uid)).await?;
    Ok(Json(found))
}

pub(super) async fn update(
    State(app): State<App>,
    At((_, project, uid)): At<One>,
    Body(change): Body<UpdateExecution>,
) -> Answer<Json<Execution>> {
    let updated = app
        .write_in(project, move |connection, project| executions::update(connection, project, uid, &change))
        .await?;
    Ok(Json(updated))
}
