use std::io::Write;

use super::*;
use crate::{
    case::{Case, Details},
    event::{EarlierAttempt, JOURNAL_VERSION, PrintedOutput, now},
    journal::{Addressees, Elsewhere, Journal, brought_back, run_directory},
    outcome::{Failure, Outcome},
};

fn finished(seq: u64, ids: &[&'static str]) -> CaseFinished {
    // Of a form that describes itself.
    CaseFinished { outcome: Outcome::Skipped { reason: None }, ..CaseFinished::example(seq, ids) }
}

fn started() -> Event {
    Event::RunStarted(RunStarted::example("key"))
}

fn acknowledged(confirmed: Vec<u64>) -> BatchAcknowledged {
    BatchAcknowledged {
        at: now(),
        destination: "somewhere".to_owned(),
        run: "1".to_owned(),
        confirmed,
        unmapped: Vec::new(),
        rejected: Vec::new(),
    }
}

fn write(directory: &Path, events: &[Event]) -> PathBuf {
    let journal = Journal::open(directory, "key", None);
    events.iter().for_each(|event| journal.append(event));
    journal.path().to_owned()
}

fn read(directory: &Path) -> ProcessJournal {
    let [journal] = read_run(&run_directory(directory, "key")).expect("journals").try_into().expect("one");
    journal
}

const SOMEWHERE: Recipient<'_> = Recipient::intended("somewhere");
const ELSEWHERE: Recipient<'_> = Recipient::intended("elsewhere");
const STRANGER: Recipient<'_> = Recipient { destination: "stranger", meant: Meant::ForOthers };

#[test]
fn what_was_written_is_read_back() {
    let directory = tempfile::tempdir().expect("a directory");
    let case = finished(0, &["TC-1", "TC-2"]);
    write(directory.path(), &[started(), Event::CaseFinished(case.clone())]);
    assert_eq!(read(directory.path()).finished, [case]);
}

#[test]
fn a_test_that_passed_is_described_by_its_beginning() {
    const CASE: Case = Case {
        details: || Details { ids: &["TC-1"], title: Some("Adds"), ..Details::EXAMPLE },
        ..Case::EXAMPLE
    };
    let directory = tempfile::tempdir().expect("a directory");
    let journal = Journal::open(directory.path(), "key", None);
    journal.append(&started());
    journal.started(1, [("adds", &CASE)].into_iter());
    journal.passed(0, 2, 3, "adds");
    let [case] = read(directory.path()).finished.try_into().expect("one test");
    assert_eq!(
        (case.at, case.micros, case.ids.join(" "), case.title.as_deref()),
        (2, 3, "TC-1".to_owned(), Some("Adds"))
    );
    assert_eq!(case.location, Details::EXAMPLE.location.as_str());
}

#[test]
fn a_large_output_lies_beside_the_journal() {
    let directory = tempfile::tempdir().expect("a directory");
    let printed = |byte: &str| Some(PrintedOutput { stdout: byte.repeat(100_000), stderr: String::new() });
    let outcome = Outcome::Failed(Failure::new("left != right"));
    let earlier = EarlierAttempt { micros: 1, outcome: outcome.clone(), output: printed("a") };
    let case = CaseFinished {
        outcome,
        output: printed("b"),
        earlier: vec![earlier],
        ..CaseFinished::example(0, &[])
    };
    let path = write(directory.path(), &[started(), Event::CaseFinished(case.clone())]);
    assert!(fs::metadata(&path).expect("a file").len() < 2_000);
    let [lean] = read(directory.path()).finished.try_into().expect("one test");
    assert!(lean.output.is_none() && lean.earlier[0].output.is_none());
    assert_eq!(brought_back(&path, lean), case);
}

#[test]
fn a_test_with_two_ids_is_two_undelivered_results() {
    let directory = tempfile::tempdir().expect("a directory");
    write(directory.path(), &[started(), Event::CaseFinished(finished(0, &["TC-1", "TC-2"]))]);
    assert_eq!(read(directory.path()).undelivered(SOMEWHERE).len(), 2);
}

#[test]
fn who_took_another_s_place_is_given_what_that_has_not() {
    let directory = tempfile::tempdir().expect("a directory");
    let answered = |destination: &str, seq| {
        Event::BatchAcknowledged(BatchAcknowledged {
            at: 5,
            destination: destination.to_owned(),
            run: "1".to_owned(),
            confirmed: vec![seq],
            unmapped: Vec::new(),
            rejected: Vec::new(),
        })
    };
    let [first, second] = [0, 1].map(|seq| Event::CaseFinished(finished(seq, &["TC-1"])));
    let answers = [answered("testfiesta x", 0), answered("testsigma old", 1)];
    write(directory.path(), &[&[started(), first, second], &answers[..]].concat());
    let left = |destination: &str| {
        let packages = vec![("webshop".to_owned(), vec![destination.to_owned()])];
        let of_run = vec!["testfiesta x".to_owned(), "testsigma old".to_owned()];
        let addressees = Addressees { of_run, elsewhere: Elsewhere::Inherited(packages) };
        let journal = read(directory.path());
        let meant = addressees.meant(destination, &journal.started);
        journal.undelivered(Recipient { destination, meant })
    };
    assert_eq!([left("testsigma new"), left("testsigma old")], [[0].into(), [0].into()]);
    assert_eq!([left("testfiesta y"), left("another")], [[1].into(), HashSet::new()]);
}

#[test]
fn what_was_acknowledged_is_delivered() {
    let directory = tempfile::tempdir().expect("a directory");
    let events = [
        started(),
        Event::CaseFinished(finished(0, &[])),
        Event::CaseFinished(finished(1, &[])),
        Event::BatchAcknowledged(acknowledged(vec![0])),
    ];
    write(directory.path(), &events);
    let left = read(directory.path()).undelivered(SOMEWHERE);
    assert_eq!(left, HashSet::from([1]));
}

#[test]
fn what_one_destination_has_another_still_needs_unless_it_is_a_stranger() {
    let directory = tempfile::tempdir().expect("a directory");
    let case = Event::CaseFinished(finished(0, &[]));
    write(directory.path(), &[started(), case, Event::BatchAcknowledged(acknowledged(vec![0]))]);
    let journal = read(directory.path());
    let left = [SOMEWHERE, ELSEWHERE, STRANGER].map(|recipient| journal.undelivered(recipient).len());
    assert_eq!(left, [0, 1, 0]);
}

#[test]
fn a_torn_last_line_costs_only_itself() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = write(directory.path(), &[started(), Event::CaseFinished(finished(0, &[]))]);
    let mut file = fs::File::options().append(true).open(&path).expect("the file");
    file.write_all(b"{\"case_finished\":{\"seq\":1,").expect("written");
    acknowledge(&path, &acknowledged(vec![0])).expect("written");
    let again = read(directory.path());
    assert_eq!(again.finished.len(), 1);
    assert!(again.undelivered(SOMEWHERE).is_empty());
}

/// A journal of one test whose bytes were changed like this.
fn damaged(change: impl FnOnce(&mut Vec<u8>)) -> io::Result<Vec<ProcessJournal>> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = write(directory.path(), &[started(), Event::CaseFinished(finished(0, &[]))]);
    let mut bytes = fs::read(&path).expect("a journal");
    change(&mut bytes);
    fs::write(&path, bytes).expect("written");
    read_run(&run_directory(directory.path(), "key"))
}

#[test]
fn a_journal_whose_first_line_is_damaged_or_missing_is_refused() {
    let changes: [fn(&mut Vec<u8>); 3] = [
        |bytes| drop(bytes.splice(0..0, [0, 0])),
        |bytes| drop(bytes.splice(0..0, *b"\xef\xbb\xbf")),
        |bytes| drop(bytes.drain(..=bytes.iter().position(|byte| *byte == b'\n').expect("a line"))),
    ];
    for change in changes {
        let error = damaged(change).expect_err("an error").to_string();
        assert!(error.contains(".jsonl cannot be read: its first line is "), "{error}");
    }
}

#[test]
fn a_line_that_says_nothing_is_named_by_its_number() {
    let journals = damaged(|bytes| bytes.extend(b"{\"case_finished\":\0}\n")).expect("journals");
    let [journal] = journals.try_into().expect("one");
    assert_eq!(journal.finished.len(), 1);
    let damage = journal.damage().expect("damage").to_string();
    assert!(damage.ends_with(".jsonl: line 3 is damaged"), "{damage}");
}

#[test]
fn a_process_that_died_in_its_first_line_left_nothing() {
    for length in [0, 1, 40] {
        let journals = damaged(|bytes| bytes.truncate(length)).expect("journals");
        assert_eq!(journals.len(), 0);
    }
}

#[test]
fn a_process_that_died_in_its_first_line_may_have_been_excused() {
    let journals = damaged(|bytes| {
        bytes.truncate(40);
        bytes.extend(b"\n{\"run_finished\":{\"at\":1}}\n");
    });
    assert_eq!(journals.expect("journals").len(), 0);
}

#[test]
fn a_line_that_its_process_died_in_is_no_damage() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = write(directory.path(), &[started()]);
    let line = line::line(&Event::CaseFinished(finished(0, &["TC-1"]))).expect("a line");
    let begun = fs::read(&path).expect("a journal");
    for length in 1..line.len() - 1 {
        fs::write(&path, [&begun, &line.as_bytes()[..length]].concat()).expect("written");
        acknowledge(&path, &acknowledged(vec![0])).expect("written");
        let again = read(directory.path());
        assert!(again.damage().is_none(), "{length}");
        assert_eq!(again.acknowledged.len(), 1);
    }
}

#[test]
fn a_journal_of_a_newer_version_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let Event::RunStarted(started) = started() else { return };
    write(directory.path(), &[Event::RunStarted(RunStarted { version: JOURNAL_VERSION + 1, ..started })]);
    let error = read_run(&run_directory(directory.path(), "key")).expect_err("an error");
    assert!(error.to_string().contains("newer testfiesta"), "{error}");
}

#[test]
fn a_directory_without_journals_has_no_runs() {
    let directory = tempfile::tempdir().expect("a directory");
    assert_eq!(runs(directory.path()).expect("an answer"), Vec::<PathBuf>::new());
}
