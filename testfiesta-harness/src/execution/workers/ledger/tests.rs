use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime},
};

use super::{LeftAttempt, Paths, Reader, Record, Writer, beside, left_attempts};
use crate::{
    execution::{Executed, capture::Printed},
    outcome::{Failure, Outcome, StrayPanic},
};

/// A ledger beside a journal, of tests that began when the world did and passed, failed or did not end.
pub(crate) fn example(journal: &Path, tests: &[(&str, Option<bool>)]) {
    let reasons = journal.with_extension("reasons");
    let paths = Paths { ledger: beside(journal, "example"), reasons };
    Reader::create(&paths).expect("a ledger");
    let mut writer = Writer::open(&paths).expect("a ledger");
    for (test, passed) in tests {
        writer.began(SystemTime::UNIX_EPOCH, test);
        if let Some(passed) = passed {
            let outcome = if *passed { Outcome::Passed } else { Outcome::Failed(Failure::new("no")) };
            let executed = Executed { outcome, duration: Duration::from_micros(5), stray_panics: Vec::new() };
            writer.ended(&executed, Printed::default()).expect("put down");
        }
    }
    writer.write(io::sink()).expect("written");
}

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
    let full = || fs::File::options().write(true).open("/dev/full").expect("a device");
    (writer.file, writer.reasons) = (full(), full());
    let mut connection = Vec::new();
    let (executed, printed) = (panicked(), Printed::default());
    writer.ended(&executed, printed).expect("put down");
    writer.write(&mut connection).expect("sent");
    writer.gave_back();
    writer.write(&mut connection).expect("sent");
    let mut news = crate::execution::workers::protocol::News::default();
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
    let attempt = |test: &str, ended| LeftAttempt { test: test.to_owned(), began: at, ended };
    let expected = [
        attempt("cart::adds", Some((passed().duration, true))),
        attempt("cart::removes", Some((panicked().duration, false))),
        attempt("cart::empties", None),
    ];
    assert_eq!(left_attempts(&paths(&directory).ledger).expect("read"), expected);
}

#[test]
fn why_a_test_failed_is_not_in_the_file_that_stays() {
    let (directory, _reader, mut writer) = ledger();
    writer.ended(&panicked(), Printed::default()).expect("put down");
    writer.write(io::sink()).expect("written");
    let bytes = fs::read(paths(&directory).ledger).expect("a ledger");
    assert!(!String::from_utf8_lossy(&bytes).contains("cart.rs"), "{bytes:?}");
}
