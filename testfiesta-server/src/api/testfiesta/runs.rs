//! `/projects/{key}/runs`: contract, section 3.2.

use axum::{Json, extract::State};
use serde_json::Value;
use testfiesta_client::testfiesta::{CreateRun, Deleted, ListQuery, Page, Run, UpdateRun};

use super::{deleted, page};
use crate::{
    App,
    api::{
        extract::{Asked, At, Body},
        problem::Answer,
    },
    store::{attachments, projects, runs},
};

/// Path parameters of one run.
type One = (String, String, i64);

pub(super) async fn list(
    State(app): State<App>,
    At((_, project)): At<(String, String)>,
    Asked(query): Asked<ListQuery>,
) -> Answer<Json<Page<Value>>> {
    let query_type = query.query_type;
    let listed =
        app.read_in(project, move |connection, project| runs::list(connection, project, &query)).await?;
    Ok(Json(page(listed, query_type)))
}

pub(super) async fn create(
    State(app): State<App>,
    At((_, project)): At<(String, String)>,
    Body(new): Body<CreateRun>,
) -> Answer<Json<Run>> {
    let created =
        app.write_in(project, move |connection, project| runs::create(connection, project, &new)).await?;
    Ok(Json(created))
}

pub(super) async fn get(State(app): State<App>, At((_, project, uid)): At<One>) -> Answer<Json<Run>> {
    let found = app.read_in(project, move |connection, project| runs::find(connection, project, uid)).await?;
    Ok(Json(found))
}

pub(super) async fn update(
    State(app): State<App>,
    At((_, project, uid)): At<One>,
    Body(change): Body<UpdateRun>,
) -> Answer<Json<Run>> {
    let updated = app
        .write_in(project, move |connection, project| runs::update(connection, project, uid, &change))
        .await?;
    Ok(Json(updated))
}

pub(super) async fn delete(State(app): State<App>, At((_, project, uid)): At<One>) -> Answer<Json<Deleted>> {
    app.blocking(move |store| {
        let files = store.write(|connection| {
            let files = attachments::of_run(connection, uid)?;
            runs::delete(connection, projects::uid(connection, &project)?, uid)?;
            Ok(files)
        })?;
        store.forget(&files);
        Ok(())
    })
    .await?;
    Ok(deleted("run", uid))
}
