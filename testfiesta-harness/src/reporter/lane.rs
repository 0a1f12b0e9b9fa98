//! What is done for one destination while the tests run.
//!
//! A test process could follow its own journal, as a [`Follower`](super::Follower) does those of others. It is handed the
//! outcomes instead: none of them is read back and parsed anew, nobody has to look for new lines time and again, and what
//! the journal has no room for is delivered all the same. Only what is too much for memory is read back.

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use super::{
    attached::AttachedFiles,
    backlog::Backlog,
    courier::Courier,
    delivery::Notes,
    failures::FIRST_PAUSE,
    inbox::{Ending, Inbox, LIMIT, LIMIT_IN_TROUBLE},
    intake::Intake,
    load::Load,
    results::Labels,
};
use crate::{
    event::{BatchAcknowledged, Event},
    journal::{self, Journal, Recipient},
    run_file::RunFile,
};

/// How long a batch that is not full waits for company.
const LINGER: Duration = Duration::from_millis(40);
/// How often it is looked for results that wait until the tests are over.
const GATHERING: Duration = Duration::from_millis(500);

pub(super) struct Lane {
    pub(super) courier: Courier,
    pub(super) run_file: RunFile,
    pub(super) labels: Labels,
    pub(super) notes: LaneNotes,
    pub(super) inbox: Arc<Inbox>,
    /// Told that the run's link is in the inbox, or will not be there soon.
    pub(super) opened: mpsc::Sender<()>,
    /// Whether the run was deleted, and made anew.
    pub(super) was_lost: bool,
}

/// What is said of a run that was deleted, where there is more of it than this process brings to the new one.
const LOST: &str = "the run was deleted in the service; what other processes had reported to it is queued, deliver with \
    `cargo testfiesta resend`";

impl Lane {
    pub(super) async fn work(mut self) {
        self.deliver_all().await;
        self.inbox.close();
    }

    /// Finds or makes the run, and tells where it is to be seen.
    async fn open(&mut self) {
        // Should it take too long to find the run: files are for it all the same.
        self.tell();
        if self.courier.gathers() {
            // It asks for every case before there is a run: too long for the tests to wait.
            let _ = self.opened.send(());
        }
        let link = self.courier.open().await.and_then(|run| run.url.clone());
        if !self.courier.gathers() {
            self.inbox.set_link(link);
            // Nobody waits for it any more once the tests run.
            let _ = self.opened.send(());
        }
        self.tell();
    }

    /// Delivers what arrives, until the tests are over and there is nothing left to try.
    async fn deliver_all(&mut self) {
        self.open().await;
        let mut load = Load::default();
        let mut intake = self.intake();
        let mut backlog = None;
        loop {
            let Terms { wait, count, bytes } = self.terms();
            if load.is_empty() && intake.is_empty() {
                self.inbox.arrival().await;
                self.inbox.company_within(LINGER).await;
            } else if let Some(wait) = wait {
                self.inbox.ending_within(wait).await;
            }
            // First, since it starts anew: what arrives once the journal has failed is nowhere but in the load.
            self.catch_up(&mut backlog, &mut load);
            intake.fill(&mut load, count, bytes);
            let all_read = self.catch_up(&mut backlog, &mut load);
            let ending = intake.ending();
            if self.courier.gathers() && all_read && ending.is_none() {
                continue;
            }
            if ending.is_some() {
                self.courier.failures.hurry();
            }
            let mut supply = |load: &mut Load| {
                if intake.has_enough() {
                    intake.fill(load, count, bytes);
                }
            };
            self.courier.deliver(&mut load, &mut self.notes, &mut supply).await;
            if self.courier.take_lost() {
                self.begin_anew(&mut backlog);
                continue;
            }
            self.tell();
            if let Some(ending) = ending
                && self.conclude(ending, &mut load, all_read).await
            {
                return;
            }
        }
    }

    /// Ends the run once everything is delivered. Answers whether there is nothing left to try; if there is, it has waited
    /// for that.
    async fn conclude(&mut self, ending: Ending, load: &mut Load, all_read: bool) -> bool {
        let is_all = load.is_empty() && all_read;
        let once_more = is_all && load.recall();
        if is_all && !once_more {
            self.courier.finish_uploads().await;
            self.tell();
            if load.set_aside().is_none() {
                self.close(ending).await;
            }
            return true;
        }
        if self.courier.failures.is_down() && !once_more {
            return true;
        }
        let pause = if once_more { FIRST_PAUSE } else { self.courier.failures.pause() };
        tokio::time::sleep(pause).await;
        false
    }

    /// Those that hold until the next delivery.
    fn terms(&self) -> Terms {
        let (gathers, in_trouble) = (self.courier.gathers(), self.courier.failures.trouble().is_some());
        let wait = match (gathers, in_trouble) {
            (true, _) => Some(GATHERING),
            (false, true) => Some(LINGER),
            (false, false) => None,
        };
        Terms {
            wait: wait.map(|least| self.courier.failures.pause().max(least)),
            count: if gathers || in_trouble { usize::MAX } else { self.courier.batch_limit() },
            bytes: if in_trouble { LIMIT_IN_TROUBLE } else { LIMIT },
        }
    }

    fn intake(&self) -> Intake {
        let destination = self.courier.destination();
        let recipient = Recipient::intended(&destination);
        let journal = self.notes.journal.path();
        let attachments = self.courier.takes_attachments().then(|| AttachedFiles::of(journal, recipient));
        Intake::new(Arc::clone(&self.inbox), self.courier.service(), self.labels.clone(), attachments)
    }

    /// Once more waits than memory is to hold, the journal is read from its start instead, as it can be sent. Answers
    /// whether everything that is there is in the load.
    fn catch_up(&self, backlog: &mut Option<Backlog>, load: &mut Load) -> bool {
        if !self.inbox.is_behind() {
            return true;
        }
        let read = match backlog {
            Some(backlog) => backlog.fill(load, 0),
            None => {
                *load = Load::default();
                let destination = self.courier.destination();
                let recipient = Recipient::intended(&destination);
                let (journal, service) = (self.notes.journal.path(), self.courier.service());
                Backlog::open(journal, service, recipient, self.courier.takes_attachments()).and_then(
                    |mut opened| {
                        let all_read = opened.fill(load, 0);
                        *backlog = Some(opened);
                        all_read
                    },
                )
            }
        };
        // What cannot be read back stays queued.
        read.unwrap_or(true)
    }

    /// What the run held that is lost is not confirmed any more, and is read back from the journal.
    fn begin_anew(&mut self, backlog: &mut Option<Backlog>) {
        self.was_lost = true;
        // Else what is not in the journal would be dropped with the load.
        if self.inbox.fall_behind() {
            *backlog = None;
        }
        self.inbox.update(|progress| {
            progress.confirmed = 0;
            progress.unmapped.clear();
            progress.rejected.clear();
        });
        self.tell();
    }

    /// What is to be said of the results that other processes had reported to a run that was deleted.
    fn lost_of_others(&self) -> Option<String> {
        let run = self.notes.journal.path().parent().filter(|_| self.was_lost)?;
        let is_alone = journal::files(run).is_ok_and(|journals| journals.len() < 2);
        (!is_alone).then(|| LOST.to_owned())
    }

    /// Where the reporter reads it.
    fn tell(&self) {
        self.inbox.update(|progress| {
            progress.trouble = self.courier.trouble().map(str::to_owned);
            progress.note = self.lost_of_others().or_else(|| self.courier.note());
            progress.run = self.courier.run().cloned().map(Into::into);
            progress.attachments = self.courier.attachments();
        });
    }

    /// Whether the run is still to be given files, which one that is closed would not take.
    fn awaits_files(&self) -> bool {
        let (mut sent, journal) = (self.inbox.progress(), self.notes.journal.path());
        // A list that cannot be read is left to who can.
        sent.count_attachments(journal).is_err() || sent.awaits_files()
    }

    async fn close(&self, ending: Ending) {
        let Some(closing) = ending.may_be_ended.closing(ending.failed) else { return };
        // Whoever delivers the rest ends it.
        if self.awaits_files() && self.courier.shuts_attachments_out(closing) {
            return;
        }
        let closed = match self.run_file.read() {
            Err(error) => Err(format!("the run's file cannot be used: {error}")),
            Ok(record) if record.leaves_as_it_is(&self.courier.destination()) => return,
            // Or another process of this run saw a test fail, or was interrupted.
            Ok(record) => self.courier.close(closing.or_failed(record.failed || record.interrupted)).await,
        };
        if let Err(trouble) = closed {
            self.inbox.update(|progress| progress.trouble = Some(trouble));
        }
    }
}

/// On what terms outcomes are taken in.
struct Terms {
    /// How long those that are held wait, unless the tests end before.
    wait: Option<Duration>,
    /// How many results may be held,
    count: usize,
    /// and how large they may be together.
    bytes: usize,
}

/// What services answered, in the journal and for the line at the end.
pub(super) struct LaneNotes {
    pub(super) journal: Arc<Journal>,
    pub(super) inbox: Arc<Inbox>,
}

impl Notes for LaneNotes {
    /// In the journal first, as everything: what is counted as confirmed is not sent again.
    fn acknowledge(&mut self, _: usize, batch: BatchAcknowledged) {
        let event = Event::BatchAcknowledged(batch);
        self.journal.append(&event);
        let Event::BatchAcknowledged(batch) = event else { return };
        self.inbox.update(|progress| progress.add(batch));
    }
}
