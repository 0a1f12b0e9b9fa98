//! Test plans and step groups.

use axum::extract::State;

use super::{
    answer::{Answer, created, deleted, list as listed, one},
    read::{At, Body},
};
use crate::{
    App,
    store::testsigma::{
        list::Query,
        plans::{self, PLANS},
        step_groups::STEP_GROUPS,
    },
};

/// Path parameters of one of them.
type One = (String, String);

pub(super) async fn list(State(app): State<App>, At(project): At<String>, query: Query) -> Answer {
    let rows = app.read(move |it| PLANS.list(it, &project)).await?;
    Ok(listed("test_plans", query.page("test_plans", &["title", "human_id"], rows)))
}

pub(super) async fn create(State(app): State<App>, At(project): At<String>, Body(body): Body) -> Answer {
    Ok(created("test_plan", app.write(move |it| PLANS.create(it, &project, &body)).await?))
}

pub(super) async fn get(State(app): State<App>, At((project, id)): At<One>) -> Answer {
    Ok(one("test_plan", app.read(move |it| PLANS.find(it, &project, &id)).await?))
}

pub(super) async fn update(State(app): State<App>, At((project, id)): At<One>, Body(body): Body) -> Answer {
    Ok(one("test_plan", app.write(move |it| PLANS.update(it, &project, &id, &body)).await?))
}

pub(super) async fn complete(State(app): State<App>, At((project, id)): At<One>) -> Answer {
    Ok(one("test_plan", app.write(move |it| plans::complete(it, &project, &id)).await?))
}

pub(super) async fn delete(State(app): State<App>, At((project, id)): At<One>) -> Answer {
    app.write(move |it| PLANS.delete(it, &project, &id)).await?;
    Ok(deleted("test plan"))
}

pub(super) async fn runs(State(app): State<App>, At((project, id)): At<One>, query: Query) -> Answer {
    let rows = app.read(move |it| plans::runs(it, &project, &id)).await?;
    Ok(listed("test_runs", query.page("test_runs", &["title", "human_id"], rows)))
}

pub(super) async fn step_groups(State(app): State<App>, At(project): At<String>, query: Query) -> Answer {
    let rows = app.read(move |it| STEP_GROUPS.list(it, &project)).await?;
    Ok(listed("step_groups", query.page("step_groups", &["title", "human_id"], rows)))
}

pub(super) async fn create_step_group(
    State(app): State<App>,
    At(project): At<String>,
    Body(body): Body,
) -> Answer {
    Ok(created("step_group", app.write(move |it| STEP_GROUPS.create(it, &project, &body)).await?))
}

pub(super) async fn step_group(State(app): State<App>, At((project, id)): At<One>) -> Answer {
    Ok(one("step_group", app.read(move |it| STEP_GROUPS.find(it, &project, &id)).await?))
}

pub(super) async fn update_step_group(
    State(app): State<App>,
    At((project, id)): At<One>,
    Body(body): Body,
) -> Answer {
    Ok(one("step_group", app.write(move |it| STEP_GROUPS.update(it, &project, &id, &body)).await?))
}

pub(super) async fn delete_step_group(State(app): State<App>, At((project, id)): At<One>) -> Answer {
    app.write(move |it| STEP_GROUPS.delete(it, &project, &id)).await?;
    Ok(deleted("step group"))
}
