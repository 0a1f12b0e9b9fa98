//! What workers are started from: the executable of this process, and no other that took its place.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

/// The executable that this process runs.
pub(super) struct Executable {
    path: PathBuf,
    mark: Mark,
}

/// Tells a file from one that is built in its place: its length, and when it was written.
type Mark = (u64, SystemTime);

impl Executable {
    /// That of this process.
    ///
    /// # Errors
    ///
    /// When the system does not tell.
    pub(super) fn of_this_process() -> io::Result<Self> {
        let path = env::current_exe()?;
        // By its path first: where the processor is emulated, what runs is the emulator.
        let mark = mark(&path).or_else(|_| mark(running(&path)))?;
        Ok(Self { path, mark })
    }

    /// Starts it again.
    ///
    /// # Errors
    ///
    /// When it is no longer there: numbers of tests may mean others to what was built since.
    pub(super) fn command(&self) -> io::Result<Command> {
        if mark(&self.path).is_ok_and(|mark| mark == self.mark) {
            // By its path, which is its name in lists of processes.
            return Ok(Command::new(&self.path));
        }
        replaced(&self.path)
    }
}

fn mark(path: &Path) -> io::Result<Mark> {
    let metadata = fs::metadata(path)?;
    Ok((metadata.len(), metadata.modified()?))
}

/// Linux has it for as long as it runs.
#[cfg(target_os = "linux")]
const RUNNING: &str = "/proc/self/exe";

#[cfg(target_os = "linux")]
fn running(_: &Path) -> &Path {
    Path::new(RUNNING)
}

#[cfg(not(target_os = "linux"))]
fn running(path: &Path) -> &Path {
    path
}

#[cfg(target_os = "linux")]
fn replaced(path: &Path) -> io::Result<Command> {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(RUNNING);
    command.arg0(path);
    Ok(command)
}

#[cfg(not(target_os = "linux"))]
fn replaced(path: &Path) -> io::Result<Command> {
    Err(io::Error::other(format!("{} was built again while its tests ran", path.display())))
}
