//! What nextest tells a test's process. It makes each attempt at a test in a process of its own: what those before this one
//! came to.

use std::{
    env, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use testfiesta_client::short_name;

use crate::{
    event::{CaseFinished, EarlierAttempt},
    journal::{self, ProcessJournal, name},
    outcome::{Failure, Outcome},
};

/// How long to wait for who looks after the attempt before: its process is gone, and a look takes a moment.
const PATIENCE: Duration = Duration::from_secs(1);
/// Why an attempt failed that passed.
const ENDED_BADLY: &str = "it passed, but nextest counts the attempt as failed: its process did not end well";
/// How soon to look again.
const POLL: Duration = Duration::from_millis(5);

/// Whether it started this process.
pub(crate) fn is_here() -> bool {
    env::var_os("NEXTEST").is_some()
}

/// Whether it started this process for one test.
pub(crate) fn is_process_per_test() -> bool {
    env::var_os("NEXTEST_EXECUTION_MODE").is_some_and(|mode| mode == "process-per-test")
}

/// Ends what a test left running that was stopped at its limit, and lets this process end as it will. nextest gives each
/// test's process a group of its own, which it ends only at limits of its own. What was started from within a test may have
/// its variables, and lead a group that others are in.
#[cfg(unix)]
pub(crate) fn end_group_of_test(test: &str) {
    use nix::{
        sys::signal::{Signal, killpg},
        unistd::{Pid, getpgid, getpgrp, getpid, getppid, setpgid},
    };
    let own = getpgrp();
    // To nextest's group first: who is killed with its own cannot tell an exit code.
    if is_process_per_test()
        && env::var("NEXTEST_TEST_NAME").is_ok_and(|name| name == test)
        && own == getpid()
        && let Ok(of_nextest) = getpgid(Some(getppid()))
        && setpgid(Pid::from_raw(0), of_nextest).is_ok()
    {
        let _ = killpg(own, Signal::SIGKILL);
    }
}

/// Nothing names all that a process started here.
#[cfg(not(unix))]
pub(crate) fn end_group_of_test(_: &str) {}

/// The invocation that this process belongs to.
pub(crate) fn run_id() -> Option<String> {
    env::var("NEXTEST_RUN_ID").ok().filter(|run| !run.is_empty())
}

/// What the names of the journals end with that hold attempts at this process's one test; nothing outside of nextest.
pub(crate) fn mark() -> Option<String> {
    let (binary, test) = (env::var("NEXTEST_BINARY_ID").ok()?, env::var("NEXTEST_TEST_NAME").ok()?);
    let repetition = repetition().map(|number| format!(" {number}")).unwrap_or_default();
    Some(short_name(&format!("{binary} {test}{repetition}")))
}

/// Which repetition of all tests this process's test belongs to, counted from 0, with nextest's `--stress-count`.
pub(crate) fn repetition() -> Option<u32> {
    env::var("NEXTEST_STRESS_CURRENT").ok()?.parse().ok()
}

/// Which attempt at its one test this process is, counted from 1.
pub(crate) fn attempt() -> Option<u32> {
    env::var("NEXTEST_ATTEMPT").ok()?.parse().ok()
}

/// The attempt before this one.
#[derive(Debug)]
pub(crate) struct Previous {
    /// Its process's journal, as it was when this attempt began.
    pub(crate) journal: ProcessJournal,
    case: CaseFinished,
}

impl Previous {
    /// Looks for it among the journals of the run, if this is not the first.
    pub(crate) fn find(directory: &Path, own: &Path) -> Option<Self> {
        attempt().filter(|attempt| *attempt > 1)?;
        let began = Instant::now();
        loop {
            // It may have taken its process with it.
            let _ = journal::attribute_crashes(directory);
            let journal = journal_before(own).ok()??;
            if journal.running == 0 || began.elapsed() >= PATIENCE {
                return Self::of(journal, true);
            }
            // Another process looks after it at this moment, and is about to note how it ended.
            thread::sleep(POLL);
        }
    }

    /// Looks for it among the journals of the run. `attempt` is which one this is, if that is known.
    pub(crate) fn before(own: &Path, attempt: Option<u32>) -> io::Result<Option<Self>> {
        if attempt == Some(1) {
            return Ok(None);
        }
        Ok(journal_before(own)?.and_then(|journal| Self::of(journal, attempt.is_some())))
    }

    /// nextest tries again what failed: `was_tried_again` says that it did, whatever the process itself said.
    fn of(journal: ProcessJournal, was_tried_again: bool) -> Option<Self> {
        let case = journal.finished.last()?;
        let ended_badly = was_tried_again && case.outcome == Outcome::Passed;
        if !ended_badly && !case.outcome.is_failure() {
            return None;
        }
        let mut case = journal::brought_back(&journal.path, case.clone());
        if ended_badly {
            case.outcome = Outcome::Failed(Failure::new(ENDED_BADLY));
        }
        Some(Self { journal, case })
    }

    /// It and those before it, first to last.
    pub(crate) fn attempts(&self) -> Vec<EarlierAttempt> {
        let CaseFinished { micros, outcome, output, mut earlier, .. } = self.case.clone();
        earlier.push(EarlierAttempt { micros, outcome, output });
        earlier
    }

    /// This attempt is in the journal, with all before it: they are no longer to be reported by themselves.
    pub(crate) fn supersede(&self) {
        // Should this fail, the later of the two is still reported later.
        let _ = journal::supersede(&self.journal.path, &self.case);
    }
}

/// The journal of the attempt before the one that writes this, by the mark that ends their names.
fn journal_before(own: &Path) -> io::Result<Option<ProcessJournal>> {
    let (Some(run_directory), Some(mark)) = (own.parent(), name::mark(own)) else { return Ok(None) };
    let is_attempt = |path: &PathBuf| path.as_path() < own && name::mark(path) == Some(mark);
    let path = journal::files(run_directory)?.into_iter().rfind(is_attempt);
    path.map_or(Ok(None), |path| ProcessJournal::read(&path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{Event, PrintedOutput, RunStarted},
        journal::Journal,
    };

    #[test]
    fn what_an_attempt_printed_is_told_with_the_next_however_much_it_was() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = Journal::open(directory.path(), "key", Some("mark"));
        journal.append(&Event::RunStarted(RunStarted::example("key")));
        let output = Some(PrintedOutput { stdout: "x".repeat(100_000), stderr: String::new() });
        let outcome = Outcome::Failed(Failure::new("left != right"));
        let failed = CaseFinished { outcome, output: output.clone(), ..CaseFinished::example(0, &[]) };
        journal.append(&Event::CaseFinished(failed));
        let next = journal.path().with_file_name("9999999999999-1-mark.jsonl");
        let previous = Previous::before(&next, None).expect("an answer").expect("an attempt");
        assert_eq!(previous.attempts()[0].output, output);
    }

    #[test]
    fn an_attempt_that_passed_failed_where_nextest_tried_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = Journal::open(directory.path(), "key", Some("mark"));
        journal.append(&Event::RunStarted(RunStarted::example("key")));
        journal.append(&Event::CaseFinished(CaseFinished::example(0, &[])));
        let next = journal.path().with_file_name("9999999999999-1-mark.jsonl");
        let before = |attempt| Previous::before(&next, attempt).expect("an answer");
        // Another invocation under this key may have run it.
        assert!(before(None).is_none() && before(Some(1)).is_none());
        let previous = before(Some(2)).expect("an attempt");
        assert_eq!(previous.attempts()[0].outcome, Outcome::Failed(Failure::new(ENDED_BADLY)));
        previous.supersede();
        let left = ProcessJournal::read(journal.path()).expect("read").expect("a journal");
        assert!(left.finished.is_empty());
    }
}
