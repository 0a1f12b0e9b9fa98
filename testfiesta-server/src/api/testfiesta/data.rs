//! `/projects/{key}/data`, the bulk import: contract, section 3.4.

use axum::{Extension, extract::State, http::StatusCode};
use testfiesta_client::testfiesta::DataImport;

use crate::{
    App,
    api::{
        auth::Caller,
        extract::{At, Body},
        problem::Answer,
    },
    keys::Permission,
    store::{import, projects},
};

pub(super) async fn import(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    At((_, project)): At<(String, String)>,
    Body(payload): Body<DataImport>,
) -> Answer<StatusCode> {
    if !payload.entities.folders.is_empty() || !payload.entities.cases.is_empty() {
        caller.must_have(Permission::EntitiesEdit)?;
    }
    app.write_many(move |connection| {
        import::import(connection, projects::uid(connection, &project)?, &payload)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
