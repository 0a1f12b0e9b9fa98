//! What a worker writes down of its work, in a file that the harness reads.
//!
//! Nobody is woken by it, and what a process wrote outlives it. A record is its kind, one byte, and what the kind
//! holds; numbers are little-endian. The harness reads a record when all of it is there: a worker that is killed may
//! leave a part of one. Where the disk is full, the ledger goes on over the connection.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, SystemTime},
};

use super::protocol;
use crate::{
    execution::{Executed, capture::Printed},
    outcome::Outcome,
};

const BEGAN: u8 = 1;
const ENDED: u8 = 2;
const GAVE_BACK: u8 = 3;

/// A ledger that the harness has read is emptied when it is longer than this, and nothing is being written.
const LENGTH_LIMIT: u64 = 1024 * 1024;

/// What a worker tells.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "none is kept")]
pub(super) enum Record {
    /// It begins the next of the tests that it was told of.
    Began { at: SystemTime },
    /// That test came to its end, and the worker's output had these lengths then.
    Ended { executed: Executed, printed: Printed },
    /// It has forgotten the tests that it had not begun.
    GaveBack,
}

/// The worker's side.
#[derive(Debug)]
pub(super) struct Writer {
    file: File,
    /// The file took less than it was given.
    is_full: bool,
    /// Put down, and not written yet.
    pending: Vec<u8>,
}

impl Writer {
    /// Goes on in the ledger at this path.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        // Appending: when the harness empties it, what follows stands at its beginning.
        let file = File::options().append(true).open(path)?;
        Ok(Self { file, is_full: false, pending: Vec::new() })
    }

    /// Puts down that a test begins, to be written with what is put down after it.
    pub(super) fn began(&mut self, at: SystemTime) {
        let since_epoch = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.pending.push(BEGAN);
        self.put_micros(since_epoch);
    }

    /// Puts down how a test ended.
    pub(super) fn ended(&mut self, executed: &Executed, printed: Printed) -> io::Result<()> {
        let Executed { outcome, duration, stray_panics } = executed;
        self.pending.push(ENDED);
        self.put_micros(*duration);
        self.pending.extend_from_slice(&printed.stdout.to_le_bytes());
        self.pending.extend_from_slice(&printed.stderr.to_le_bytes());
        // Nothing more is said of a test that passed.
        let told = if *outcome == Outcome::Passed && stray_panics.is_empty() {
            Vec::new()
        } else {
            serde_json::to_vec(&(outcome, stray_panics))?
        };
        let length = u32::try_from(told.len()).map_err(io::Error::other)?;
        self.pending.extend_from_slice(&length.to_le_bytes());
        self.pending.extend_from_slice(&told);
        Ok(())
    }

    /// Puts down that what was not begun is forgotten.
    pub(super) fn gave_back(&mut self) {
        self.pending.push(GAVE_BACK);
    }

    /// Writes what was put down: in the file, or else to the harness.
    pub(super) fn write(&mut self, mut harness: impl Write) -> io::Result<()> {
        if !self.is_full {
            let written = write_some(&self.file, &self.pending);
            self.pending.drain(..written);
            if self.pending.is_empty() {
                return Ok(());
            }
            self.is_full = true;
            protocol::go_on_here(&mut harness)?;
        }
        let written = harness.write_all(&self.pending);
        self.pending.clear();
        written
    }

    /// Whether it goes on over the connection.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    fn put_micros(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.pending.extend_from_slice(&micros.to_le_bytes());
    }
}

/// Writes as much as the file takes, and answers how much that is.
fn write_some(mut file: &File, bytes: &[u8]) -> usize {
    let mut written = 0;
    while written < bytes.len() {
        match file.write(&bytes[written..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break,
            Ok(more) => written += more,
        }
    }
    written
}

/// The harness's side.
#[derive(Debug)]
pub(super) struct Reader {
    file: File,
    /// How much was read of it.
    read: u64,
    /// The last that was read, up to `taken` understood.
    bytes: Vec<u8>,
    taken: usize,
}

impl Reader {
    /// A new ledger at this path.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let file = File::options().read(true).write(true).create_new(true).open(path)?;
        Ok(Self { file, read: 0, bytes: Vec::new(), taken: 0 })
    }

    /// The next record, if it is there.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or holds what no worker writes.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        if let Some(record) = self.understand()? {
            return Ok(Some(record));
        }
        self.read_file()?;
        self.understand()
    }

    /// Takes in what the worker sent, since the file was full.
    pub(super) fn go_on_with(&mut self, more: &[u8]) -> io::Result<()> {
        self.read_file()?;
        self.bytes.extend_from_slice(more);
        Ok(())
    }

    fn read_file(&mut self) -> io::Result<()> {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.read += self.file.read_to_end(&mut self.bytes)? as u64;
        Ok(())
    }

    /// Keeps it short. The worker must have nothing to do.
    pub(super) fn trim(&mut self) -> io::Result<()> {
        if self.read > LENGTH_LIMIT {
            self.file.set_len(0)?;
            self.read = self.file.seek(SeekFrom::Start(0))?;
        }
        Ok(())
    }

    fn understand(&mut self) -> io::Result<Option<Record>> {
        let mut rest = &self.bytes[self.taken..];
        match record(&mut rest) {
            Ok(record) => {
                self.taken = self.bytes.len() - rest.len();
                Ok(Some(record))
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn record(from: &mut &[u8]) -> io::Result<Record> {
    Ok(match array(from)? {
        [BEGAN] => {
            let at = SystemTime::UNIX_EPOCH.checked_add(micros(from)?);
            Record::Began { at: at.ok_or(io::ErrorKind::InvalidData)? }
        }
        [ENDED] => {
            let duration = micros(from)?;
            let printed = Printed {
                stdout: u64::from_le_bytes(array(from)?),
                stderr: u64::from_le_bytes(array(from)?),
            };
            let length = u32::from_le_bytes(array(from)?) as usize;
            let told = from.split_off(..length).ok_or(io::ErrorKind::UnexpectedEof)?;
            let (outcome, stray_panics) =
                if told.is_empty() { (Outcome::Passed, Vec::new()) } else { serde_json::from_slice(told)? };
            Record::Ended { executed: Executed { outcome, duration, stray_panics }, printed }
        }
        [GAVE_BACK] => Record::GaveBack,
        [kind] => return Err(io::Error::other(format!("there is no record of the kind {kind}"))),
    })
}

fn micros(from: &mut &[u8]) -> io::Result<Duration> {
    Ok(Duration::from_micros(u64::from_le_bytes(array(from)?)))
}

fn array<const N: usize>(from: &mut &[u8]) -> io::Result<[u8; N]> {
    let (bytes, rest) = from.split_first_chunk().ok_or(io::ErrorKind::UnexpectedEof)?;
    *from = rest;
    Ok(*bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Failure, StrayPanic};

    fn ledger() -> (tempfile::TempDir, Reader, Writer) {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("ledger");
        let reader = Reader::create(&path).expect("a ledger");
        let writer = Writer::open(&path).expect("a ledger");
        (directory, reader, writer)
    }

    fn passed() -> Executed {
        Executed {
            outcome: Outcome::Passed,
            duration: Duration::from_micros(1_234_567),
            stray_panics: Vec::new(),
        }
    }

    fn panicked() -> Executed {
        let failure =
            Failure { location: Some("tests/cart.rs:7:5".to_owned()), ..Failure::new("a ≠ b\n\u{1b}[31m") };
        let stray = StrayPanic {
            message: "left behind".to_owned(),
            thread: "pricing".to_owned(),
            location: Some("tests/cart.rs:9:1".to_owned()),
        };
        Executed { outcome: Outcome::Failed(failure), duration: Duration::ZERO, stray_panics: vec![stray] }
    }

    fn read_back(executed: Executed) {
        let (_directory, mut reader, mut writer) = ledger();
        let printed = Printed { stdout: 7, stderr: u64::MAX };
        writer.ended(&executed, printed).expect("put down");
        writer.write(io::sink()).expect("written");
        assert_eq!(reader.next().expect("read"), Some(Record::Ended { executed, printed }));
    }

    #[test]
    fn a_passed_test_is_read_back() {
        read_back(passed());
    }

    #[test]
    fn a_failure_is_read_back_whole() {
        read_back(panicked());
    }

    #[test]
    fn records_are_read_back_in_their_order() {
        let (_directory, mut reader, mut writer) = ledger();
        let at = SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_001);
        writer.began(at);
        writer.gave_back();
        writer.write(io::sink()).expect("written");
        let mut next = || reader.next().expect("read");
        assert_eq!([next(), next(), next()], [Some(Record::Began { at }), Some(Record::GaveBack), None]);
    }

    #[test]
    fn a_part_of_a_record_is_none_until_the_rest_is_there() {
        let (_directory, mut reader, mut writer) = ledger();
        writer.ended(&panicked(), Printed::default()).expect("put down");
        let rest = writer.pending.split_off(writer.pending.len() / 2);
        writer.write(io::sink()).expect("written");
        assert_eq!(reader.next().expect("read"), None);
        writer.pending = rest;
        writer.write(io::sink()).expect("written");
        assert!(matches!(reader.next().expect("read"), Some(Record::Ended { .. })));
    }

    /// Linux has a device that is a full disk.
    #[cfg(target_os = "linux")]
    #[test]
    fn where_the_disk_is_full_it_goes_on_over_the_connection() {
        let (_directory, mut reader, mut writer) = ledger();
        writer.gave_back();
        writer.write(io::sink()).expect("written");
        writer.file = File::options().write(true).open("/dev/full").expect("a device");
        let mut connection = Vec::new();
        let (executed, printed) = (panicked(), Printed::default());
        writer.ended(&executed, printed).expect("put down");
        writer.write(&mut connection).expect("sent");
        writer.gave_back();
        writer.write(&mut connection).expect("sent");
        let mut news = protocol::News::default();
        reader.go_on_with(news.ledger(&connection)).expect("read");
        let mut next = || reader.next().expect("read");
        let expected =
            [Some(Record::GaveBack), Some(Record::Ended { executed, printed }), Some(Record::GaveBack)];
        assert_eq!([next(), next(), next()], expected);
    }

    #[test]
    fn an_unknown_kind_is_an_error() {
        let (_directory, mut reader, mut writer) = ledger();
        writer.pending.push(9);
        writer.write(io::sink()).expect("written");
        assert_eq!(reader.next().expect_err("no record").to_string(), "there is no record of the kind 9");
    }

    #[test]
    fn a_ledger_that_was_emptied_goes_on_at_its_beginning() {
        let (_directory, mut reader, mut writer) = ledger();
        writer.pending = vec![GAVE_BACK; LENGTH_LIMIT as usize + 1];
        writer.write(io::sink()).expect("written");
        while reader.next().expect("read").is_some() {}
        reader.trim().expect("trimmed");
        assert_eq!(reader.file.metadata().expect("a length").len(), 0);
        writer.gave_back();
        writer.write(io::sink()).expect("written");
        assert_eq!(reader.next().expect("read"), Some(Record::GaveBack));
    }
}
