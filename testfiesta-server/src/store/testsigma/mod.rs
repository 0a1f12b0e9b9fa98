//! The store as Testsigma's API sees it: the same projects, folders, cases and runs under other names and ids, and what
//! only that API has. Answers are JSON as it goes out, without its envelope.
//!
//! What a case or a run has beyond TestFiesta's record lies under `testsigma` in its custom fields.

pub(crate) mod cases;
pub(crate) mod folders;
pub(crate) mod ids;
pub(crate) mod imports;
mod input;
pub(crate) mod list;
pub(crate) mod lookups;
pub(crate) mod plans;
pub(crate) mod projects;
pub(crate) mod results;
pub(crate) mod runs;
mod seed;
pub(crate) mod step_groups;
mod titled;

use testfiesta_client::testsigma::Time;

pub use self::seed::{Seed, SeedCase, SeedLookup, SeedProject, SeedUser, seed};
use crate::timestamp;

/// A row and the number that it is sorted by.
pub(crate) type Rows = Vec<(i64, serde_json::Value)>;

/// The name under which the custom fields hold what only this API knows.
const OURS: &str = "testsigma";

/// A stored time as this API writes it.
fn time(stored: &str) -> Option<Time> {
    timestamp::parse(stored).map(Time::from)
}

/// Wire types are JSON.
fn json(value: impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("wire types are JSON")
}
