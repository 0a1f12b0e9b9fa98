//! `/tags`: contract, section 3.12. They belong to the organization, not to a project.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::Value;
use testfiesta_client::testfiesta::{Deleted, ListQuery, Page};

use super::{deleted, page};
use crate::{
    App,
    api::{
        extract::{Asked, At, Body},
        problem::Answer,
    },
    store::tags::{self, Tag, TagChange},
};

/// Body of a creation, which needs a name, or of an update.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TagBody {
    name: Option<String>,
    description: Option<String>,
    entity_types: Option<Vec<String>>,
    archived: Option<bool>,
}

impl From<TagBody> for TagChange {
    fn from(body: TagBody) -> Self {
        let TagBody { name, description, entity_types, archived } = body;
        Self { name, description, entity_types, archived }
    }
}

/// What a list of tags may be narrowed by, beside what every list may be.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    entity_type: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    Asked(query): Asked<ListQuery>,
    Asked(filter): Asked<Filter>,
) -> Answer<Json<Page<Value>>> {
    let query_type = query.query_type;
    let listed =
        app.read(move |connection| tags::list(connection, filter.entity_type.as_deref(), &query)).await?;
    Ok(Json(page(listed, query_type)))
}

pub(super) async fn create(State(app): State<App>, Body(new): Body<TagBody>) -> Answer<Json<Tag>> {
    Ok(Json(app.write(move |connection| tags::create(connection, &new.into())).await?))
}

pub(super) async fn get(State(app): State<App>, At((_, uid)): At<(String, i64)>) -> Answer<Json<Tag>> {
    Ok(Json(app.read(move |connection| tags::find(connection, uid)).await?))
}

pub(super) async fn update(
    State(app): State<App>,
    At((_, uid)): At<(String, i64)>,
    Body(change): Body<TagBody>,
) -> Answer<Json<Tag>> {
    Ok(Json(app.write(move |connection| tags::update(connection, uid, &change.into())).await?))
}

pub(super) async fn delete(State(app): State<App>, At((_, uid)): At<(String, i64)>) -> Answer<Json<Deleted>> {
    app.write(move |connection| tags::delete(connection, uid)).await?;
    Ok(deleted("tag", uid))
}
