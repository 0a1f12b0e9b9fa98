//! The runs of a project, the latest first.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use testfiesta_client::testfiesta::{ListQuery, Order};

use super::{Sorry, Wanted, layout, must_be_ours, of_run};
use crate::{
    App,
    api::extract::{Asked, At},
    store::{projects, runs, statuses},
};

const LIMIT: u64 = 50;

/// Where a page of a long list begins.
#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    pub(super) offset: u64,
}

pub(super) async fn page(
    State(app): State<App>,
    Wanted(At((handle, key))): Wanted<At<(String, String)>>,
    Wanted(Asked(From { offset })): Wanted<Asked<From>>,
) -> Result<Markup, Sorry> {
    must_be_ours(&app, &handle)?;
    let query = ListQuery {
        limit: Some(LIMIT),
        offset: Some(offset),
        order: Some(Order::Desc),
        ..ListQuery::default()
    };
    let (project, page, counts) = app
        .read(move |connection| {
            let project = projects::find(connection, &key)?;
            let page = runs::list(connection, project.uid.get(), &query)?;
            let counts = page
                .items
                .iter()
                .map(|run| statuses::counted(connection, run))
                .collect::<Result<Vec<_>, _>>()?;
            Ok((project, page, counts))
        })
        .await?;
    let content = html! {
        @if page.items.is_empty() { p.muted { "No run yet." } }
        @else {
            table {
                thead { tr { th scope="col" { "Run" } th scope="col" { "Outcomes" } th scope="col" { "Created" } } }
                tbody {
                    @for (run, counts) in page.items.iter().zip(&counts) {
                        tr {
                            th scope="row" {
                                a href=(of_run(&handle, &project.key, run.uid)) { (run.name) }
                                @if run.archived_at.is_some() { " " span.muted { "archived" } }
                            }
                            td { (layout::counts(counts)) }
                            td { (layout::time(run.created_at.as_deref())) }
                        }
                    }
                }
            }
            (layout::pager(offset, LIMIT, page.count))
        }
    };
    Ok(layout::page(&project.name, &[], content))
}
