//! Files whose locks tell processes of each other. A lock goes with its process, however that ends.

use std::{fs::File, path::Path};

use anyhow::{Context, Result};

/// This file of the data directory, to be locked. It is made if it is not there.
pub(crate) fn file(directory: &Path, name: &str) -> Result<File> {
    let path = directory.join(name);
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    file.with_context(|| format!("{} cannot be opened", path.display()))
}
