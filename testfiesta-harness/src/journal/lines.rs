//! Whole lines of a file that may still grow.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::overflow;

/// What is read at once.
const CHUNK: usize = 256 * 1024;

/// Reads a file as far as it is written, and later from there on. The rest of a line that is not whole is still to come,
/// or its process died. What this process [keeps](overflow) of the file follows what is in it.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    /// None where there is nothing of it on disk.
    file: Option<File>,
    rest: Vec<u8>,
    /// How much was read of what is kept, in bytes.
    kept: usize,
}

impl Lines {
    /// Begins to read.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = match File::open(path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound && overflow::holds(path) => None,
            Err(error) => return Err(error),
        };
        Ok(Self { path: path.to_owned(), file, rest: Vec::new(), kept: 0 })
    }

    /// The next whole lines, with their ends; nothing where nothing was written since.
    pub(crate) fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        // Asked first: what was written to the file before this was kept is there by now.
        let kept = overflow::after(&self.path, self.kept);
        let before = self.rest.len();
        if let Some(file) = &self.file {
            file.take(CHUNK as u64).read_to_end(&mut self.rest)?;
        }
        if self.rest.len() == before {
            self.kept += kept.len();
            return Ok(Some(kept).filter(|kept| !kept.is_empty()));
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
