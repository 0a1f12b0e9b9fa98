//! The body of a refusal.

use serde::{Deserialize, Serialize};

use super::{Uid, lenient};

/// Why the service refused.
///
/// The contract specifies no error body: this is the form that it recommends in section 9. A client must be
/// prepared for any other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The reason, for people.
    pub message: String,
    /// Which fields of the request are wrong.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// The thing that already exists, when that is the reason (409).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<Uid>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// Path of the field, as in `entities.executions.entries[3].caseRef`.
    pub field: String,
    /// The reason, for people.
    pub message: String,
}
