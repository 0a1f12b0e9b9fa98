//! What tests print, in files.
//!
//! A worker's stdout and stderr are files, not pipes: when a test ends, all that it wrote is there, no reader has to
//! keep up, nothing is held in memory, and what a crashed process wrote is not lost with it.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    mem,
    path::Path,
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::attempt::{Captured, KEPT, Output};

/// A file that grew beyond this is emptied between two tests, and while one test writes that much.
const FILE_LIMIT: u64 = 8 * 1024 * 1024;

/// How much a worker has printed since its output was last emptied, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Printed {
    pub(super) stdout: u64,
    pub(super) stderr: u64,
}

/// What one worker prints, from the harness's side.
#[derive(Debug)]
pub(super) struct Streams {
    stdout: Stream,
    stderr: Stream,
}

impl Streams {
    /// New streams, and the ends of them that the worker writes to: stdout, then stderr.
    pub(super) fn create(directory: &Path) -> io::Result<(Self, File, File)> {
        let (stdout, stdout_end) = Stream::create(directory)?;
        let (stderr, stderr_end) = Stream::create(directory)?;
        Ok((Self { stdout, stderr }, stdout_end, stderr_end))
    }

    /// What was printed since the last time, up to `end`. Without an end it is all that there is, and the worker must
    /// be idle or gone.
    pub(super) fn take(&mut self, end: Option<Printed>) -> Output {
        // What cannot be read cannot be shown either.
        Output {
            stdout: self.stdout.take(end.map(|it| it.stdout)).unwrap_or_default(),
            stderr: self.stderr.take(end.map(|it| it.stderr)).unwrap_or_default(),
        }
    }

    /// Passes over what [`take`](Self::take) would answer.
    pub(super) fn skip(&mut self, end: Option<Printed>) {
        let _ = self.stdout.skip(end.map(|it| it.stdout));
        let _ = self.stderr.skip(end.map(|it| it.stderr));
    }

    /// Keeps the disk from filling up while a test floods it, after which the worker has nothing to do.
    pub(super) fn trim(&mut self) {
        // What cannot be trimmed stays whole until the test is over.
        let _ = self.stdout.trim();
        let _ = self.stderr.trim();
    }

    /// Whether they are to be emptied as soon as the worker is idle.
    pub(super) fn are_full(&self) -> bool {
        self.stdout.taken > FILE_LIMIT || self.stderr.taken > FILE_LIMIT
    }
}

#[derive(Debug)]
struct Stream {
    file: File,
    /// Where the part begins that was not read yet.
    taken: u64,
    /// What the test that runs printed before that.
    flood: Captured,
}

impl Stream {
    /// A new stream, and the end of it that the worker writes to.
    fn create(directory: &Path) -> io::Result<(Self, File)> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = directory.join(format!("{}-{number}", process::id()));
        // Appending: what the worker's children write lands at the end too, also after the file was emptied.
        let writer = File::options().append(true).create(true).open(&path)?;
        let file = File::options().read(true).write(true).open(&path)?;
        // Open files outlive their name where the system allows it; elsewhere the name goes with the next line's failure.
        let _ = fs::remove_file(&path);
        Ok((Self { file, taken: 0, flood: Captured::default() }, writer))
    }

    /// What was written since the last time, up to `end` or all.
    fn take(&mut self, end: Option<u64>) -> io::Result<Captured> {
        let until = self.end(end)?;
        let flood = mem::take(&mut self.flood);
        let captured = flood.followed_by(self.captured(until)?);
        self.pass(until, end.is_none())?;
        Ok(captured)
    }

    /// Passes over what was written since the last time.
    fn skip(&mut self, end: Option<u64>) -> io::Result<()> {
        self.flood = Captured::default();
        let until = self.end(end)?;
        self.pass(until, end.is_none())
    }

    fn end(&self, end: Option<u64>) -> io::Result<u64> {
        end.map_or_else(|| self.file.metadata().map(|metadata| metadata.len()), Ok)
    }

    fn pass(&mut self, until: u64, idle: bool) -> io::Result<()> {
        self.taken = until;
        if idle && until > FILE_LIMIT { self.empty() } else { Ok(()) }
    }

    fn trim(&mut self) -> io::Result<()> {
        let end = self.file.metadata()?.len();
        if end.saturating_sub(self.taken) > FILE_LIMIT {
            let flood = mem::take(&mut self.flood);
            self.flood = flood.followed_by(self.captured(end)?);
            // What is written at this very moment is lost uncounted, in the middle of megabytes that are cut anyway.
            self.empty()?;
        }
        Ok(())
    }

    /// Whoever writes goes on at the new end, which is the beginning.
    fn empty(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.taken = 0;
        Ok(())
    }

    /// What was not read yet.
    fn captured(&mut self, end: u64) -> io::Result<Captured> {
        let length = end.saturating_sub(self.taken);
        Ok(if length == 0 {
            Captured::default()
        } else if length <= KEPT {
            Captured::whole(self.read(self.taken, length)?)
        } else {
            let half = KEPT / 2;
            Captured::cut(self.read(self.taken, half)?, self.read(end - half, half)?, length)
        })
    }

    fn read(&mut self, from: u64, length: u64) -> io::Result<Vec<u8>> {
        self.file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        (&self.file).take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn stream() -> (tempfile::TempDir, Stream, File) {
        let directory = tempfile::tempdir().expect("a directory");
        let (stream, writer) = Stream::create(directory.path()).expect("a stream");
        (directory, stream, writer)
    }

    #[test]
    fn each_test_gets_what_was_written_since_the_last() {
        let (_directory, mut stream, mut writer) = stream();
        writer.write_all(b"first").expect("written");
        assert_eq!(stream.take(None).expect("output").text(), "first");
        writer.write_all(b"second").expect("written");
        assert_eq!(stream.take(None).expect("output").text(), "second");
    }

    #[test]
    fn what_is_passed_over_is_nobody_s() {
        let (_directory, mut stream, mut writer) = stream();
        writer.write_all(b"passed").expect("written");
        stream.skip(None).expect("skipped");
        writer.write_all(b"failed").expect("written");
        assert_eq!(stream.take(None).expect("output").text(), "failed");
    }

    #[test]
    fn a_test_that_prints_nothing_has_no_output() {
        let (_directory, mut stream, _writer) = stream();
        assert!(stream.take(None).expect("output").is_empty());
    }

    #[test]
    fn a_flood_is_cut_in_the_middle_and_says_so() {
        let (_directory, mut stream, mut writer) = stream();
        writer.write_all(b"begin").expect("written");
        writer.write_all(&vec![b'.'; 9 * 1024 * 1024]).expect("written");
        writer.write_all(b"end").expect("written");
        let text = stream.take(None).expect("output").text();
        assert!(text.starts_with("begin") && text.ends_with("end") && text.contains("bytes left out"));
        assert!(text.len() < 300 * 1024);
    }

    #[test]
    fn a_flood_is_cut_between_lines() {
        let (_directory, mut stream, mut writer) = stream();
        writer.write_all("a whole line\n".repeat(100_000).as_bytes()).expect("written");
        let text = stream.take(None).expect("output").text();
        let cut = text.lines().find(|line| !line.is_empty() && *line != "a whole line").expect("a note");
        assert!(cut.starts_with("[… ") && cut.ends_with(" bytes left out …]"), "{cut}");
    }

    #[test]
    fn a_flood_is_not_left_on_the_disk_until_it_ends() {
        let (_directory, mut stream, mut writer) = stream();
        writer.write_all(b"begin").expect("written");
        for _ in 0..3 {
            writer.write_all(&vec![b'.'; 9 * 1024 * 1024]).expect("written");
            stream.trim().expect("trimmed");
            assert_eq!(writer.metadata().expect("a length").len(), 0);
        }
        writer.write_all(b"end").expect("written");
        let captured = stream.take(None).expect("output");
        assert_eq!(captured.length(), 27 * 1024 * 1024 + 8);
        let text = captured.text();
        assert!(text.starts_with("begin.") && text.ends_with(".end") && text.contains("bytes left out"));
        assert!(text.len() < 300 * 1024);
    }

    #[test]
    fn what_is_no_flood_is_whole_wherever_it_stands_in_the_file() {
        let (_directory, mut stream, mut writer) = stream();
        writer.write_all(&vec![b'.'; FILE_LIMIT as usize]).expect("written");
        stream.take(None).expect("output");
        writer.write_all(b"first, ").expect("written");
        stream.trim().expect("trimmed");
        writer.write_all(b"second").expect("written");
        assert_eq!(stream.take(None).expect("output").text(), "first, second");
    }

    #[test]
    fn after_a_flood_the_next_test_s_output_is_whole() {
        let (_directory, mut stream, mut writer) = stream();
        writer.write_all(&vec![b'.'; 9 * 1024 * 1024]).expect("written");
        stream.take(None).expect("output");
        writer.write_all(b"next").expect("written");
        assert_eq!(stream.take(None).expect("output").text(), "next");
    }
}
