//! What became of the cases of a run: contract, section 6.3.

use serde::{Deserialize, Serialize};

use super::{Case, lenient};

/// The part `data` of `PUT …/test_runs/{id}/test_cases`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
pub struct CaseResults {
    /// Each case once.
    pub test_run_cases: Vec<CaseResult>,
}

/// What became of one case. There is no field for the duration or the stack: `description` holds all that is to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "wire", derive(serde::Deserialize))]
pub struct CaseResult {
    /// UUID of the case, not of its entry in the run.
    #[serde(default, deserialize_with = "lenient::text")]
    pub test_case_id: String,
    /// UUID of the status.
    #[serde(default, deserialize_with = "lenient::text")]
    pub test_run_status_id: String,
    /// UUID of the user in whose name it is written.
    #[serde(default, deserialize_with = "lenient::text")]
    pub user_id: String,
    /// What there is to tell; empty rather than left out.
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
}

/// A case in a run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "wire", derive(serde::Serialize))]
pub struct RunCase {
    /// UUID of this entry.
    pub id: String,
    /// UUID of the user who is to execute it.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text_or_none", serialize_with = "lenient::or_empty")]
    pub assignee_id: Option<String>,
    /// UUID of its status.
    #[serde(default, deserialize_with = "lenient::text_or_none")]
    pub status_id: Option<String>,
    /// Its status, by name.
    #[cfg(feature = "wire")]
    #[serde(default, deserialize_with = "lenient::text")]
    pub status: String,
    /// The case.
    #[serde(default, deserialize_with = "lenient::if_it_fits")]
    pub test_case: Case,
}
