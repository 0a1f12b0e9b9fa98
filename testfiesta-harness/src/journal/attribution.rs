//! Whose fault it was: tests that ran when their process died, noted by whoever looks next.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    alive::{self, Dead},
    append_line, count_dead, line,
    tail::Tail,
    uncount,
};
use crate::{
    event::{CaseFinished, CaseStarted, Event, micros, millis, now},
    execution::workers::ledger::{self, LeftAttempt},
    nextest::Previous,
    order::sorted,
    outcome::{Failure, Outcome},
};

/// What came of looking after processes that died.
#[derive(Debug, Default)]
pub struct LookedAfter {
    /// The journals of those that were looked after.
    pub journals: Vec<PathBuf>,
    /// What stood in the way elsewhere. Whoever looks next tries again.
    pub obstacles: Vec<Obstacle>,
}

/// What kept a process that died from being looked after, or what is written of it from being read.
#[derive(Debug)]
pub struct Obstacle {
    /// Its journal or the file of its run, or the directory where nobody could look.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: io::Error,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, reason) = (self.path.display().to_string(), self.reason.to_string());
        // What is wrong with a journal's text names it already.
        if reason.contains(&path) { f.write_str(&reason) } else { write!(f, "{path}: {reason}") }
    }
}

/// Notes, in the journal of each process that died, that the tests it was running crashed.
///
/// A test that had not begun is nothing. A process that lives is left alone, and one that died is looked after once,
/// however many look. A journal that cannot be read or written is in the way of no other.
pub fn attribute_crashes(directory: &Path) -> LookedAfter {
    look_after(directory, None, &|dead| {
        attribute(dead)?;
        // What cannot be counted is in the journal all the same.
        let _ = count_dead(&dead.journal);
        for ledger in ledger::left_beside(&dead.journal).unwrap_or_default() {
            // The journal says it all now.
            let _ = fs::remove_file(ledger);
        }
        Ok(())
    })
}

/// Notes that the processes of a run that died came to their end, since somebody ended them: a test that was interrupted
/// did not crash.
pub fn excuse_interrupted(directory: &Path, run_directory: &Path) -> LookedAfter {
    look_after(directory, Some(run_directory), &|dead| {
        append_line(&dead.journal, &line::line(&Event::RunFinished { at: now() })?)
    })
}

/// Notes what there is to note of each process that died, of all runs or of one, and buries it.
fn look_after(
    directory: &Path,
    run_directory: Option<&Path>,
    note: &dyn Fn(&Dead) -> io::Result<()>,
) -> LookedAfter {
    let mut looked_after = LookedAfter::default();
    let dead = alive::dead(directory).unwrap_or_else(|reason| {
        looked_after.obstacles.push(Obstacle { path: directory.to_owned(), reason });
        Vec::new()
    });
    for dead in dead {
        let journal = dead.journal.clone();
        if run_directory.is_some_and(|run_directory| !journal.starts_with(run_directory)) {
            continue;
        }
        match note(&dead) {
            Ok(()) => {
                dead.bury();
                looked_after.journals.push(journal);
            }
            Err(reason) => looked_after.obstacles.push(Obstacle { path: journal, reason }),
        }
    }
    looked_after.journals = sorted(&looked_after.journals, |one, other| one <= other);
    looked_after
}

/// Notes how the tests ended in which the process died, if it died in tests.
fn attribute(dead: &Dead) -> io::Result<()> {
    // Read while the lock is held: who looked before us has noted it here.
    let mut tail = Tail::open(&dead.journal)?;
    while tail.read()?.is_some() {}
    if tail.has_ended() {
        return Ok(());
    }
    let (last_sign, in_doubt) = (dead.last_sign().map_or(0, millis), dead.is_in_doubt());
    let left = left_attempts(&dead.journal)?;
    let mut seq = tail.next_seq();
    let running: Vec<&CaseStarted> = tail.running().collect();
    let running = sorted(&running, |one, other| (one.at, &one.test) <= (other.at, &other.test));
    // nextest may have tried it before, in a process of its own.
    let attempt = tail.started().and_then(|started| started.attempt);
    let previous = Previous::before(&dead.journal, attempt)?.filter(|_| !running.is_empty() && !in_doubt);
    for case in running {
        let attempt = left.as_ref().map(|left| last_of(left, &case.test));
        // It has not begun, and nobody waits for it.
        if attempt == Some(None) {
            continue;
        }
        let attempt = attempt.flatten();
        let at = attempt.map_or(case.at, |attempt| millis(attempt.began));
        let case = CaseStarted { at, ..case.clone() };
        let finished = match attempt.and_then(|attempt| attempt.ended) {
            Some((duration, passed)) => case.finished(seq, micros(duration), unread(passed)),
            // Whoever sums up says that its end is not known.
            None if in_doubt => continue,
            None => {
                let ran = last_sign.saturating_sub(at);
                case.finished(seq, ran.saturating_mul(1_000), crashed(ran))
            }
        };
        let earlier = previous.as_ref().map(Previous::attempts).unwrap_or_default();
        let finished = CaseFinished { earlier, ..finished };
        seq = finished.numbers().end;
        append_line(&dead.journal, &line::line(&Event::CaseFinished(finished))?)?;
    }
    if !in_doubt {
        // What is not said by now was not to be said.
        append_line(&dead.journal, &line::line(&Event::RunFinished { at: now() })?)?;
    }
    if let Some(previous) = previous {
        previous.supersede();
        // What cannot be counted is in the journal all the same.
        let _ = uncount(&previous.journal);
    }
    Ok(())
}

/// What the workers of a process began and how it ended, in the order of the tests' names and then of their attempts;
/// nothing where it had no workers.
fn left_attempts(journal: &Path) -> io::Result<Option<Vec<LeftAttempt>>> {
    let ledgers = ledger::left_beside(journal)?;
    let mut left = Vec::new();
    for ledger in &ledgers {
        left.extend(ledger::left_attempts(ledger)?);
    }
    let left = sorted(&left, |one, other| (&one.test, one.began) <= (&other.test, other.began));
    Ok((!ledgers.is_empty()).then_some(left))
}

/// The last attempt at a test.
fn last_of<'o>(left: &'o [LeftAttempt], test: &str) -> Option<&'o LeftAttempt> {
    let after = left.partition_point(|attempt| *attempt.test <= *test);
    left[..after].last().filter(|attempt| attempt.test == test)
}

fn unread(passed: bool) -> Outcome {
    if passed {
        return Outcome::Passed;
    }
    Outcome::Failed(Failure::new("it failed, and the process that was to say why ended before it could"))
}

fn crashed(ran: u64) -> Outcome {
    let ran = humantime::format_duration(Duration::from_millis(ran));
    Outcome::Crashed(Failure::new(format!(
        "its process ended while it ran, and nobody saw how; the last sign of it came {ran} after it began"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        case::{Case, Details},
        event::{JOURNAL_VERSION, RunStarted},
        journal::{Journal, ProcessJournal, read_run, run_directory},
    };

    const CASE: Case =
        Case { details: || Details { ids: &["TC-1", "TC-2"], ..Details::EXAMPLE }, ..Case::EXAMPLE };

    /// A process that began two tests and ended one. It lives as long as this journal is there.
    fn in_a_test(directory: &Path) -> Journal {
        let journal = Journal::example(directory, "key");
        journal.started(1, [("ends", &CASE)].into_iter());
        journal.passed(0, 1, 10, "ends");
        journal.started(2, [("dies", &CASE)].into_iter());
        journal
    }

    fn read(directory: &Path) -> ProcessJournal {
        let [journal] =
            read_run(&run_directory(directory, "key")).expect("journals").try_into().expect("one");
        journal
    }

    /// Looks after the process that died. A test beside this one may be starting a process, which holds a copy of every
    /// lock until its program is loaded.
    fn look_after(directory: &Path) {
        while attribute_crashes(directory).journals.is_empty() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn the_test_that_ran_when_its_process_died_crashed() {
        let directory = tempfile::tempdir().expect("a directory");
        drop(in_a_test(directory.path()));
        look_after(directory.path());
        let [ended, died] = read(directory.path()).finished.try_into().expect("two tests");
        assert_eq!((&*ended.test, &ended.outcome), ("ends", &Outcome::Passed));
        assert_eq!((&*died.test, died.seq, died.ids.join(" ")), ("dies", 2, "TC-1 TC-2".to_owned()));
        assert!(matches!(died.outcome, Outcome::Crashed(_)), "{died:?}");
    }

    /// A process that died, and told a worker of these tests.
    fn with_a_worker(directory: &Path, tests: &[(&str, Option<bool>)]) {
        let journal = in_a_test(directory);
        journal.started(3, [("is_far_ahead", &CASE)].into_iter());
        ledger::example(journal.path(), tests);
    }

    /// Each test that ended, and how.
    fn kinds(directory: &Path) -> Vec<(String, Outcome)> {
        let kind = |case: CaseFinished| {
            let outcome = match case.outcome {
                Outcome::Passed => Outcome::Passed,
                Outcome::Failed(_) => Outcome::Failed(Failure::new("")),
                _ => Outcome::Crashed(Failure::new("")),
            };
            (case.test.into_owned(), outcome)
        };
        read(directory).finished.into_iter().map(kind).collect()
    }

    #[test]
    fn a_test_that_no_worker_had_begun_is_nothing() {
        let directory = tempfile::tempdir().expect("a directory");
        with_a_worker(directory.path(), &[("ends", Some(true)), ("dies", None)]);
        look_after(directory.path());
        let died = ("dies".to_owned(), Outcome::Crashed(Failure::new("")));
        assert_eq!(kinds(directory.path()), [("ends".to_owned(), Outcome::Passed), died]);
        assert_eq!(read(directory.path()).running, 0);
    }

    #[test]
    fn a_test_that_had_passed_in_a_worker_did_not_crash() {
        let directory = tempfile::tempdir().expect("a directory");
        with_a_worker(directory.path(), &[("ends", Some(true)), ("dies", Some(true))]);
        look_after(directory.path());
        let passed = ("dies".to_owned(), Outcome::Passed);
        assert_eq!(kinds(directory.path())[1], passed);
        assert_eq!(read(directory.path()).finished[1].micros, 5);
    }

    #[test]
    fn a_test_that_had_failed_in_a_worker_failed_for_reasons_unknown() {
        let directory = tempfile::tempdir().expect("a directory");
        with_a_worker(directory.path(), &[("dies", Some(false))]);
        look_after(directory.path());
        assert_eq!(kinds(directory.path())[1].1, Outcome::Failed(Failure::new("")));
    }

    #[test]
    fn what_a_worker_left_is_cleared_away() {
        let directory = tempfile::tempdir().expect("a directory");
        with_a_worker(directory.path(), &[("dies", None)]);
        look_after(directory.path());
        assert!(ledger::left_beside(&read(directory.path()).path).expect("a list").is_empty());
    }

    #[test]
    fn a_crash_is_noted_once() {
        let directory = tempfile::tempdir().expect("a directory");
        drop(in_a_test(directory.path()));
        look_after(directory.path());
        assert_eq!(attribute_crashes(directory.path()).journals.len(), 0);
        assert_eq!(read(directory.path()).finished.len(), 2);
    }

    #[test]
    fn a_test_that_still_runs_did_not_crash() {
        let directory = tempfile::tempdir().expect("a directory");
        let _living = in_a_test(directory.path());
        assert_eq!(attribute_crashes(directory.path()).journals.len(), 0);
        assert_eq!(read(directory.path()).finished.len(), 1);
    }

    #[test]
    fn a_test_that_was_interrupted_did_not_crash() {
        let directory = tempfile::tempdir().expect("a directory");
        in_a_test(directory.path()).end();
        attribute_crashes(directory.path());
        assert_eq!(read(directory.path()).finished.len(), 1);
    }

    #[test]
    fn a_process_that_died_while_it_delivered_is_looked_after() {
        let directory = tempfile::tempdir().expect("a directory");
        in_a_test(directory.path()).end();
        look_after(directory.path());
    }

    #[test]
    fn a_process_that_left_needs_nobody() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = in_a_test(directory.path());
        journal.end();
        journal.leave();
        assert_eq!(attribute_crashes(directory.path()).journals.len(), 0);
    }

    /// Linux has a device that is a full disk.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_test_whose_end_there_was_no_room_for_did_not_crash() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = in_a_test(directory.path());
        journal.fill_the_disk();
        journal.passed(2, 2, 10, "dies");
        drop(journal);
        look_after(directory.path());
        let left = read(directory.path());
        assert_eq!((left.finished.len(), left.running), (1, 1));
        let run = run_directory(directory.path(), "key");
        let summary =
            crate::journal::sum_up(&run, Vec::new(), crate::journal::Elsewhere::Left).expect("a summary");
        let [gap] = summary.unended.try_into().expect("one");
        assert!(gap.ends_with("it does not say how the last of its tests ended"), "{gap}");
    }

    #[test]
    fn a_test_whose_process_was_ended_on_purpose_did_not_crash() {
        let directory = tempfile::tempdir().expect("a directory");
        drop(in_a_test(directory.path()));
        excuse_interrupted(directory.path(), &run_directory(directory.path(), "key"));
        attribute_crashes(directory.path());
        assert_eq!(read(directory.path()).finished.len(), 1);
    }

    /// A process of a later version that died.
    fn of_a_later_version(directory: &Path) -> PathBuf {
        let journal = Journal::open(directory, "a later key", None);
        journal.append(&Event::RunStarted(RunStarted {
            version: JOURNAL_VERSION + 1,
            ..RunStarted::example("a later key")
        }));
        journal.path().to_owned()
    }

    #[test]
    fn a_journal_that_cannot_be_read_is_named_and_in_the_way_of_no_other() {
        let directory = tempfile::tempdir().expect("a directory");
        let unreadable = of_a_later_version(directory.path());
        drop(in_a_test(directory.path()));
        let obstacles = || attribute_crashes(directory.path()).obstacles;
        look_after(directory.path());
        assert_eq!(read(directory.path()).finished.len(), 2);
        let [obstacle] = obstacles().try_into().expect("one");
        assert_eq!(obstacle.path, unreadable);
        assert!(obstacle.to_string().contains("newer testfiesta"), "{obstacle}");
        // Who can read it finds it.
        assert_eq!(obstacles().len(), 1);
    }

    #[test]
    fn an_obstacle_names_its_path_once() {
        let obstacle = |reason: &str| {
            let reason = io::Error::other(reason.to_owned());
            Obstacle { path: "a/b.jsonl".into(), reason }.to_string()
        };
        assert_eq!(obstacle("no space left"), "a/b.jsonl: no space left");
        assert_eq!(obstacle("a/b.jsonl is too new"), "a/b.jsonl is too new");
    }
}
