//! The envelopes (contract, section 4).

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::problem::Problem;
use crate::store::testsigma::list::Page;

/// What a handler returns.
pub(super) type Answer<T = Response> = Result<T, Problem>;

/// A page of a list, under its plural.
pub(super) fn list(plural: &str, page: Page) -> Response {
    Json(json!({ "message": "", "data": { plural: page.rows }, "page_info": page.info })).into_response()
}

/// Users: directly in `data`, and no pages.
pub(super) fn bare_list(rows: Vec<Value>) -> Response {
    Json(json!({ "message": "", "data": rows })).into_response()
}

/// One thing, under its singular.
pub(super) fn one(singular: &str, thing: Value) -> Response {
    Json(json!({ "message": "", "data": { singular: thing } })).into_response()
}

/// As [`one`], for what was made just now: most documents show 200, some 201.
pub(super) fn created(singular: &str, thing: Value) -> Response {
    (StatusCode::CREATED, one(singular, thing)).into_response()
}

pub(super) fn deleted(what: &str) -> Response {
    Json(json!({ "message": format!("{what} deleted") })).into_response()
}
