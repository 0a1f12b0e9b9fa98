//! Whole lines of a file that may still grow.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// What is read at once.
const CHUNK: usize = 256 * 1024;

/// Reads a file as far as it is written, and later from there on. The rest of a line that is not whole is still to come,
/// or its process died.
#[derive(Debug)]
pub(crate) struct Lines {
    file: File,
    rest: Vec<u8>,
}

impl Lines {
    /// Begins to read.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, rest: Vec::new() })
    }

    /// The next whole lines, with their ends; nothing where nothing was written since.
    pub(crate) fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let before = self.rest.len();
        (&self.file).take(CHUNK as u64).read_to_end(&mut self.rest)?;
        if self.rest.len() == before {
            return Ok(None);
        }
        let mut bytes = std::mem::take(&mut self.rest);
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        self.rest = bytes.split_off(whole);
        Ok(Some(bytes))
    }
}

/// The lines in what was read.
pub(super) fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

/// Those that are of this form. A process that died while it wrote leaves a torn one: nobody was told what it says.
pub(crate) fn parsed<'b, T: serde::Deserialize<'b>>(bytes: &'b [u8]) -> impl Iterator<Item = T> {
    split(bytes).filter_map(|line| serde_json::from_slice(line).ok())
}
