//! Appending to this process's file.

use std::{
    fs::{self, File},
    io::{self, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    thread,
    time::{Duration, Instant},
};

use super::{
    alive::Alive,
    handover,
    kept::{Kept, append, loss, outcomes},
    line, name, run_directory, spill,
};
use crate::{
    case::Case,
    event::{Event, now},
};

/// How long to wait until it is tried again to write what there was no room for.
const PAUSE: Duration = Duration::from_millis(250);
/// The same when the process is about to end.
const LAST_PAUSE: Duration = Duration::from_millis(50);
/// How much of that is kept, in bytes.
const LIMIT: usize = 16 << 20;

/// This process's journal file.
///
/// Each event is one `write` to a file opened for appending, so that what was written is there even when the next
/// test aborts the process. What cannot be written goes to `cargo testfiesta`, if that started the tests, or else it is
/// kept until there is room.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    /// Written to by many at once, as by several processes: each line is one write at the end of the file.
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    file: Option<File>,
    alive: Option<Alive>,
    /// Why something could not be written when it should have been.
    trouble: Option<io::Error>,
    /// Where all lines go since then: what is on disk lacks those before them.
    handover: Option<TcpStream>,
    /// Lines that wait for room, and all that came after them.
    kept: Kept,
    tried: Instant,
    /// Tests whose outcomes were too much to be kept.
    lost: Vec<String>,
}

impl Journal {
    /// Opens this process's file. A directory that cannot be written is no reason not to run the tests. `mark` ends its
    /// name, for those who look for it by that.
    pub(crate) fn open(directory: &Path, run_key: &str, mark: Option<&str>) -> Self {
        let path = run_directory(directory, run_key).join(name::new(mark));
        let alive = Alive::begin(directory, &path).ok();
        let (file, trouble) = match open(&path) {
            Ok(file) => (Some(file), None),
            Err(error) => (None, Some(error)),
        };
        let state = State {
            file,
            alive,
            trouble,
            handover: None,
            kept: Kept::default(),
            tried: Instant::now(),
            lost: Vec::new(),
        };
        Self { path, state: RwLock::new(state) }
    }

    /// Writes that tests begin.
    pub(crate) fn started<'t>(&self, at: u64, tests: impl Iterator<Item = (&'t str, &'t Case)>) {
        let lines: String = tests.map(|(test, case)| line::started(at, test, case)).collect();
        if !lines.is_empty() {
            self.write(&lines);
        }
    }

    /// Writes that a test passed.
    pub(crate) fn passed(&self, seq: u64, at: u64, micros: u64, test: &str) {
        self.write(&line::passed(seq, at, micros, test));
    }

    /// Writes one event.
    pub(crate) fn append(&self, event: &Event) {
        let lean = match event {
            Event::CaseFinished(case) if !case.is_plain() => {
                let limit = self.limit_of_output();
                spill::taken_out(&self.path, case, limit).map(Event::CaseFinished)
            }
            _ => None,
        };
        match line::line(lean.as_ref().unwrap_or(event)) {
            Ok(line) => self.write(&line),
            Err(error) => {
                let mut state = self.change();
                state.trouble.get_or_insert(error.into());
                if let Event::CaseFinished(case) = event {
                    state.lost.push(case.test.to_string());
                }
            }
        }
    }

    /// What a test may have printed, in bytes, to stand in the journal itself. What is printed takes the place of no outcome.
    fn limit_of_output(&self) -> usize {
        let state = self.look();
        if state.kept.text().len() < LIMIT / 2 { spill::LIMIT } else { 0 }
    }

    /// Shows that the process is there, where nothing else is to be written.
    pub(crate) fn renew(&self) {
        let state = self.look();
        if state.is_whole() {
            state.alive.iter().for_each(Alive::renew);
        }
    }

    /// Writes that the tests are over. Nothing is written after that but what services answer.
    pub(crate) fn end(&self) {
        self.append(&Event::RunFinished { at: now() });
    }

    /// The process needs nobody to look after it any more: what became of its results is known and counted.
    pub(crate) fn leave(&self) {
        let alive = self.change().alive.take();
        if let Some(alive) = alive {
            alive.end();
        }
    }

    /// Where the events are.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Why events were missing from the file at any time, if any were. They may be there by now, behind later ones.
    pub(crate) fn trouble(&self) -> Option<String> {
        let state = self.look();
        state.trouble.as_ref().map(|error| format!("{}: {error}", self.path.display()))
    }

    /// Why events wait for room, if any do.
    pub(crate) fn waits(&self) -> Option<String> {
        let waits = !self.look().kept.is_empty();
        self.trouble().filter(|_| waits)
    }

    /// Writes what there was no room for, if there is by now. It is not looked each time.
    pub(crate) fn retry(&self) {
        let is_due = |state: &State| !state.kept.is_empty() && state.tried.elapsed() >= PAUSE;
        if is_due(&self.look()) {
            self.change().write_kept(&self.path);
        }
    }

    /// The same before the process ends, for as long as `patience` lasts. Answers which outcomes there was no room for,
    /// as a line for whoever sums up.
    pub(crate) fn settle(&self, patience: Duration) -> Option<String> {
        let began = Instant::now();
        loop {
            let mut state = self.change();
            if let Some(Err(error)) = state.handover.as_ref().map(handover::finish) {
                return Some(format!(
                    "{}: `cargo testfiesta` may not have heard of the last outcomes: {error}",
                    self.path.display()
                ));
            }
            state.write_kept(&self.path);
            if state.kept.is_empty() || began.elapsed() >= patience {
                let tests = [state.lost.clone(), state.kept.outcomes()].concat();
                return loss(&self.path, &tests, state.trouble.as_ref()?);
            }
            drop(state);
            thread::sleep(LAST_PAUSE);
        }
    }

    fn write(&self, lines: &str) {
        let lines = lines.as_bytes();
        let unwritten = {
            let state = self.look();
            match &state.file {
                Some(file) if state.is_straight() => append(file, lines),
                _ => (0, None),
            }
        };
        // Nobody is in the middle of a line while the state is changed.
        if unwritten.0 < lines.len() {
            self.change().take(&self.path, &lines[unwritten.0..], unwritten.1);
        }
    }

    fn look(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl Journal {
    /// That of a process which tells nothing yet but the key of its run.
    pub(crate) fn example(directory: &Path, run_key: &str) -> Self {
        let journal = Self::open(directory, run_key, None);
        journal.append(&Event::RunStarted(crate::event::RunStarted::example(run_key)));
        journal
    }
}

impl State {
    /// Whether lines go where they belong.
    fn is_straight(&self) -> bool {
        self.handover.is_none() && self.kept.is_empty()
    }

    /// Whether the file holds every line.
    fn is_whole(&self) -> bool {
        self.is_straight() && self.lost.is_empty()
    }

    /// Takes lines that are not in the file, for this reason or for that of those before them.
    fn take(&mut self, journal: &Path, lines: &[u8], why: Option<io::Error>) {
        if let Some(why) = why {
            self.trouble.get_or_insert(why);
        }
        if self.is_whole() {
            self.alive.iter().for_each(Alive::doubt);
            self.handover = handover::call(journal).ok();
            self.tried = Instant::now();
        }
        if let Some(handover) = &mut self.handover {
            if handover.write_all(lines).is_ok() {
                return;
            }
            self.handover = None;
        }
        if self.kept.text().len() + lines.len() > LIMIT {
            self.lost.extend(outcomes(lines));
        } else {
            self.kept.add(lines);
        }
    }

    fn write_kept(&mut self, journal: &Path) {
        if self.kept.is_empty() {
            return;
        }
        self.tried = Instant::now();
        if self.file.is_none() {
            self.file = open(journal).ok();
        }
        if let Some(file) = &self.file
            && self.kept.write_to(file).is_ok()
            && self.is_whole()
        {
            self.alive.iter().for_each(Alive::renew);
        }
    }
}

/// Only the first process of a run finds no directory.
fn open(journal: &Path) -> io::Result<File> {
    let append = || File::options().append(true).create(true).open(journal);
    append().or_else(|_| fs::create_dir_all(journal.parent().unwrap_or(journal)).and_then(|()| append()))
}

/// On Linux, which has a device that is a full disk.
#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::{
        event::{CaseFinished, PrintedOutput},
        journal::{ProcessJournal, read_run},
        outcome::{Failure, Outcome},
    };

    impl Journal {
        /// Leaves no room for anything more.
        pub(crate) fn fill_the_disk(&self) {
            self.change().file = File::options().write(true).open("/dev/full").ok();
        }

        fn make_room(&self) {
            self.change().file = open(&self.path).ok();
        }
    }

    /// A journal of a test that passed, on a disk that is full since then.
    fn on_a_full_disk(directory: &Path) -> Journal {
        let journal = Journal::example(directory, "key");
        run(&journal, 0, "first");
        journal.fill_the_disk();
        journal
    }

    fn run(journal: &Journal, seq: u64, test: &str) {
        journal.started(1, [(test, &Case::EXAMPLE)].into_iter());
        journal.passed(seq, 1, 10, test);
    }

    fn read(directory: &Path) -> ProcessJournal {
        let [journal] =
            read_run(&run_directory(directory, "key")).expect("journals").try_into().expect("one");
        journal
    }

    fn tests(journal: &ProcessJournal) -> Vec<&str> {
        journal.finished.iter().map(|case| &*case.test).collect()
    }

    #[test]
    fn what_there_was_no_room_for_is_written_once_there_is() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = on_a_full_disk(directory.path());
        run(&journal, 1, "second");
        run(&journal, 2, "third");
        journal.make_room();
        journal.change().tried -= PAUSE;
        journal.retry();
        assert_eq!(tests(&read(directory.path())), ["first", "second", "third"]);
        run(&journal, 3, "fourth");
        journal.end();
        assert_eq!((journal.settle(Duration::ZERO), journal.waits()), (None, None));
        let read = read(directory.path());
        assert_eq!((tests(&read).len(), read.running, read.damage().is_none()), (4, 0, true));
    }

    #[test]
    fn it_is_not_tried_at_every_outcome() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = on_a_full_disk(directory.path());
        run(&journal, 1, "second");
        journal.make_room();
        journal.change().tried = Instant::now();
        journal.retry();
        assert_eq!(tests(&read(directory.path())), ["first"]);
    }

    #[test]
    fn a_line_that_was_torn_is_written_again_whole() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = on_a_full_disk(directory.path());
        run(&journal, 1, "second");
        fs::OpenOptions::new()
            .append(true)
            .open(journal.path())
            .and_then(|mut file| file.write_all(b"{\"case_started\":{\"at\":1,"))
            .expect("written");
        journal.make_room();
        assert_eq!(journal.settle(Duration::ZERO), None);
        let read = read(directory.path());
        assert_eq!((tests(&read), read.damage().is_none()), (vec!["first", "second"], true));
    }

    #[test]
    fn what_there_is_no_room_for_at_the_end_is_named() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = on_a_full_disk(directory.path());
        run(&journal, 1, "second");
        run(&journal, 2, "third");
        journal.end();
        let loss = journal.settle(Duration::ZERO).expect("a loss");
        assert!(loss.contains("no room for 2 outcomes"), "{loss}");
        assert!(loss.contains("(second, third): No space left on device"), "{loss}");
        assert_eq!(tests(&read(directory.path())), ["first"]);
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_rest_is_named() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = on_a_full_disk(directory.path());
        for seq in 1..6 {
            let outcome = Outcome::Failed(Failure::new("x".repeat(LIMIT / 3)));
            journal.append(&Event::CaseFinished(CaseFinished {
                outcome,
                ..CaseFinished::example(seq, &["TC-1"])
            }));
        }
        assert!(journal.change().kept.text().len() <= LIMIT);
        journal.make_room();
        let loss = journal.settle(Duration::ZERO).expect("a loss");
        assert!(loss.contains("no room for 3 outcomes"), "{loss}");
        assert_eq!(read(directory.path()).finished.len(), 3);
    }

    #[test]
    fn a_large_output_without_room_gives_way_to_a_note() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = on_a_full_disk(directory.path());
        let occupied = name::beside(journal.path(), "-1.output");
        fs::create_dir(&occupied).expect("made");
        let outcome = Outcome::Failed(Failure::new("left != right"));
        let output = Some(PrintedOutput { stdout: "x".repeat(100_000), stderr: String::new() });
        journal.append(&Event::CaseFinished(CaseFinished {
            outcome,
            output,
            ..CaseFinished::example(1, &[])
        }));
        journal.make_room();
        assert_eq!(journal.settle(Duration::ZERO), None);
        let output = read(directory.path()).finished[1].output.clone().expect("a note");
        assert!(output.stdout.starts_with("what the test printed was too much to be kept: "), "{output:?}");
    }

    #[test]
    fn what_tests_print_takes_the_room_of_no_outcome() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = on_a_full_disk(directory.path());
        assert_eq!(journal.limit_of_output(), spill::LIMIT);
        journal.change().kept.add(&vec![b'\n'; LIMIT / 2]);
        assert_eq!(journal.limit_of_output(), 0);
    }
}
