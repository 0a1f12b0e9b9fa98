//! `/projects/{key}/folders`: contract, section 3.7.

use axum::{Json, extract::State};
use serde_json::Value;
use testfiesta_client::testfiesta::{CreateFolder, Deleted, Folder, ListQuery, Page, UpdateFolder};

use super::{deleted, page};
use crate::{
    App,
    api::{
        extract::{Asked, At, Body},
        problem::Answer,
    },
    store::{folders, projects},
};

/// Path parameters of one folder.
type One = (String, String, i64);

pub(super) async fn list(
    State(app): State<App>,
    At((_, project)): At<(String, String)>,
    Asked(query): Asked<ListQuery>,
) -> Answer<Json<Page<Value>>> {
    let query_type = query.query_type;
    let listed = app
        .read(move |connection| folders::list(connection, projects::uid(connection, &project)?, &query))
        .await?;
    Ok(Json(page(listed, query_type)))
}

pub(super) async fn create(
    State(app): State<App>,
    At((_, project)): At<(String, String)>,
    Body(new): Body<CreateFolder>,
) -> Answer<Json<Folder>> {
    let created = app
        .write(move |connection| folders::create(connection, projects::uid(connection, &project)?, &new))
        .await?;
    Ok(Json(created))
}

pub(super) async fn get(State(app): State<App>, At((_, project, uid)): At<One>) -> Answer<Json<Folder>> {
    let found = app
        .read(move |connection| folders::find(connection, projects::uid(connection, &project)?, uid))
        .await?;
    Ok(Json(found))
}

pub(super) async fn update(
    State(app): State<App>,
    At((_, project, uid)): At<One>,
    Body(change): Body<UpdateFolder>,
) -> Answer<Json<Folder>> {
    let updated = app
        .write(move |connection| {
            folders::update(connection, projects::uid(connection, &project)?, uid, &change)
        })
        .await?;
    Ok(Json(updated))
}

pub(super) async fn delete(State(app): State<App>, At((_, project, uid)): At<One>) -> Answer<Json<Deleted>> {
    app.write(move |connection| folders::delete(connection, projects::uid(connection, &project)?, uid))
        .await?;
    Ok(deleted("folder", uid))
}
