//! `--logfile`: one line a test in a file, beside what is printed.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    sync::Mutex,
};

use crate::{lock::locked, outcome::Outcome};

/// The file that the arguments name, if they name one.
pub(crate) struct Logfile(Option<Mutex<File>>);

impl Logfile {
    /// Creates the file, or empties it.
    ///
    /// # Errors
    ///
    /// When that cannot be done.
    pub(crate) fn create(path: Option<&Path>) -> io::Result<Self> {
        Ok(Self(path.map(File::create).transpose()?.map(Mutex::new)))
    }

    /// Adds a line in libtest's words, as in `ok cart::adds` or `ignored: needs a printer cart::prints`.
    pub(crate) fn note(&self, test: &str, outcome: &Outcome) {
        let Some(file) = &self.0 else { return };
        let line = match outcome {
            Outcome::Passed => format!("ok {test}\n"),
            Outcome::Skipped { reason: None } => format!("ignored {test}\n"),
            Outcome::Skipped { reason: Some(reason) } => format!("ignored: {reason} {test}\n"),
            Outcome::Failed(_) | Outcome::TimedOut(_) | Outcome::Crashed(_) => format!("failed {test}\n"),
        };
        let mut file = locked(file);
        // A full disk is no reason to stop the tests, and there is nobody to tell while they print.
        let _ = file.write_all(line.as_bytes());
    }
}
