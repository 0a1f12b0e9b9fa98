//! Brings what the journals of a run hold to one destination: while they are written, or afterwards.

use std::{
    collections::HashSet,
    future::poll_fn,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use testfiesta_client::provider::Closing;
use tokio::sync::watch;

use super::{backlog::Backlog, courier::Courier, delivery::Notes, failures::FIRST_PAUSE, load::Load};
use crate::{
    event::BatchAcknowledged,
    journal::{self, Addressees, Meant, Obstacle, ProcessJournal, Recipient},
    summary::Destination,
};

/// How soon to look again for what was written since.
const POLL: Duration = Duration::from_millis(50);

/// Follows the journals of one run. They are read as fast as their results can be sent, and no faster: a service that is
/// down costs no memory.
pub struct Follower {
    courier: Courier,
    run_directory: PathBuf,
    /// Whom the results are meant for.
    addressees: Addressees,
    /// The one journal to read, where it is not all of them.
    only: Option<PathBuf>,
    /// The processes whose journals were found.
    known: HashSet<String>,
    /// Those that were begun, until they are read. The others wait for their turn: they may be more than a process may
    /// have files open.
    journals: Vec<Option<Backlog>>,
    notes: JournalNotes,
    load: Load,
    trouble: Option<String>,
}

impl Follower {
    /// Brings results of this run to where the courier goes.
    pub fn new(courier: Courier, run_directory: &Path, addressees: Addressees) -> Self {
        Self {
            courier,
            run_directory: run_directory.to_owned(),
            addressees,
            only: None,
            known: HashSet::new(),
            journals: Vec::new(),
            notes: JournalNotes::default(),
            load: Load::default(),
            trouble: None,
        }
    }

    /// This follower, but of one journal.
    #[must_use]
    pub(super) fn only(self, journal: &Path) -> Self {
        Self { only: Some(journal.to_owned()), ..self }
    }

    /// Delivers until the tests are `over` and everything is settled, or there is no use in going on. After the tests a
    /// delivery may take as long as `deadline`.
    pub async fn follow(&mut self, over: watch::Receiver<bool>, deadline: Option<Duration>) {
        let mut late = pin!(late(over.clone(), deadline));
        if let Some(late) = unless_first(self.deliver_all(over, deadline), late.as_mut()).await {
            self.trouble = Some(late);
            return;
        }
        // Files may take what is left of the time. That some are not there is no trouble of the results.
        unless_first(self.courier.finish_uploads(), late).await;
    }

    async fn deliver_all(&mut self, mut over: watch::Receiver<bool>, deadline: Option<Duration>) {
        loop {
            // What was written before this is seen below.
            let last = *over.borrow_and_update();
            let began = Instant::now();
            let all_read = self.read();
            let reading = began.elapsed();
            if last {
                self.courier.failures.hurry();
            }
            if self.courier.gathers() && all_read && !last {
                // What takes time before the first result can be written is done while the tests run.
                if !self.load.is_empty() {
                    self.courier.open().await;
                }
                let _ = tokio::time::timeout(POLL.max(reading * 10), over.changed()).await;
                continue;
            }
            self.courier.deliver(&mut self.load, &mut self.notes, &mut |_| {}).await;
            let lost = self.courier.take_lost();
            if lost {
                (self.journals, self.load) = (Vec::new(), Load::default());
            }
            let too_long = deadline.is_some_and(|deadline| self.courier.failures.pause() > deadline);
            let is_all = all_read && self.load.is_empty() && !lost;
            let once_more = last && is_all && self.load.recall();
            if last && (self.courier.failures.is_down() || too_long || (is_all && !once_more)) {
                return;
            }
            if last {
                let pause = if once_more { FIRST_PAUSE } else { self.courier.failures.pause() };
                tokio::time::sleep(pause).await;
            } else if all_read || !self.load.is_empty() {
                // Looking is not to become what this process does most.
                let pause = POLL.max(reading * 10).max(self.courier.failures.pause());
                let _ = tokio::time::timeout(pause, over.changed()).await;
            }
        }
    }

    /// Whether the journals hold results that were not there when they were read, and could be delivered as well: somebody
    /// else looked after a process that died.
    pub fn has_missed_some(&self) -> bool {
        let destination = self.courier.destination();
        let misses = |process: Result<ProcessJournal, Obstacle>| {
            process.is_ok_and(|process| {
                let meant = self.addressees.meant(&destination, &process.started);
                !process.undelivered(Recipient { destination: &destination, meant }).is_empty()
            })
        };
        let processes = || journal::processes(&self.run_directory);
        self.trouble().is_none() && processes().is_ok_and(|mut all| all.any(misses))
    }

    /// Whether the run takes no more attachments once it is ended so.
    pub fn shuts_attachments_out(&self, closing: Closing) -> bool {
        self.courier.shuts_attachments_out(closing)
    }

    /// Ends the run, if everything of it is delivered. The service is waited for as long as `patience` lasts.
    pub async fn close(&mut self, closing: Closing, patience: Duration) {
        if self.trouble().is_some() {
            return;
        }
        let closing = tokio::time::timeout(patience, self.courier.close(closing)).await;
        let late = "the run was not closed within the deadline (TESTFIESTA_DEADLINE)";
        self.trouble = closing.unwrap_or_else(|_| Err(format!("{late}; {}", self.courier.later()))).err();
    }

    /// Where it delivered, to which run, and why not everything. What became of each result is in the journals.
    pub fn destination(&self) -> Destination {
        Destination {
            name: self.courier.destination(),
            trouble: self.trouble(),
            note: self.courier.note(),
            is_silent: self.courier.failures.is_silent(),
            run: self.courier.run().cloned().map(Into::into),
            attachments: self.courier.attachments(),
            ..Destination::default()
        }
    }

    fn trouble(&self) -> Option<String> {
        let courier = self.courier.trouble().map(str::to_owned);
        courier.or_else(|| self.trouble.clone()).or_else(|| self.notes.trouble.clone())
    }

    /// Reads ahead as much as is allowed, and answers whether that is all there is.
    fn read(&mut self) -> bool {
        if let Err(error) = self.look_for_journals() {
            self.trouble = Some(format!("the journals cannot be looked for: {error}"));
            return true;
        }
        for at in 0..self.notes.paths.len() {
            match self.read_journal(at) {
                Ok(true) => {}
                Ok(false) => return false,
                // One that cannot be read is in the way of no other.
                Err(error) => {
                    self.journals[at] = None;
                    // Whoever sums up names what nobody here can read.
                    if !matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::Unsupported) {
                        self.trouble = Some(format!("a journal could not be read: {error}"));
                    }
                }
            }
        }
        true
    }

    fn read_journal(&mut self, at: usize) -> io::Result<bool> {
        if at == self.journals.len() {
            self.journals.push(None);
            self.journals[at] = self.open(&self.notes.paths[at])?;
        }
        let Some(backlog) = &mut self.journals[at] else { return Ok(true) };
        if !backlog.fill(&mut self.load, at)? {
            return Ok(false);
        }
        if self.courier.run().is_none() {
            self.courier.expect_cases(backlog.case_ids());
        }
        if backlog.has_ended() {
            self.journals[at] = None;
        }
        Ok(true)
    }

    /// Nothing where it holds nothing for this destination.
    fn open(&self, journal: &Path) -> io::Result<Option<Backlog>> {
        let destination = self.courier.destination();
        let Some(process) = journal::started(journal)? else { return Ok(None) };
        let meant = self.addressees.meant(&destination, &process);
        if meant == Meant::ForAnother {
            return Ok(None);
        }
        let recipient = Recipient { destination: &destination, meant };
        let with_attachments = self.courier.takes_attachments();
        Backlog::open(journal, self.courier.service(), recipient, with_attachments).map(Some)
    }

    fn look_for_journals(&mut self) -> io::Result<()> {
        let files = match &self.only {
            Some(journal) => vec![journal.clone()],
            None => journal::files(&self.run_directory)?,
        };
        for path in files {
            if let Some(process) = journal::name::stem(&path)
                && !self.known.contains(process)
                // It is told by its first line whom it is for. What cannot be read is named when its turn comes.
                && !matches!(journal::started(&path), Ok(None))
            {
                self.known.insert(process.to_owned());
                self.notes.paths.push(path);
            }
        }
        Ok(())
    }
}

/// Waits until the tests have been over for as long as the deadline allows.
async fn late(mut over: watch::Receiver<bool>, deadline: Option<Duration>) -> String {
    let Some(deadline) = deadline else { return std::future::pending().await };
    if over.wait_for(|over| *over).await.is_err() {
        return std::future::pending().await;
    }
    tokio::time::sleep(deadline).await;
    super::late(deadline)
}

/// What `other` comes to, unless `work` is done before.
async fn unless_first<T>(work: impl Future<Output = ()>, other: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut other) = (pin!(work), pin!(other));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => other.as_mut().poll(context).map(Some),
    })
    .await
}

/// Notes in each journal what was answered for its results.
#[derive(Default)]
struct JournalNotes {
    paths: Vec<PathBuf>,
    trouble: Option<String>,
}

impl Notes for JournalNotes {
    fn acknowledge(&mut self, journal: usize, batch: BatchAcknowledged) {
        if let Err(error) = journal::acknowledge(&self.paths[journal], &batch) {
            self.trouble = Some(format!("what was delivered could not be noted in the journal: {error}"));
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        event::{CaseFinished, Event, PrintedOutput},
        journal::Journal,
        outcome::{Failure, Outcome},
        reporter::backlog::AHEAD,
    };

    /// How many files below this directory this process has open.
    fn open_below(directory: &Path) -> usize {
        let descriptors = fs::read_dir("/proc/self/fd").expect("descriptors");
        let files = descriptors.filter_map(|it| fs::read_link(it.expect("one").path()).ok());
        files.filter(|file| file.starts_with(directory)).count()
    }

    #[test]
    fn journals_that_wait_for_their_turn_are_not_open() {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = Journal::example(directory.path(), "key");
        let output = Some(PrintedOutput { stdout: "x".repeat(AHEAD), stderr: String::new() });
        let outcome = Outcome::Failed(Failure::new("left != right"));
        journal.append(&Event::CaseFinished(CaseFinished {
            outcome,
            output,
            ..CaseFinished::example(0, &[])
        }));
        journal.end();
        let path = journal.path().to_owned();
        drop(journal);
        for later in 0..100 {
            fs::copy(&path, path.with_file_name(format!("9999999999999-{later}.jsonl"))).expect("copied");
        }
        let run_directory = path.parent().expect("a run");
        let courier = Courier::to_nobody(directory.path());
        let addressees =
            Addressees { of_run: vec![courier.destination()], elsewhere: journal::Elsewhere::Left };
        let mut follower = Follower::new(courier, run_directory, addressees);
        assert!(!follower.read(), "{:?}", follower.trouble);
        assert_eq!(open_below(directory.path()), 1);
    }
}
