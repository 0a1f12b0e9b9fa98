//! What a worker writes down of its work, in a file that the harness reads.
//!
//! Nobody is woken by it, and what a process wrote outlives it. A record is its kind, one byte, and what the kind
//! holds; numbers are little-endian. The harness reads a record when all of it is there: a worker that is killed may
//! leave a part of one.
//!
//! The file lies beside the journal until the harness comes to its end: should that die, whoever looks next knows what was
//! begun, and how it ended, if it did. Why a test failed may hold what is secret, and is in another file, which has lost
//! its name from the start. Where the disk is full, both go on over the connection.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::protocol;
use crate::{
    event,
    execution::{Executed, capture::Printed},
    outcome::Outcome,
};

const EXTENSION: &str = "ledger";

const BEGAN: u8 = 1;
const ENDED: u8 = 2;
const GAVE_BACK: u8 = 3;

/// There is nothing to say but whether the test passed.
const NOTHING: u8 = 0;
/// What there is to say is in the file of reasons.
const BESIDE: u8 = 1;
/// What there is to say follows.
const HERE: u8 = 2;

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

/// Where a ledger is.
#[derive(Debug)]
pub(super) struct Paths {
    pub(super) ledger: PathBuf,
    pub(super) reasons: PathBuf,
}

/// The worker's side.
#[derive(Debug)]
pub(super) struct Writer {
    file: File,
    reasons: File,
    /// A file took less than it was given.
    is_full: bool,
    /// The harness knows that it goes on over the connection.
    has_moved: bool,
    /// Put down, and not written yet.
    pending: Vec<u8>,
}

impl Writer {
    /// Goes on in the ledger at these paths.
    pub(super) fn open(paths: &Paths) -> io::Result<Self> {
        let append = |path| File::options().append(true).open(path);
        let (file, reasons) = (append(&paths.ledger)?, append(&paths.reasons)?);
        Ok(Self { file, reasons, is_full: false, has_moved: false, pending: Vec::new() })
    }

    /// Puts down that a test begins, to be written with what was put down before.
    pub(super) fn began(&mut self, at: SystemTime, test: &str) {
        let since_epoch = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.pending.push(BEGAN);
        self.put_micros(since_epoch);
        self.put_text(test.as_bytes());
    }

    /// Puts down how a test ended.
    pub(super) fn ended(&mut self, executed: &Executed, printed: Printed) -> io::Result<()> {
        let Executed { outcome, duration, stray_panics } = executed;
        self.pending.push(ENDED);
        self.put_micros(*duration);
        self.pending.extend_from_slice(&printed.stdout.to_le_bytes());
        self.pending.extend_from_slice(&printed.stderr.to_le_bytes());
        let passed = *outcome == Outcome::Passed;
        self.pending.push(u8::from(passed));
        if passed && stray_panics.is_empty() {
            self.pending.push(NOTHING);
            return Ok(());
        }
        let reason = serde_json::to_vec(&(outcome, stray_panics))?;
        self.is_full = self.is_full || self.reasons.write_all(&reason).is_err();
        if self.is_full {
            self.pending.push(HERE);
            self.put_text(&reason);
        } else {
            self.pending.push(BESIDE);
            self.put_length(&reason);
        }
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
            self.is_full = !self.pending.is_empty();
        }
        if !self.is_full {
            return Ok(());
        }
        if !self.has_moved {
            self.has_moved = true;
            protocol::go_on_here(&mut harness)?;
        }
        let written = harness.write_all(&self.pending);
        self.pending.clear();
        written
    }

    /// Whether it goes on over the connection.
    pub(super) fn has_moved(&self) -> bool {
        self.has_moved
    }

    fn put_micros(&mut self, duration: Duration) {
        self.pending.extend_from_slice(&event::micros(duration).to_le_bytes());
    }

    fn put_length(&mut self, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.pending.extend_from_slice(&length.to_le_bytes());
    }

    fn put_text(&mut self, bytes: &[u8]) {
        self.put_length(bytes);
        self.pending.extend_from_slice(bytes);
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
    path: PathBuf,
    file: File,
    reasons: File,
    /// The last that was read of the ledger, up to `taken` understood.
    bytes: Vec<u8>,
    taken: usize,
}

impl Reader {
    /// A new ledger at these paths.
    pub(super) fn create(paths: &Paths) -> io::Result<Self> {
        let create = |path| File::options().read(true).write(true).create(true).truncate(true).open(path);
        let (file, reasons) = (create(&paths.ledger)?, create(&paths.reasons)?);
        Ok(Self { path: paths.ledger.clone(), file, reasons, bytes: Vec::new(), taken: 0 })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
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

    /// Takes in what the worker sent, since the disk was full.
    pub(super) fn go_on_with(&mut self, more: &[u8]) -> io::Result<()> {
        self.read_file()?;
        self.bytes.extend_from_slice(more);
        Ok(())
    }

    fn read_file(&mut self) -> io::Result<()> {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.file.read_to_end(&mut self.bytes).map(drop)
    }

    fn understand(&mut self) -> io::Result<Option<Record>> {
        let mut rest = &self.bytes[self.taken..];
        let Some(entry) = whole(Entry::read(&mut rest))? else { return Ok(None) };
        let record = match entry {
            Entry::Began { at, .. } => Record::Began { at },
            Entry::GaveBack => Record::GaveBack,
            Entry::Ended { duration, printed, reason, .. } => {
                let (outcome, stray_panics) = match reason {
                    Reason::Nothing => (Outcome::Passed, Vec::new()),
                    Reason::Here(json) => serde_json::from_slice(json)?,
                    Reason::Beside(length) => {
                        let mut json = vec![0; length];
                        self.reasons.read_exact(&mut json)?;
                        serde_json::from_slice(&json)?
                    }
                };
                Record::Ended { executed: Executed { outcome, duration, stray_panics }, printed }
            }
        };
        self.taken = self.bytes.len() - rest.len();
        Ok(Some(record))
    }
}

/// Where the ledger of this name lies that belongs to a journal.
pub(super) fn beside(journal: &Path, name: &str) -> PathBuf {
    journal.with_extension(format!("{name}.{EXTENSION}"))
}

/// The ledgers that a harness left beside its journal.
///
/// # Errors
///
/// When the directory cannot be read.
pub(crate) fn left_beside(journal: &Path) -> io::Result<Vec<PathBuf>> {
    let (Some(directory), Some(process)) = (journal.parent(), journal.file_stem()) else {
        return Ok(Vec::new());
    };
    let mut left = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let is_ledger = path.extension().is_some_and(|extension| extension == EXTENSION);
        if is_ledger && path.file_stem().map(Path::new).and_then(Path::file_stem) == Some(process) {
            left.push(path);
        }
    }
    Ok(left)
}

/// What became of a test whose harness died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Orphan {
    pub(crate) test: String,
    pub(crate) began: SystemTime,
    /// How long it took and whether it passed, if it came to its end.
    pub(crate) ended: Option<(Duration, bool)>,
}

/// All that the ledger at this path tells, to whoever comes later.
///
/// # Errors
///
/// When it cannot be read, or holds what no worker writes.
pub(crate) fn orphans(path: &Path) -> io::Result<Vec<Orphan>> {
    let bytes = fs::read(path)?;
    let mut rest = bytes.as_slice();
    let mut orphans: Vec<Orphan> = Vec::new();
    while let Some(entry) = whole(Entry::read(&mut rest))? {
        match entry {
            Entry::Began { at, test } => {
                let test = String::from_utf8_lossy(test).into_owned();
                orphans.push(Orphan { test, began: at, ended: None });
            }
            Entry::Ended { duration, passed, .. } => {
                if let Some(last) = orphans.last_mut() {
                    last.ended = Some((duration, passed));
                }
            }
            Entry::GaveBack => {}
        }
    }
    Ok(orphans)
}

/// A record as it is written.
enum Entry<'b> {
    Began { at: SystemTime, test: &'b [u8] },
    Ended { duration: Duration, printed: Printed, passed: bool, reason: Reason<'b> },
    GaveBack,
}

enum Reason<'b> {
    Nothing,
    Beside(usize),
    Here(&'b [u8]),
}

impl<'b> Entry<'b> {
    fn read(from: &mut &'b [u8]) -> io::Result<Self> {
        let unknown =
            |what: &str, byte| Err(io::Error::other(format!("there is no {what} of the kind {byte}")));
        Ok(match array(from)? {
            [BEGAN] => {
                let at = SystemTime::UNIX_EPOCH.checked_add(micros(from)?);
                Self::Began { at: at.ok_or(io::ErrorKind::InvalidData)?, test: text(from)? }
            }
            [ENDED] => {
                let duration = micros(from)?;
                let (stdout, stderr) = (u64::from_le_bytes(array(from)?), u64::from_le_bytes(array(from)?));
                let [passed] = array(from)?;
                let reason = match array(from)? {
                    [NOTHING] => Reason::Nothing,
                    [BESIDE] => Reason::Beside(length(from)?),
                    [HERE] => Reason::Here(text(from)?),
                    [kind] => return unknown("reason", kind),
                };
                Self::Ended { duration, printed: Printed { stdout, stderr }, passed: passed == 1, reason }
            }
            [GAVE_BACK] => Self::GaveBack,
            [kind] => return unknown("record", kind),
        })
    }
}

/// Nothing for what is not all there yet.
fn whole<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        other => other.map(Some),
    }
}

fn micros(from: &mut &[u8]) -> io::Result<Duration> {
    Ok(Duration::from_micros(u64::from_le_bytes(array(from)?)))
}

fn length(from: &mut &[u8]) -> io::Result<usize> {
    Ok(u32::from_le_bytes(array(from)?) as usize)
}

fn text<'b>(from: &mut &'b [u8]) -> io::Result<&'b [u8]> {
    let length = length(from)?;
    Ok(from.split_off(..length).ok_or(io::ErrorKind::UnexpectedEof)?)
}

fn array<const N: usize>(from: &mut &[u8]) -> io::Result<[u8; N]> {
    let (bytes, rest) = from.split_first_chunk().ok_or(io::ErrorKind::UnexpectedEof)?;
    *from = rest;
    Ok(*bytes)
}

/// A ledger beside a journal, of tests that began when the world did and passed, failed or did not end.
#[cfg(test)]
pub(crate) fn example(journal: &Path, tests: &[(&str, Option<bool>)]) {
    let reasons = journal.with_extension("reasons");
    let paths = Paths { ledger: beside(journal, "example"), reasons };
    Reader::create(&paths).expect("a ledger");
    let mut writer = Writer::open(&paths).expect("a ledger");
    for (test, passed) in tests {
        writer.began(SystemTime::UNIX_EPOCH, test);
        if let Some(passed) = passed {
            let outcome =
                if *passed { Outcome::Passed } else { Outcome::Failed(crate::outcome::Failure::new("no")) };
            let executed = Executed { outcome, duration: Duration::from_micros(5), stray_panics: Vec::new() };
            writer.ended(&executed, Printed::default()).expect("put down");
        }
    }
    writer.write(io::sink()).expect("written");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Failure, StrayPanic};

    fn ledger() -> (tempfile::TempDir, Reader, Writer) {
        let directory = tempfile::tempdir().expect("a directory");
        let reader = Reader::create(&paths(&directory)).expect("a ledger");
        let writer = Writer::open(&paths(&directory)).expect("a ledger");
        (directory, reader, writer)
    }

    fn paths(directory: &tempfile::TempDir) -> Paths {
        Paths { ledger: directory.path().join("ledger"), reasons: directory.path().join("reasons") }
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
        writer.began(at, "cart::adds");
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
        let full = || File::options().write(true).open("/dev/full").expect("a device");
        (writer.file, writer.reasons) = (full(), full());
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
    fn whoever_comes_later_knows_what_was_begun_and_what_came_of_it() {
        let (directory, _reader, mut writer) = ledger();
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        for (test, executed) in [("cart::adds", passed()), ("cart::removes", panicked())] {
            writer.began(at, test);
            writer.ended(&executed, Printed::default()).expect("put down");
        }
        writer.gave_back();
        writer.began(at, "cart::empties");
        writer.write(io::sink()).expect("written");
        let orphan = |test: &str, ended| Orphan { test: test.to_owned(), began: at, ended };
        let expected = [
            orphan("cart::adds", Some((passed().duration, true))),
            orphan("cart::removes", Some((panicked().duration, false))),
            orphan("cart::empties", None),
        ];
        assert_eq!(orphans(&paths(&directory).ledger).expect("read"), expected);
    }

    #[test]
    fn why_a_test_failed_is_not_in_the_file_that_stays() {
        let (directory, _reader, mut writer) = ledger();
        writer.ended(&panicked(), Printed::default()).expect("put down");
        writer.write(io::sink()).expect("written");
        let bytes = fs::read(paths(&directory).ledger).expect("a ledger");
        assert!(!String::from_utf8_lossy(&bytes).contains("cart.rs"), "{bytes:?}");
    }
}
