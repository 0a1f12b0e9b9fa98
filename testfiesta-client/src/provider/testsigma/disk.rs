//! Small files that processes share.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};

/// Another process holds the file: how soon to look again.
const POLL: Duration = Duration::from_millis(15);

/// The right to change a file, for as long as it is held. Closing it gives it back, however the process ends.
pub(super) struct Lock {
    _file: File,
}

/// Waits for the right to change a file.
pub(super) async fn lock(path: &Path) -> io::Result<Lock> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let file = File::create(with_suffix(path, ".lock"))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(POLL).await,
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// What a file holds; nothing where there is none, or one that somebody spoiled.
pub(super) fn read<T: DeserializeOwned + Default>(path: &Path) -> T {
    fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Writes a file whole or not at all. The lock must be held.
pub(super) fn write(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let partial = with_suffix(path, ".new");
    fs::write(&partial, serde_json::to_vec(value)?)?;
    fs::rename(&partial, path)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}
