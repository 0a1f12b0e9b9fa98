//! Sends outcomes while the tests run: a thread with a runtime of its own, so that the rest of the harness, and the
//! tests' runtimes, know nothing of it.
//!
//! Each destination is a task by itself: one that does not answer does not hold up another.

mod attached;
mod backlog;
mod courier;
mod delivery;
mod destinations;
mod failures;
mod follower;
mod inbox;
mod intake;
mod lane;
mod load;
mod open;
mod orphans;
mod outages;
mod parcels;
mod results;
mod uploads;

use std::{
    panic,
    pin::Pin,
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use testfiesta_client::provider::{NewRun, Provider};
use tokio::task::JoinHandle;

use crate::{
    event::{CaseFinished, RunStarted},
    journal::Journal,
    lock::locked,
    run_file::RunFile,
    settings::Settings,
    summary::Destination,
    thread,
};

pub use courier::Courier;
pub use destinations::providers;
pub use follower::Follower;
pub use open::{aims, new_run};

pub(crate) use inbox::Ending;
use inbox::Inbox;
use lane::{Lane, LaneNotes};
use outages::Outages;

/// How long the first test waits for the runs' links. Longer, and a service that hangs would slow every test binary.
const ANNOUNCEMENT: Duration = Duration::from_secs(1);

/// What a reporter has to know.
pub(crate) struct Plan<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) providers: Vec<Box<dyn Provider>>,
    pub(crate) started: &'a RunStarted,
    pub(crate) journal: Arc<Journal>,
    pub(crate) case_ids: Vec<String>,
}

/// The background sender of one process.
#[derive(Debug)]
pub(crate) struct Reporter {
    run_file: RunFile,
    inboxes: Vec<Arc<Inbox>>,
    outages: Vec<Outages>,
    deadline: Duration,
    /// What is left of it.
    patience: Mutex<Duration>,
    // A session is shared by the tests' threads; only the one that starts and ends it listens here.
    opened: Mutex<mpsc::Receiver<()>>,
    done: Mutex<mpsc::Receiver<()>>,
}

impl Reporter {
    /// Starts the thread. The runs are created, or joined, at once.
    ///
    /// # Errors
    ///
    /// Why there can be no thread.
    pub(crate) fn start(plan: Plan<'_>) -> Result<Self, String> {
        let Plan { settings, providers, started, journal, case_ids } = plan;
        let key = &started.run_key;
        let run_file = RunFile::new(&settings.directory, key);
        let facts = run_file.read().unwrap_or_default().facts;
        let new_run = NewRun { case_ids, ..new_run(settings, key, facts) };
        let (opened_sender, opened) = mpsc::channel();
        let mut reporter = Self {
            run_file,
            inboxes: Vec::new(),
            outages: Vec::new(),
            deadline: settings.deadline,
            patience: Mutex::new(settings.deadline),
            opened: Mutex::new(opened),
            done: Mutex::new(mpsc::channel().1),
        };
        let mut lanes = Vec::new();
        for provider in providers {
            let destination = provider.destination();
            let inbox = Arc::new(Inbox::new(destination.clone(), Arc::clone(&journal)));
            let run_file = &reporter.run_file;
            let outages = || Outages::new(run_file.outages(), destination.clone());
            reporter.inboxes.push(Arc::clone(&inbox));
            reporter.outages.push(outages());
            let joined = settings.run.joined(provider.service());
            let courier = Courier::new(provider, run_file.clone(), new_run.clone(), joined);
            lanes.push(Lane {
                courier: courier.sharing(outages()),
                run_file: run_file.clone(),
                labels: results::Labels::of(started),
                notes: LaneNotes { journal: Arc::clone(&journal), inbox: Arc::clone(&inbox) },
                inbox,
                opened: opened_sender.clone(),
                was_lost: false,
            });
        }
        reporter.done = Mutex::new(spawn(lanes, settings.clone(), reporter.inboxes.clone())?);
        Ok(reporter)
    }

    /// Where to see the runs of the services that answer before the first test should start. What that takes is taken off
    /// the wait at the end, for which half of the deadline is left at least.
    pub(crate) fn links(&self) -> Vec<String> {
        let began = Instant::now();
        let patience = began + ANNOUNCEMENT.min(self.deadline / 2);
        let receiver = locked(&self.opened);
        for _ in &self.inboxes {
            if receiver.recv_timeout(patience.saturating_duration_since(Instant::now())).is_err() {
                break;
            }
        }
        let mut left = locked(&self.patience);
        *left = left.saturating_sub(began.elapsed());
        self.inboxes.iter().filter_map(|inbox| inbox.link()).collect()
    }

    /// Hands over an outcome that is in the journal.
    pub(crate) fn send(&self, case: CaseFinished) {
        let Some((last, others)) = self.inboxes.split_last() else { return };
        for inbox in others {
            inbox.put(case.clone());
        }
        last.put(case);
    }

    /// Waits until everything is delivered, or the deadline comes, and says what became of it at each destination.
    pub(crate) fn finish(&self, ending: Ending) -> Vec<Destination> {
        for inbox in &self.inboxes {
            inbox.finish(ending);
        }
        // Whatever becomes of the rest: another process of this run may close it before the service knows.
        let remembered = ending.failed.then(|| self.run_file.update(|record| record.failed = true));
        let ended = locked(&self.done).recv_timeout(*locked(&self.patience));
        let all = self.inboxes.iter().zip(&self.outages);
        all.map(|(inbox, outages)| {
            let mut progress = inbox.progress();
            match ended {
                Err(mpsc::RecvTimeoutError::Timeout) if !inbox.is_over() => {
                    let late = late(self.deadline);
                    // One that is slow is not down.
                    if progress.confirmed == 0 {
                        outages.record(&late, outages::AT_FIRST);
                    }
                    progress.trouble.get_or_insert(late);
                }
                Err(mpsc::RecvTimeoutError::Disconnected) if !inbox.is_over() => {
                    progress.trouble =
                        Some("the reporter ended in a panic, which is printed above".to_owned());
                }
                _ => {}
            }
            if let Some(Err(error)) = &remembered {
                progress.trouble.get_or_insert_with(|| format!("the run's file cannot be used: {error}"));
            }
            progress
        })
        .collect()
    }
}

/// Why nothing more came of a service.
fn late(deadline: Duration) -> String {
    let deadline = humantime::format_duration(deadline);
    format!("the service did not answer within the deadline of {deadline} (TESTFIESTA_DEADLINE)")
}

/// Begins something that is done beside the rest. Boxed, since tokio's part of it is compiled anew for each type, and for
/// each kind of runtime.
fn begin(work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    let work: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(work);
    tokio::spawn(work)
}

/// Starts the thread in which all lanes are worked on. What it returns ends when they do.
fn spawn(
    lanes: Vec<Lane>,
    settings: Settings,
    inboxes: Vec<Arc<Inbox>>,
) -> Result<mpsc::Receiver<()>, String> {
    let (done_sender, done) = mpsc::channel();
    let work = move || {
        match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(async {
                let mut tasks = Vec::new();
                for lane in lanes {
                    tasks.push(begin(lane.work()));
                }
                tasks.push(begin(orphans::deliver(settings)));
                let mut panicked = None;
                for task in tasks {
                    if let Err(error) = task.await {
                        panicked = Some(error);
                    }
                }
                // Once the others are done: none waits for another, nor goes down with it.
                if let Some(error) = panicked {
                    panic::resume_unwind(error.into_panic());
                }
            }),
            Err(error) => {
                let trouble = format!("the reporter's runtime could not be started: {error}");
                inboxes.iter().for_each(|inbox| {
                    inbox.update(|progress| progress.trouble = Some(trouble.clone()));
                });
            }
        }
        // Whoever waits may have left at the deadline.
        let _ = done_sender.send(());
    };
    thread::spawn("testfiesta-reporter", work)
        .map_err(|error| format!("the reporter's thread could not be started: {error}"))?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::{
        run_file::MayBeEnded,
        settings::{Secret, Sources, TestFiestaSettings},
    };

    #[test]
    fn who_closes_the_run_knows_of_a_failure_that_the_service_was_not_told_in_time() {
        let directory = tempfile::tempdir().expect("a directory");
        let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", silent.local_addr().expect("an address"));
        let service = TestFiestaSettings::local(&url, Secret::new("testfiesta_x.y"), "local", "PR");
        let mut settings = Settings::from_sources(Sources::empty()).with_service(service);
        settings.directory = directory.path().to_owned();
        settings.deadline = Duration::ZERO;
        let plan = Plan {
            settings: &settings,
            providers: providers(&settings).expect("usable"),
            started: &RunStarted::example("key"),
            journal: Arc::new(Journal::open(directory.path(), "key", None)),
            case_ids: Vec::new(),
        };
        let reporter = Reporter::start(plan).expect("a thread");
        reporter.finish(Ending { failed: true, may_be_ended: MayBeEnded::Provisionally });
        assert!(RunFile::new(directory.path(), "key").read().expect("a record").failed);
    }
}
