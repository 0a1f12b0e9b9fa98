//! Turns: tests of one group never run at the same time, not even in two processes.

use std::{
    fs::{self, File},
    path::Path,
};

use crate::{journal::file_name, say::say};

/// Waits for the turn of this group; it is over when the answer is dropped, or the process dies.
///
/// A lock on a file is one of the whole machine, so workers, nextest's processes and threads take turns alike.
pub(super) fn take_turn(directory: &Path, group: &str) -> Option<File> {
    let path = directory.join("serial").join(file_name(group) + ".lock");
    let open = || File::options().create(true).truncate(false).write(true).open(&path);
    let file = open().or_else(|_| fs::create_dir_all(directory.join("serial")).and_then(|()| open()));
    match file.and_then(|file| file.lock().map(|()| file)) {
        Ok(file) => Some(file),
        Err(error) => {
            // Rather side by side than not at all, but not without a word.
            say(&format!(
                "tests of the group `{group}` may overlap, since {} cannot be locked: {error}",
                path.display()
            ));
            None
        }
    }
}
