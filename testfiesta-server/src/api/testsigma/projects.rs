//! Projects and their folders.

use axum::{extract::State, response::Response};

use super::{
    answer::{Answer, created, deleted, list as listed, one},
    read::{At, Body},
};
use crate::{
    App,
    store::testsigma::{folders, list::Query, projects},
};

/// Path parameters of what lies in a project.
type Within = (String, String);

pub(super) async fn list(State(app): State<App>, query: Query) -> Answer<Response> {
    let rows = app.read(projects::list).await?;
    Ok(listed("projects", query.page("projects", &["name", "human_id_prefix"], rows)))
}

pub(super) async fn create(State(app): State<App>, Body(body): Body) -> Answer {
    Ok(created("project", app.write(move |it| projects::create(it, &body)).await?))
}

pub(super) async fn get(State(app): State<App>, At(project): At<String>) -> Answer {
    Ok(one("project", app.read(move |it| projects::find(it, &project)).await?))
}

pub(super) async fn update(State(app): State<App>, At(project): At<String>, Body(body): Body) -> Answer {
    Ok(one("project", app.write(move |it| projects::update(it, &project, &body)).await?))
}

pub(super) async fn delete(State(app): State<App>, At(project): At<String>) -> Answer {
    app.write(move |it| projects::delete(it, &project)).await?;
    Ok(deleted("project"))
}

pub(super) async fn folders(State(app): State<App>, At(project): At<String>, query: Query) -> Answer {
    let rows = app.read(move |it| folders::list(it, &project)).await?;
    Ok(listed("folders", query.page("folders", &["name"], rows)))
}

pub(super) async fn create_folder(
    State(app): State<App>,
    At(project): At<String>,
    Body(body): Body,
) -> Answer {
    Ok(created("folder", app.write(move |it| folders::create(it, &project, &body)).await?))
}

pub(super) async fn folder(State(app): State<App>, At((project, id)): At<Within>) -> Answer {
    Ok(one("folder", app.read(move |it| folders::find(it, &project, &id)).await?))
}

pub(super) async fn update_folder(
    State(app): State<App>,
    At((project, id)): At<Within>,
    Body(body): Body,
) -> Answer {
    Ok(one("folder", app.write(move |it| folders::update(it, &project, &id, &body)).await?))
}

pub(super) async fn move_folder(
    State(app): State<App>,
    At((project, id)): At<Within>,
    Body(body): Body,
) -> Answer {
    Ok(one("folder", app.write(move |it| folders::relocate(it, &project, &id, &body)).await?))
}

pub(super) async fn delete_folder(State(app): State<App>, At((project, id)): At<Within>) -> Answer {
    app.write(move |it| folders::delete(it, &project, &id)).await?;
    Ok(deleted("folder"))
}
