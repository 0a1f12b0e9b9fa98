//! `/projects/{key}/cases`: contract, section 3.6.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::Value;
use testfiesta_client::testfiesta::{Case, CreateCase, Deleted, ListQuery, Page};

use super::{deleted, page};
use crate::{
    App,
    api::{
        extract::{Asked, At, Bodies},
        problem::Answer,
    },
    store::cases::{self, CaseFilter},
};

/// Path parameters of one case.
type One = (String, String, i64);

/// What a list of cases may be narrowed by, beside what every list may be.
#[derive(Deserialize)]
pub(super) struct Filter {
    priority: Option<String>,
    tag: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    At((_, project)): At<(String, String)>,
    Asked(query): Asked<ListQuery>,
    Asked(filter): Asked<Filter>,
) -> Answer<Json<Page<Value>>> {
    let query_type = query.query_type;
    let filter = CaseFilter { priority: filter.priority, tag: filter.tag };
    let listed = app
        .read_in(project, move |connection, project| cases::list(connection, project, &filter, &query))
        .await?;
    Ok(Json(page(listed, query_type)))
}

/// All of them or none. The answer is a bare array (contract, section 4).
pub(super) async fn create(
    State(app): State<App>,
    At((_, project)): At<(String, String)>,
    Bodies(new): Bodies<CreateCase>,
) -> Answer<Json<Vec<Case>>> {
    let created = app
        .write_in(project, move |connection, project| {
            let create = |(index, case)| cases::create(connection, project, case, &format!("[{index}]"));
            new.iter().enumerate().map(create).collect()
        })
        .await?;
    Ok(Json(created))
}

pub(super) async fn get(State(app): State<App>, At((_, project, uid)): At<One>) -> Answer<Json<Case>> {
    let found =
        app.read_in(project, move |connection, project| cases::find(connection, project, uid)).await?;
    Ok(Json(found))
}

pub(super) async fn delete(State(app): State<App>, At((_, project, uid)): At<One>) -> Answer<Json<Deleted>> {
    app.write_in(project, move |connection, project| cases::delete(connection, project, uid)).await?;
    Ok(deleted("case", uid))
}
