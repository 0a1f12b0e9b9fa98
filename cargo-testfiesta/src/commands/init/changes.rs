//! Files that are to be written, and what there is to say of them. Each is written whole beside its place first, so that
//! none of them appears where one cannot be written.

use std::{
    fs::{self, Permissions},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

use crate::say::say;

/// What is to be done, in this order.
pub(super) struct Changes<'r> {
    root: &'r Path,
    files: Vec<Change>,
    lines: Vec<String>,
}

struct Change {
    path: PathBuf,
    fresh: NamedTempFile,
    replaces: bool,
}

impl<'r> Changes<'r> {
    /// None yet. Files are called by their paths from `root` on.
    pub(super) fn new(root: &'r Path) -> Self {
        Self { root, files: Vec::new(), lines: Vec::new() }
    }

    /// Plans a new file, which whoever may read its `neighbour` may read.
    pub(super) fn create(&mut self, path: PathBuf, text: &str, neighbour: &Path, what: &str) -> Result<()> {
        self.leave(&path, what);
        let fresh = written(&path, text, permissions(neighbour)?)?;
        self.files.push(Change { path, fresh, replaces: false });
        Ok(())
    }

    /// Plans another text for a file, if there is one.
    pub(super) fn edit(&mut self, path: &Path, text: Option<String>, lines: &[String]) -> Result<()> {
        lines.iter().for_each(|line| self.leave(path, line));
        let Some(text) = text else { return Ok(()) };
        // Else the directory alone would decide.
        let permissions = permissions(path)?;
        if permissions.readonly() {
            bail!("{} cannot be written: it is read-only", path.display());
        }
        // A link stays one.
        let path = path.canonicalize()?;
        let fresh = written(&path, &text, permissions)?;
        self.files.push(Change { path, fresh, replaces: true });
        Ok(())
    }

    /// Says something of a file.
    pub(super) fn leave(&mut self, path: &Path, what: &str) {
        let path = path.strip_prefix(self.root).unwrap_or(path).display();
        self.lines.push(format!("{path}: {what}"));
    }

    /// Puts everything in its place, and says so.
    pub(super) fn make(self) -> Result<()> {
        for Change { path, fresh, replaces } in self.files {
            let cannot = || format!("{} cannot be written", path.display());
            if let Some(directory) = path.parent() {
                fs::create_dir_all(directory).with_context(cannot)?;
            }
            let kept = if replaces { fresh.persist(&path) } else { fresh.persist_noclobber(&path) };
            kept.map_err(|error| error.error).with_context(cannot)?;
        }
        self.lines.iter().for_each(say);
        Ok(())
    }
}

fn permissions(path: &Path) -> Result<Permissions> {
    let metadata = fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(metadata.permissions())
}

/// A file with this text, as near to its place as there is a directory.
fn written(path: &Path, text: &str, permissions: Permissions) -> Result<NamedTempFile> {
    let cannot = || format!("{} cannot be written", path.display());
    let directory = path.ancestors().skip(1).find(|directory| directory.is_dir()).with_context(cannot)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".testfiesta-init-");
    if !permissions.readonly() {
        builder.permissions(permissions);
    }
    let mut file = builder.tempfile_in(directory).with_context(cannot)?;
    file.write_all(text.as_bytes()).with_context(cannot)?;
    Ok(file)
}
