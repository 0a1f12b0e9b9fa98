//! A ledger, from the side of the harness, or of whoever comes after it.

use std::{
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{
    Paths,
    entry::{Entry, Reason, whole},
};
use crate::{
    execution::{Executed, capture::Printed},
    outcome::Outcome,
};

/// What a worker tells.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "none is kept")]
pub(in super::super) enum Record {
    /// It begins the next of the tests that it was told of.
    Began { at: SystemTime },
    /// That test came to its end, and the worker's output had these lengths then.
    Ended { executed: Executed, printed: Printed },
    /// It has forgotten the tests that it had not begun.
    GaveBack,
}

/// The harness's side.
#[derive(Debug)]
pub(in super::super) struct Reader {
    path: PathBuf,
    file: File,
    reasons: File,
    panics: File,
    /// The last that was read of the ledger, up to `taken` understood.
    bytes: Vec<u8>,
    taken: usize,
}

impl Reader {
    /// A new ledger at these paths.
    pub(in super::super) fn create(paths: &Paths) -> io::Result<Self> {
        let create =
            |path: &Path| File::options().read(true).write(true).create(true).truncate(true).open(path);
        let (file, reasons) = (create(&paths.ledger)?, create(&paths.reasons)?);
        let panics = create(&paths.panics())?;
        Ok(Self { path: paths.ledger.clone(), file, reasons, panics, bytes: Vec::new(), taken: 0 })
    }

    /// Where it is.
    pub(in super::super) fn path(&self) -> &Path {
        &self.path
    }

    /// The next record, if it is there.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or holds what no worker writes.
    pub(in super::super) fn next(&mut self) -> io::Result<Option<Record>> {
        if let Some(record) = self.understand()? {
            return Ok(Some(record));
        }
        self.read_file()?;
        self.understand()
    }

    /// The panics of the test that the worker was in when it ended, as they are printed.
    pub(in super::super) fn panics(&mut self) -> String {
        let mut bytes = Vec::new();
        // What cannot be read cannot be told.
        let _ = self.panics.rewind().and_then(|()| self.panics.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Takes in what the worker sent, since the disk was full.
    pub(in super::super) fn go_on_with(&mut self, more: &[u8]) -> io::Result<()> {
        self.read_file()?;
        self.bytes.extend_from_slice(more);
        Ok(())
    }

    fn read_file(&mut self) -> io::Result<()> {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.file.read_to_end(&mut self.bytes).map(drop)
    }

    fn understand(&mut self) -> io::Result<Option<Record>> {
        let mut rest = &self.bytes[self.taken..];
        let Some(entry) = whole(Entry::read(&mut rest))? else { return Ok(None) };
        let record = match entry {
            Entry::Began { at, .. } => Record::Began { at },
            Entry::GaveBack => Record::GaveBack,
            Entry::Ended { duration, printed, reason, .. } => {
                let (outcome, stray_panics) = match reason {
                    Reason::Nothing => (Outcome::Passed, Vec::new()),
                    Reason::Here(json) => serde_json::from_slice(json)?,
                    Reason::Beside(length) => {
                        let mut json = vec![0; length];
                        self.reasons.read_exact(&mut json)?;
                        serde_json::from_slice(&json)?
                    }
                };
                Record::Ended { executed: Executed { outcome, duration, stray_panics }, printed }
            }
        };
        self.taken = self.bytes.len() - rest.len();
        Ok(Some(record))
    }
}

/// An attempt at a test that a harness left to whoever comes after its death.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LeftAttempt {
    pub(crate) test: String,
    pub(crate) began: SystemTime,
    /// How long it took and whether it passed, if it came to its end.
    pub(crate) ended: Option<(Duration, bool)>,
}

/// All that the ledger at this path tells, to whoever comes later.
///
/// # Errors
///
/// When it cannot be read, or holds what no worker writes.
pub(crate) fn left_attempts(path: &Path) -> io::Result<Vec<LeftAttempt>> {
    let bytes = fs::read(path)?;
    let mut rest = bytes.as_slice();
    let mut attempts: Vec<LeftAttempt> = Vec::new();
    while let Some(entry) = whole(Entry::read(&mut rest))? {
        match entry {
            Entry::Began { at, test } => {
                let test = String::from_utf8_lossy(test).into_owned();
                attempts.push(LeftAttempt { test, began: at, ended: None });
            }
            Entry::Ended { duration, passed, .. } => {
                if let Some(last) = attempts.last_mut() {
                    last.ended = Some((duration, passed));
                }
            }
            Entry::GaveBack => {}
        }
    }
    Ok(attempts)
}
