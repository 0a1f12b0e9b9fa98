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
    offset: u64,
}

impl From {
    /// How many there are before it. Beyond every row, one place is as good as any other.
    pub(super) fn offset(&self) -> u64 {
        self.offset.min(u64::from(u32::MAX))
    }
}

pub(super) async fn page(
    State(app): State<App>,
    Wanted(At((handle, key))): Wanted<At<(String, String)>>,
    Wanted(Asked(from)): Wanted<Asked<From>>,
) -> Result<Markup, Sorry> {
    must_be_ours(&app, &handle)?;
    let offset = from.offset();
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
        @if page.count == 0 { p.muted { "No run yet." } }
        @else if !page.items.is_empty() {
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
        }
        (layout::pager(offset, LIMIT, page.count))
    };
    Ok(layout::page(&project.name, &[], content))
}
