//! What a worker writes down of its work, in a file that the harness reads.
//!
//! Nobody is woken by it, and what a process wrote outlives it. A record is its kind, one byte, and what the kind
//! holds; numbers are little-endian. The harness reads a record when all of it is there: a worker that is killed may
//! leave a part of one.
//!
//! The file lies beside the journal until the harness comes to its end: should that die, whoever looks next knows what was
//! begun, and how it ended, if it did. Why a test failed may hold what is secret, and is in another file, which has lost
//! its name from the start. Where the disk is full, both go on over the connection. In a third file, without a name too, are
//! the panics of the test that runs, for the case that it does not come to its end.

mod entry;
mod reader;
mod writer;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub(crate) use reader::{LeftAttempt, left_attempts};
pub(super) use reader::{Reader, Record};
pub(super) use writer::{Writer, keeper};

use crate::journal::name;

const EXTENSION: &str = "ledger";

/// Where a ledger is.
#[derive(Debug)]
pub(super) struct Paths {
    pub(super) ledger: PathBuf,
    pub(super) reasons: PathBuf,
}

impl Paths {
    /// Where the panics of the test are that runs.
    pub(super) fn panics(&self) -> PathBuf {
        self.reasons.with_extension("panics")
    }
}

/// Where the ledger of this name lies that belongs to a journal.
pub(super) fn beside(journal: &Path, ledger: &str) -> PathBuf {
    name::beside(journal, &format!(".{ledger}.{EXTENSION}"))
}

/// The ledgers that a harness left beside its journal.
///
/// # Errors
///
/// When the directory cannot be read.
pub(crate) fn left_beside(journal: &Path) -> io::Result<Vec<PathBuf>> {
    let (Some(directory), Some(process)) = (journal.parent(), journal.file_stem()) else {
        return Ok(Vec::new());
    };
    let mut left = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let is_ledger = path.extension().is_some_and(|extension| extension == EXTENSION);
        if is_ledger && path.file_stem().map(Path::new).and_then(Path::file_stem) == Some(process) {
            left.push(path);
        }
    }
    Ok(left)
}

#[cfg(test)]
pub(crate) use tests::example;

#[cfg(test)]
mod tests;
