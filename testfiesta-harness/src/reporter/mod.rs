//! Sends outcomes while the tests run: a thread with a runtime of its own, so that the rest of the harness, and the
//! tests' runtimes, know nothing of it.

mod delivery;
mod inbox;
mod open;
mod results;
mod worker;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};

use testfiesta_client::provider::NewRun;

use crate::{
    event::CaseFinished,
    journal::Journal,
    run_file::RunFile,
    run_key::RunKey,
    settings::{ServiceSettings, Settings},
    summary::Summary,
};

pub use delivery::{Handled, acknowledgement, deliver};
pub use open::{Opened, new_run, open_run, provider};
pub use results::test_results;

pub(crate) use inbox::Ending;
use inbox::Inbox;
use worker::Worker;

/// How long the first test waits for the run's link. Longer, and a service that hangs would slow every test binary.
const ANNOUNCEMENT: Duration = Duration::from_secs(1);

/// What a reporter has to know.
pub(crate) struct Plan<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) service: &'a ServiceSettings,
    pub(crate) key: &'a RunKey,
    pub(crate) journal: Arc<Journal>,
    pub(crate) target: &'static str,
    pub(crate) case_ids: Vec<String>,
}

/// The background sender of one process.
#[derive(Debug)]
pub(crate) struct Reporter {
    inbox: Arc<Inbox>,
    journal: Arc<Journal>,
    // A session is shared by the tests' threads; only the one that starts and ends it listens here.
    opened: Mutex<mpsc::Receiver<Opened>>,
    done: Mutex<mpsc::Receiver<()>>,
}

impl Reporter {
    /// Starts the thread. The run is created, or joined, at once.
    ///
    /// # Errors
    ///
    /// What is wrong with the settings, or why there can be no thread.
    pub(crate) fn start(plan: Plan<'_>) -> Result<Self, String> {
        let provider = provider(plan.settings, plan.service)?;
        let inbox = Arc::new(Inbox::default());
        let (opened_sender, opened) = mpsc::channel();
        let (done_sender, done) = mpsc::channel();
        let journal = Arc::clone(&plan.journal);
        let run_file = RunFile::new(&plan.settings.directory, &plan.key.text);
        let facts = run_file.read().unwrap_or_default().facts;
        let worker = Worker {
            provider,
            new_run: NewRun { case_ids: plan.case_ids, ..new_run(plan.settings, &plan.key.text, facts) },
            join: plan.settings.run.id.clone(),
            run_file,
            target: plan.target,
            journal: plan.journal,
            inbox: Arc::clone(&inbox),
            opened: opened_sender,
        };
        thread::Builder::new()
            .name("testfiesta-reporter".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                match runtime {
                    Ok(runtime) => runtime.block_on(worker.work()),
                    Err(error) => {
                        worker.give_up(format!("the reporter's runtime could not be started: {error}"))
                    }
                }
                // Whoever waits may have left at the deadline.
                let _ = done_sender.send(());
            })
            .map_err(|error| format!("the reporter's thread could not be started: {error}"))?;
        Ok(Self { inbox, journal, opened: Mutex::new(opened), done: Mutex::new(done) })
    }

    /// The run, if the service answers before the first test should start.
    pub(crate) fn opened(&self) -> Option<Opened> {
        locked(&self.opened).recv_timeout(ANNOUNCEMENT).ok()
    }

    /// Hands over an outcome that is in the journal.
    pub(crate) fn send(&self, case: CaseFinished) {
        self.inbox.put(case);
    }

    /// Waits until everything is delivered, or the deadline comes, and says what became of it.
    pub(crate) fn finish(&self, deadline: Duration, ending: Ending) -> Summary {
        self.inbox.finish(ending);
        let in_time = locked(&self.done).recv_timeout(deadline).is_ok();
        let progress = self.inbox.progress();
        let trouble = progress.trouble.or_else(|| {
            (!in_time).then(|| {
                let deadline = humantime::format_duration(deadline);
                format!("the service did not answer within the deadline of {deadline} (TESTFIESTA_DEADLINE)")
            })
        });
        Summary {
            executed: progress.executed,
            confirmed: progress.confirmed,
            unmapped: progress.unmapped,
            rejected: progress.rejected,
            trouble,
            link: progress.link,
            journal: self.journal.path().to_owned(),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
