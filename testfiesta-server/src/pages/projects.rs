//! The first page: every project.

use axum::extract::State;
use maud::{Markup, html};
use testfiesta_client::testfiesta::ListQuery;

use super::{Sorry, layout};
use crate::{App, store::projects};

pub(super) async fn page(State(app): State<App>) -> Result<Markup, Sorry> {
    let query = ListQuery { limit: Some(1000), order_by: Some("name".to_owned()), ..ListQuery::default() };
    let projects = app.read(move |connection| projects::list(connection, &query)).await?.items;
    let content = html! {
        @if projects.is_empty() { p.muted { "No project yet. The first report makes one." } }
        ul.projects {
            @for project in &projects {
                li {
                    a href={ "/" (app.handle()) "/" (project.key) "/runs" } { (project.name) }
                    " " span.muted { (project.key) }
                }
            }
        }
    };
    Ok(layout::page("Projects", &[], content))
}
