//! What a comparison finds.

use std::fmt;

use super::named::Test;
use crate::cli::Deny;

/// What the comparison found, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An id that cannot be one of a case.
    Malformed,
    /// An id of another project.
    Foreign,
    /// An id without a case.
    Unknown,
    /// An id that several cases have.
    Ambiguous,
    /// An id without a case, which the next report creates.
    New,
    /// An id that several tests name.
    Duplicate,
    /// A case that no test names.
    Uncovered,
}

/// A line for people, and for `grep`.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) kind: Kind,
    id: String,
    what: String,
    /// The tests.
    places: Vec<String>,
}

impl Kind {
    pub(super) const ALL: [Self; 7] = [
        Self::Malformed,
        Self::Foreign,
        Self::Unknown,
        Self::Ambiguous,
        Self::New,
        Self::Duplicate,
        Self::Uncovered,
    ];

    /// Whether it is a mistake, or one by the wish of the user.
    pub(super) fn fails(self, denied: &[Deny]) -> bool {
        match self {
            Self::Malformed | Self::Foreign | Self::Unknown | Self::Ambiguous => true,
            Self::New => denied.contains(&Deny::New),
            Self::Duplicate => denied.contains(&Deny::Duplicate),
            Self::Uncovered => denied.contains(&Deny::Uncovered),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Malformed => "malformed",
            Self::Foreign => "foreign",
            Self::Unknown => "unknown",
            Self::Ambiguous => "ambiguous",
            Self::New => "new",
            Self::Duplicate => "duplicate",
            Self::Uncovered => "uncovered",
        })
    }
}

impl Finding {
    pub(super) fn new(kind: Kind, id: &str, what: String, tests: &[&Test]) -> Self {
        let places = tests.iter().map(|test| test.place.clone()).collect();
        Self { kind, id: id.to_owned(), what, places }
    }
}

/// On one line, whatever the service calls its cases.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, id, what, places } = self;
        let mut line = format!("{kind:<9}  {id}");
        for part in [what, &places.join(", ")] {
            if !part.is_empty() {
                line += &format!("  {part}");
            }
        }
        f.write_str(&line.replace(char::is_control, " "))
    }
}
