//! Where what tests print is kept until it is read.

use std::{
    env,
    fs::{self, DirBuilder},
    io,
    path::{Path, PathBuf},
    process,
};

use super::random::random;

/// How much room there has to be, in bytes.
const ROOM: usize = 1024 * 1024;

/// A directory for files that come and go.
pub(super) struct Scratch {
    path: PathBuf,
    /// It goes with this process.
    is_own: bool,
}

impl Scratch {
    /// `output` in the journal's directory. Where that cannot be written, one of this process's own where the system has
    /// what is kept for a while: others keep theirs there, too, and what tests print still holds its secrets.
    ///
    /// # Errors
    ///
    /// When neither can be written.
    pub(super) fn open(directory: &Path) -> io::Result<Self> {
        Self::open_or_in(&env::temp_dir(), directory)
    }

    fn open_or_in(passing: &Path, directory: &Path) -> io::Result<Self> {
        let shared = Self { path: directory.join("output"), is_own: false };
        if fs::create_dir_all(&shared.path).and_then(|()| shared.must_have_room()).is_ok() {
            return Ok(shared);
        }
        let path = passing.join(format!("testfiesta-{}-{:016x}", process::id(), random()));
        let cannot = |error: io::Error| {
            io::Error::new(error.kind(), format!("{} cannot be written: {error}", path.display()))
        };
        create_private(&path).map_err(cannot)?;
        let own = Self { path: path.clone(), is_own: true };
        own.must_have_room().map_err(|error| {
            own.remove();
            cannot(error)
        })?;
        Ok(own)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Nobody needs it any more.
    pub(super) fn remove(&self) {
        if self.is_own {
            // What is left of it can be read by this user alone.
            let _ = fs::remove_dir_all(&self.path);
        }
    }

    /// One that cannot print fails, on a full disk.
    fn must_have_room(&self) -> io::Result<()> {
        let probe = self.path.join(format!("{}.room", process::id()));
        let written = fs::write(&probe, vec![0; ROOM]);
        // What is left of it is as small as the room that there is.
        let _ = fs::remove_file(probe);
        written
    }
}

/// Makes a directory that was not there, for this user alone.
fn create_private(path: &Path) -> io::Result<()> {
    #[cfg_attr(
        not(unix),
        expect(unused_mut, reason = "a user's own directory for what passes is private there")
    )]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a directory that cannot be: a file is in its place.
    fn opened(passing: &Path) -> io::Result<Scratch> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        Scratch::open_or_in(passing, file.path())
    }

    #[test]
    fn it_is_beside_the_journals_and_stays() {
        let directory = tempfile::tempdir().expect("a directory");
        let scratch = Scratch::open_or_in(Path::new("no such directory"), directory.path()).expect("opened");
        scratch.remove();
        assert_eq!(scratch.path(), directory.path().join("output"));
        assert!(scratch.path().is_dir());
    }

    #[test]
    fn elsewhere_each_process_has_its_own_and_takes_it_away() {
        let passing = tempfile::tempdir().expect("a directory");
        let [one, other] = [opened(passing.path()), opened(passing.path())].map(|it| it.expect("opened"));
        assert_ne!(one.path(), other.path());
        fs::write(one.path().join("left"), "behind").expect("written");
        one.remove();
        assert!(!one.path().exists() && other.path().is_dir());
    }

    #[cfg(unix)]
    #[test]
    fn elsewhere_nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let passing = tempfile::tempdir().expect("a directory");
        let scratch = opened(passing.path()).expect("opened");
        let mode = fs::metadata(scratch.path()).expect("a directory").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_place_that_cannot_be_is_named() {
        let error = opened(Path::new("no such directory")).err().expect("an error").to_string();
        assert!(error.starts_with("no such directory") && error.contains(" cannot be written: "), "{error}");
    }
}
