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
    store::folders,
};

/// Path parameters of one folder.
type One = (String, String, i64);

pub(super) async fn list(
    State(app): State<App>,
    At((_, project)): At<(String, String)>,
    Asked(query): Asked<ListQuery>,
) -> Answer<Json<Page<Value>>> {
    let query_type = query.query_type;
    let listed =
        app.read_in(project, move |connection, project| folders::list(connection, project, &query)).await?;
    Ok(Json(page(listed, query_type)))
}

pub(super) async fn create(
    State(app): State<App>,
    At((_, project)): At<(String, String)>,
    Body(new): Body<CreateFolder>,
) -> Answer<Json<Folder>> {
    let created =
        app.write_in(project, move |connection, project| folders::create(connection, project, &new)).await?;
    Ok(Json(created))
}

pub(super) async fn get(State(app): State<App>, At((_, project, uid)): At<One>) -> Answer<Json<Folder>> {
    let found =
        app.read_in(project, move |connection, project| folders::find(connection, project, uid)).await?;
    Ok(Json(found))
}

pub(super) async fn update(
    State(app): State<App>,
    At((_, project, uid)): At<One>,
    Body(change): Body<UpdateFolder>,
) -> Answer<Json<Folder>> {
    let updated = app
        .write_in(project, move |connection, project| folders::update(connection, project, uid, &change))
        .await?;
    Ok(Json(updated))
}

pub(super) async fn delete(State(app): State<App>, At((_, project, uid)): At<One>) -> Answer<Json<Deleted>> {
    app.write_in(project, move |connection, project| folders::delete(connection, project, uid)).await?;
    Ok(deleted("folder", uid))
}
