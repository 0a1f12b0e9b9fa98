//! Why the store could not do what it was asked.

use std::{fmt, io, path::PathBuf};

use tokio::task::JoinError;

/// Result of a store operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the store could not do what it was asked. Whatever it is, nothing was written.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The thing that was named does not exist.
    NotFound {
        /// The kind of thing, as in `test run`.
        what: &'static str,
        /// What it was named by.
        id: String,
    },
    /// An id is missing, or has not the form of one.
    InvalidId,
    /// It exists already; `uid` is the one that is in the way.
    Conflict {
        /// What clashes.
        message: String,
        /// The existing thing.
        uid: i64,
    },
    /// A value cannot be accepted.
    Invalid {
        /// Where it stands in the request, as in `entities.executions.entries[3].caseRef`.
        field: String,
        /// What is wrong with it.
        message: String,
    },
    /// The database was written by a newer version of this program.
    Newer {
        /// The schema version that was found.
        found: i64,
    },
    /// A file or directory under the data directory could not be used.
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite failed.
    Database(rusqlite::Error),
    /// The thread that did it did not come to its end.
    Unfinished(JoinError),
}

impl Error {
    pub(crate) fn not_found(what: &'static str, id: impl fmt::Display) -> Self {
        Self::NotFound { what, id: id.to_string() }
    }

    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { what, id } => write!(f, "no {what} {id} here"),
            Self::InvalidId => f.write_str("an id is missing, or has not the form of one"),
            Self::Conflict { message, .. } => f.write_str(message),
            Self::Invalid { field, message } => write!(f, "{field}: {message}"),
            Self::Newer { found } => write!(
                f,
                "the database has schema version {found}, newer than this program knows: update cargo-testfiesta, \
                 or choose another data directory"
            ),
            Self::File { path, .. } => write!(f, "could not use {}", path.display()),
            Self::Database(_) => f.write_str("the database failed"),
            Self::Unfinished(_) => f.write_str("the work was not finished"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::Database(source) => Some(source),
            Self::Unfinished(source) => Some(source),
            _ => None,
        }
    }
}

impl From<JoinError> for Error {
    fn from(error: JoinError) -> Self {
        Self::Unfinished(error)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}
