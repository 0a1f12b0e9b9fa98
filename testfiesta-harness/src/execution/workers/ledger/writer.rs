//! A ledger, from the worker's side.

use std::{
    fs::File,
    io::{self, Seek, Write},
    time::{Duration, SystemTime},
};

use super::{
    Paths,
    entry::{BEGAN, BESIDE, ENDED, GAVE_BACK, HERE, NOTHING},
};
use crate::{
    event,
    execution::{Executed, capture::Printed, workers::protocol},
    outcome::Outcome,
    panics::Keeper,
};

/// The worker's side.
#[derive(Debug)]
pub(in super::super) struct Writer {
    pub(super) file: File,
    pub(super) reasons: File,
    /// A file took less than it was given.
    is_full: bool,
    /// The harness knows that it goes on over the connection.
    has_moved: bool,
    /// Put down, and not written yet.
    pub(super) pending: Vec<u8>,
}

impl Writer {
    /// Goes on in the ledger at these paths.
    pub(in super::super) fn open(paths: &Paths) -> io::Result<Self> {
        let append = |path| File::options().append(true).open(path);
        let (file, reasons) = (append(&paths.ledger)?, append(&paths.reasons)?);
        Ok(Self { file, reasons, is_full: false, has_moved: false, pending: Vec::new() })
    }

    /// Puts down that a test begins, to be written with what was put down before.
    pub(in super::super) fn began(&mut self, at: SystemTime, test: &str) {
        let since_epoch = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.pending.push(BEGAN);
        self.put_micros(since_epoch);
        self.put_text(test.as_bytes());
    }

    /// Puts down how a test ended.
    pub(in super::super) fn ended(&mut self, executed: &Executed, printed: Printed) -> io::Result<()> {
        let Executed { outcome, duration, stray_panics } = executed;
        self.pending.push(ENDED);
        self.put_micros(*duration);
        self.pending.extend_from_slice(&printed.stdout.to_le_bytes());
        self.pending.extend_from_slice(&printed.stderr.to_le_bytes());
        let passed = *outcome == Outcome::Passed;
        self.pending.push(u8::from(passed));
        if passed && stray_panics.is_empty() {
            self.pending.push(NOTHING);
            return Ok(());
        }
        let reason = serde_json::to_vec(&(outcome, stray_panics))?;
        self.is_full = self.is_full || self.reasons.write_all(&reason).is_err();
        if self.is_full {
            self.pending.push(HERE);
            self.put_text(&reason);
        } else {
            self.pending.push(BESIDE);
            self.put_length(&reason);
        }
        Ok(())
    }

    /// Puts down that what was not begun is forgotten.
    pub(in super::super) fn gave_back(&mut self) {
        self.pending.push(GAVE_BACK);
    }

    /// Writes what was put down: in the file, or else to the harness.
    pub(in super::super) fn write(&mut self, mut harness: impl Write) -> io::Result<()> {
        if !self.is_full {
            let written = write_some(&self.file, &self.pending);
            self.pending.drain(..written);
            self.is_full = !self.pending.is_empty();
        }
        if !self.is_full {
            return Ok(());
        }
        if !self.has_moved {
            self.has_moved = true;
            protocol::go_on_here(&mut harness)?;
        }
        let written = harness.write_all(&self.pending);
        self.pending.clear();
        written
    }

    /// Whether it goes on over the connection.
    pub(in super::super) fn has_moved(&self) -> bool {
        self.has_moved
    }

    fn put_micros(&mut self, duration: Duration) {
        self.pending.extend_from_slice(&event::micros(duration).to_le_bytes());
    }

    fn put_length(&mut self, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.pending.extend_from_slice(&length.to_le_bytes());
    }

    fn put_text(&mut self, bytes: &[u8]) {
        self.put_length(bytes);
        self.pending.extend_from_slice(bytes);
    }
}

/// Keeps the panics of the test that runs where [`Reader::panics`](super::Reader::panics) finds them.
///
/// # Errors
///
/// When the file cannot be opened.
pub(in super::super) fn keeper(paths: &Paths) -> io::Result<Keeper> {
    let file = File::options().write(true).open(paths.panics())?;
    let keep = move |mut file: &File, panics: &str| {
        file.rewind()?;
        file.write_all(panics.as_bytes())?;
        // Last: whoever is ended meanwhile leaves too much rather than nothing.
        file.set_len(panics.len() as u64)
    };
    // On a full disk there are none.
    Ok(Box::new(move |panics| drop::<io::Result<()>>(keep(&file, panics))))
}

/// Writes as much as the file takes, and answers how much that is.
fn write_some(mut file: &File, bytes: &[u8]) -> usize {
    let mut written = 0;
    while written < bytes.len() {
        match file.write(&bytes[written..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break,
            Ok(more) => written += more,
        }
    }
    written
}
