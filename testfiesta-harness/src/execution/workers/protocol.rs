//! What the harness and a worker say to each other.
//!
//! To the worker: the number of a test, four bytes. From the worker, when the test is over: the microseconds that it
//! took (eight bytes), the length of what follows (four bytes), and as JSON the outcome and the stray panics, or nothing
//! for a test that passed without any. Numbers are little-endian. A worker that starts a test says so in its [`Mark`], which costs nobody a wake-up.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    time::Duration,
};

use crate::{execution::Executed, outcome::Outcome};

pub(super) fn ask(mut to: impl Write, number: u32) -> io::Result<()> {
    to.write_all(&number.to_le_bytes())
}

/// The next test to run; nothing when the harness has no more.
pub(super) fn next_request(mut from: impl Read) -> io::Result<Option<u32>> {
    let mut number = [0; 4];
    match from.read_exact(&mut number) {
        Ok(()) => Ok(Some(u32::from_le_bytes(number))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn ended(mut to: impl Write, executed: &Executed) -> io::Result<()> {
    let Executed { outcome, duration, stray_panics } = executed;
    let told = if *outcome == Outcome::Passed && stray_panics.is_empty() {
        Vec::new()
    } else {
        serde_json::to_vec(&(outcome, stray_panics))?
    };
    let length = u32::try_from(told.len()).map_err(io::Error::other)?;
    let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let mut answer = Vec::with_capacity(12 + told.len());
    answer.extend_from_slice(&micros.to_le_bytes());
    answer.extend_from_slice(&length.to_le_bytes());
    answer.extend_from_slice(&told);
    to.write_all(&answer)
}

/// How the test fared. An answer is read whole or not at all: a worker that dies sends none, and one that is waited for
/// too long has not begun it.
pub(super) fn next_answer(mut from: impl Read) -> io::Result<Executed> {
    let mut numbers = [0; 12];
    from.read_exact(&mut numbers)?;
    let (micros, length) = numbers.split_at(8);
    let micros = u64::from_le_bytes(micros.try_into().map_err(io::Error::other)?);
    let length = u32::from_le_bytes(length.try_into().map_err(io::Error::other)?);
    let mut told = vec![0; length as usize];
    from.read_exact(&mut told)?;
    let (outcome, stray_panics) =
        if told.is_empty() { (Outcome::Passed, Vec::new()) } else { serde_json::from_slice(&told)? };
    Ok(Executed { outcome, duration: Duration::from_micros(micros), stray_panics })
}

/// A file in which a worker notes what it runs. It is read when the worker is gone.
#[derive(Debug)]
pub(super) struct Mark(File);

impl Mark {
    /// The mark at this path; the harness makes it, the worker finds it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        File::options().read(true).write(true).create(true).truncate(false).open(path).map(Self)
    }

    pub(super) fn set(&self, number: u32) -> io::Result<()> {
        write_at_start(&self.0, &number.to_le_bytes())
    }

    /// The test that was started last, if any was.
    pub(super) fn get(&mut self) -> Option<u32> {
        let mut number = [0; 4];
        self.0.seek(SeekFrom::Start(0)).ok()?;
        self.0.read_exact(&mut number).ok()?;
        Some(u32::from_le_bytes(number))
    }
}

#[cfg(unix)]
fn write_at_start(file: &File, bytes: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, 0)
}

#[cfg(windows)]
fn write_at_start(file: &File, bytes: &[u8]) -> io::Result<()> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, 0).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Failure, StrayPanic};

    #[test]
    fn a_request_is_read_back() {
        let mut bytes = Vec::new();
        ask(&mut bytes, 70_000).expect("written");
        assert_eq!(next_request(bytes.as_slice()).expect("read"), Some(70_000));
    }

    #[test]
    fn an_ended_conversation_is_no_request() {
        assert_eq!(next_request([].as_slice()).expect("read"), None);
    }

    #[test]
    fn every_outcome_is_read_back() {
        for outcome in
            [Outcome::Passed, Outcome::Failed(Failure::new("no")), Outcome::Skipped { reason: None }]
        {
            assert_read_back(&Executed {
                outcome,
                duration: Duration::from_micros(5),
                stray_panics: Vec::new(),
            });
        }
    }

    #[test]
    fn a_stray_panic_is_read_back() {
        let stray = StrayPanic { thread: "courier".into(), message: "lost".into(), location: None };
        let (outcome, duration) = (Outcome::Passed, Duration::ZERO);
        assert_read_back(&Executed { outcome, duration, stray_panics: vec![stray] });
    }

    fn assert_read_back(executed: &Executed) {
        let mut bytes = Vec::new();
        ended(&mut bytes, executed).expect("written");
        assert_eq!(next_answer(bytes.as_slice()).expect("read"), *executed);
    }

    #[test]
    fn a_mark_holds_what_was_started_last() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("mark");
        let mut harness = Mark::open(&path).expect("a mark");
        let worker = Mark::open(&path).expect("a mark");
        assert_eq!(harness.get(), None);
        worker.set(7).expect("written");
        worker.set(9).expect("written");
        assert_eq!(harness.get(), Some(9));
    }
}
