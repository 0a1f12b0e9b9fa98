//! The file of a report: there whole, or left as it was.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
    process,
};

use anyhow::Result;

/// Writes a file beside `path`, and puts it in its place. A link to a file stays a link; what is no regular file, such as a
/// pipe, is written to as it is.
pub(super) fn put(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let path = match fs::canonicalize(path) {
        Ok(there) if there.is_file() => there,
        Ok(there) => return written(File::options().write(true).open(there)?, write),
        Err(_) => path.to_owned(),
    };
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", process::id()));
    let fresh = path.with_file_name(name);
    let put = File::create(&fresh).map_err(Into::into).and_then(|file| written(file, write));
    put.and_then(|()| Ok(fs::rename(&fresh, &path)?)).inspect_err(|_| {
        // It need not be there.
        let _ = fs::remove_file(&fresh);
    })
}

fn written(file: File, write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    Ok(out.into_inner().map_err(io::IntoInnerError::into_error).map(drop)?)
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).expect("a directory");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_cannot_be_written_to_its_end_leaves_what_was_there_and_nothing_beside_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("report.md");
        put(&path, |out| Ok(out.write_all(b"whole")?)).expect("written");
        let half = |out: &mut dyn Write| {
            out.write_all(b"half")?;
            bail!("no more")
        };
        put(&path, half).expect_err("an error");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "whole");
        assert_eq!(names(directory.path()), ["report.md"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let directory = tempfile::tempdir().expect("a directory");
        let (file, link) = (directory.path().join("real.md"), directory.path().join("link.md"));
        fs::write(&file, "").expect("a file");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        put(&link, |out| Ok(out.write_all(b"whole")?)).expect("written");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).expect("a file"), "whole");
        put(Path::new("/dev/null"), |out| Ok(out.write_all(b"whole")?)).expect("written");
        assert!(!Path::new("/dev/null").is_file());
    }
}
