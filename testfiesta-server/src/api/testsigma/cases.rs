//! Test cases.

use axum::extract::State;

use super::{
    answer::{Answer, created, deleted, list as listed, one},
    read::{At, Body},
};
use crate::{
    App,
    store::testsigma::{cases, list::Query},
};

/// Path parameters of one case.
type One = (String, String);

pub(super) async fn list(State(app): State<App>, At(project): At<String>, query: Query) -> Answer {
    let rows = app.read(move |it| cases::list(it, &project)).await?;
    Ok(listed("test_cases", query.page("test_cases", &["title", "human_id"], rows)))
}

pub(super) async fn create(State(app): State<App>, At(project): At<String>, Body(body): Body) -> Answer {
    Ok(created("test_case", app.write(move |it| cases::create(it, &project, &body)).await?))
}

pub(super) async fn get(State(app): State<App>, At((project, id)): At<One>) -> Answer {
    Ok(one("test_case", app.read(move |it| cases::find(it, &project, &id)).await?))
}

pub(super) async fn update(State(app): State<App>, At((project, id)): At<One>, Body(body): Body) -> Answer {
    Ok(one("test_case", app.write(move |it| cases::update(it, &project, &id, &body)).await?))
}

pub(super) async fn delete(State(app): State<App>, At((project, id)): At<One>) -> Answer {
    app.write(move |it| cases::delete(it, &project, &id)).await?;
    Ok(deleted("test case"))
}
