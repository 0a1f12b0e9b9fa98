//! What the reporter's thread does.

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use testfiesta_client::provider::{NewRun, Provider, Receipt, Run, TestResult};

use super::{
    delivery::{acknowledgement, deliver},
    inbox::{Ending, Inbox},
    open::{Opened, open_run},
    results::test_results,
};
use crate::{
    event::{BatchAcknowledged, Event},
    journal::Journal,
    run_file::RunFile,
};

/// How long a batch waits for company.
const LINGER: Duration = Duration::from_millis(40);
/// How long a service that failed is left alone while the tests run.
const PAUSE: Duration = Duration::from_secs(5);

pub(super) struct Worker {
    pub(super) provider: Box<dyn Provider>,
    pub(super) new_run: NewRun,
    pub(super) join: Option<String>,
    pub(super) run_file: RunFile,
    pub(super) target: &'static str,
    pub(super) journal: Arc<Journal>,
    pub(super) inbox: Arc<Inbox>,
    pub(super) opened: mpsc::Sender<Opened>,
}

/// A result, and its number in the journal.
type Pending = Vec<(u64, TestResult)>;

impl Worker {
    /// Delivers what arrives, until the tests are over and there is nothing left to try.
    pub(super) async fn work(self) {
        let mut run = self.open().await;
        let mut pending = Pending::new();
        loop {
            if pending.is_empty() {
                self.inbox.arrival().await;
                self.inbox.ending_within(LINGER).await;
            } else {
                // What could not be delivered is tried again, at the latest when the tests are over.
                self.inbox.ending_within(PAUSE).await;
            }
            let (arrived, ending) = self.inbox.take();
            for case in &arrived {
                pending.extend((case.seq..).zip(test_results(&self.new_run.key, self.target, case)));
            }
            if run.is_none() {
                run = self.open().await;
            }
            if let Some(run) = &run {
                self.deliver(run, &mut pending).await;
            }
            if let Some(ending) = ending {
                if let Some(run) = run.filter(|_| pending.is_empty()) {
                    self.close(&run, ending).await;
                }
                return;
            }
        }
    }

    /// Leaves everything queued, for this reason.
    pub(super) fn give_up(&self, reason: String) {
        self.inbox.update(|progress| progress.trouble = Some(reason));
    }

    async fn open(&self) -> Option<Run> {
        let opened = open_run(&*self.provider, &self.run_file, &self.new_run, self.join.as_deref()).await;
        let opened = opened.map_err(|reason| self.give_up(reason)).ok()?;
        self.inbox.update(|progress| progress.link.clone_from(&opened.run.url));
        // Nobody waits for it any more once the tests run.
        let _ = self.opened.send(opened.clone());
        Some(opened.run)
    }

    async fn deliver(&self, run: &Run, pending: &mut Pending) {
        let (numbers, results): (Vec<u64>, Vec<TestResult>) = std::mem::take(pending).into_iter().unzip();
        let mut settled = vec![false; results.len()];
        let delivered = deliver(&*self.provider, run, &results, |handled| {
            let receipts = (handled.first..).zip(handled.receipts);
            let batch = acknowledgement(
                &*self.provider,
                run,
                receipts.map(|(at, receipt)| {
                    settled[at] = !matches!(receipt, Receipt::Undelivered(_));
                    (numbers[at], &results[at], receipt)
                }),
            );
            self.acknowledge(batch);
        })
        .await;
        match delivered {
            Ok(()) => self.inbox.update(|progress| progress.trouble = None),
            Err(error) => self.give_up(error.to_string()),
        }
        let left = numbers.into_iter().zip(results).zip(settled).filter(|(_, settled)| !settled);
        pending.extend(left.map(|(result, _)| result));
    }

    /// In the journal first, as everything: what is counted as confirmed is not sent again.
    fn acknowledge(&self, batch: BatchAcknowledged) {
        let event = Event::BatchAcknowledged(batch);
        self.journal.append(&event);
        let Event::BatchAcknowledged(batch) = event else { return };
        self.inbox.update(|progress| {
            progress.confirmed += batch.confirmed.len() as u64;
            progress.unmapped.extend(batch.unmapped.into_iter().map(|(_, reason)| reason));
            progress.rejected.extend(batch.rejected.into_iter().map(|(_, reason)| reason));
        });
    }

    async fn close(&self, run: &Run, ending: Ending) {
        let failed = match self.remember_failure(ending.failed) {
            Ok(failed) => failed,
            Err(error) => return self.give_up(format!("the run's file cannot be used: {error}")),
        };
        if !ending.may_close {
            return;
        }
        if let Err(error) = self.provider.close_run(run, failed, ending.over).await {
            self.give_up(format!("the run could not be closed: {error}"));
        }
    }

    /// Whether any process of this run saw a test fail.
    fn remember_failure(&self, failed: bool) -> std::io::Result<bool> {
        if !failed {
            return Ok(self.run_file.read()?.failed);
        }
        let guard = self.run_file.lock()?;
        let mut record = guard.read()?;
        if !record.failed {
            record.failed = true;
            guard.write(&record)?;
        }
        Ok(true)
    }
}
