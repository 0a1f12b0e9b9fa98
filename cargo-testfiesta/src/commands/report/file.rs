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
    let path = match fs::metadata(path) {
        Ok(there) if there.is_file() => fs::canonicalize(path)?,
        // By the name that it was given: a pipe behind `/dev/stdout` has no path of its own.
        Ok(_) => return written(File::options().write(true).open(path)?, write),
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
    fn a_link_to_a_file_stays_a_link() {
        let directory = tempfile::tempdir().expect("a directory");
        let (file, link) = (directory.path().join("real.md"), directory.path().join("link.md"));
        fs::write(&file, "").expect("a file");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        put(&link, |out| Ok(out.write_all(b"whole")?)).expect("written");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).expect("a file"), "whole");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_leads_to_a_pipe_is_written_to_and_stays() {
        use std::{io::Read, os::fd::AsRawFd};
        let directory = tempfile::tempdir().expect("a directory");
        let link = directory.path().join("stdout");
        let (mut reader, writer) = io::pipe().expect("a pipe");
        // As `/dev/stdout` leads to one.
        std::os::unix::fs::symlink(format!("/proc/self/fd/{}", writer.as_raw_fd()), &link).expect("a link");
        put(&link, |out| Ok(out.write_all(b"whole")?)).expect("written");
        drop(writer);
        let mut read = String::new();
        reader.read_to_string(&mut read).expect("read");
        assert_eq!((read.as_str(), link.is_symlink()), ("whole", true));
        assert_eq!(names(directory.path()), ["stdout"]);
    }
}
