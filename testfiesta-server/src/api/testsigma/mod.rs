//! The API of Test Management by Testsigma, under `/api/v1`: one table of routes, one module per group of resources.

mod answer;
mod cases;
mod gate;
mod imports;
mod limit;
mod lookups;
mod plans;
mod problem;
mod projects;
mod read;
mod runs;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{get, post, put},
};

use self::problem::Problem;
use crate::App;

pub(crate) use limit::Limit;

/// Every route (contract, section 6). The gate stands before all of them, and before what is no route.
pub(super) fn routes(app: &App) -> Router<App> {
    let project = Router::new()
        .route("/", get(projects::get).put(projects::update).delete(projects::delete))
        .route("/folders", get(projects::folders).post(projects::create_folder))
        .route(
            "/folders/{id}",
            get(projects::folder).put(projects::update_folder).delete(projects::delete_folder),
        )
        .route("/folders/{id}/move", post(projects::move_folder))
        .route("/test_cases", get(cases::list).post(cases::create))
        .route("/test_cases/{id}", get(cases::get).put(cases::update).delete(cases::delete))
        .route("/test_runs", get(runs::list).post(runs::create))
        .route("/test_runs/{id}", get(runs::get).put(runs::update).delete(runs::delete))
        .route("/test_runs/{id}/test_cases", get(runs::cases).put(runs::write))
        .route("/test_runs/{id}/assign_user", put(runs::assign))
        .route("/test_plans", get(plans::list).post(plans::create))
        .route("/test_plans/{id}", get(plans::get).put(plans::update).delete(plans::delete))
        .route("/test_plans/{id}/complete", post(plans::complete))
        .route("/test_plans/{id}/test_runs", get(plans::runs))
        .route("/step_groups", get(plans::step_groups).post(plans::create_step_group))
        .route(
            "/step_groups/{id}",
            get(plans::step_group).put(plans::update_step_group).delete(plans::delete_step_group),
        )
        .route("/junit-import/test-run/{id}", post(imports::create))
        .route("/junit-imports/{id}/status", get(imports::status));
    let v1 = Router::new()
        .route("/projects", get(projects::list).post(projects::create))
        .nest("/projects/{project}", project)
        .route("/test_runs/statuses", get(lookups::results))
        .route("/test_cases/statuses", get(lookups::cases))
        .route("/test_cases/priorities", get(lookups::priorities))
        .route("/test_cases/types", get(lookups::types))
        .route("/test_cases/automation_types", get(lookups::automation_types))
        .route("/labels", get(lookups::labels))
        .route("/users", get(lookups::users))
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_route)
        .layer(from_fn_with_state(app.clone(), gate::pass));
    Router::new().nest("/api/v1", v1)
}

async fn no_such_route() -> Problem {
    Problem::no_route()
}
