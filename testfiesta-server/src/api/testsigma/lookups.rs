//! Rows to choose from: the account's, not a project's.

use axum::extract::State;

use super::answer::{Answer, bare_list, list};
use crate::{
    App,
    store::testsigma::{
        list::Query,
        lookups::{self, Lookup},
    },
};

async fn rows(app: &App, kind: Lookup, plural: &str, query: Query) -> Answer {
    let rows = app.read(move |it| lookups::list(it, kind)).await?;
    Ok(list(plural, query.page(plural, &["name"], rows)))
}

pub(super) async fn results(State(app): State<App>, query: Query) -> Answer {
    rows(&app, Lookup::Result, "statuses", query).await
}

pub(super) async fn cases(State(app): State<App>, query: Query) -> Answer {
    rows(&app, Lookup::Case, "statuses", query).await
}

pub(super) async fn priorities(State(app): State<App>, query: Query) -> Answer {
    rows(&app, Lookup::Priority, "priorities", query).await
}

pub(super) async fn types(State(app): State<App>, query: Query) -> Answer {
    rows(&app, Lookup::Type, "types", query).await
}

pub(super) async fn automation_types(State(app): State<App>, query: Query) -> Answer {
    rows(&app, Lookup::Automation, "automation_types", query).await
}

pub(super) async fn labels(State(app): State<App>, query: Query) -> Answer {
    let rows = app.read(lookups::labels).await?;
    Ok(list("labels", query.page("labels", &["name"], rows)))
}

pub(super) async fn users(State(app): State<App>, query: Query) -> Answer {
    let rows = app.read(lookups::users).await?;
    Ok(bare_list(query.page("users", &["email"], rows).rows))
}
