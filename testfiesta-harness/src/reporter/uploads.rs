//! Brings files to a service, beside its results: one that takes long, or does not get there, costs no result.

use std::{
    collections::VecDeque,
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use testfiesta_client::{
    Error,
    provider::{File, Provider, Receipt, Run},
};
use tokio::{sync::Notify, task::JoinHandle};

use super::{begin, parcels::Parcel};
use crate::{
    event::now,
    journal::attachments::{self, Answered, Attached, Line},
    lock::locked,
};

/// How many bytes of files are held in memory, but for a single larger one.
const IN_MEMORY: u64 = 16 << 20;
/// After so many files in a row that could not be sent, the service is taken to be the reason.
const FAILED_UPLOADS_IN_A_ROW: u32 = 3;
/// How long nothing is sent then, at least. What comes meanwhile stays queued.
const REST: Duration = Duration::from_secs(30);

/// What is under way to one service.
pub(super) struct Uploads {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    parcels: Mutex<VecDeque<Parcel>>,
    arrived: Notify,
    under_way: AtomicUsize,
    idle: Notify,
    trouble: Mutex<Option<String>>,
}

impl Uploads {
    /// Nothing is under way yet.
    pub(super) fn begin(provider: Arc<dyn Provider>, run: Run) -> Self {
        let shared = Arc::new(Shared::default());
        let told = Arc::clone(&shared);
        let task = begin(async move {
            let mut state = State::default();
            loop {
                let next = locked(&told.parcels).pop_front();
                let Some(parcel) = next else {
                    told.arrived.notified().await;
                    continue;
                };
                send(&*provider, &run, parcel, &mut state).await;
                locked(&told.trouble).clone_from(&state.trouble);
                if told.under_way.fetch_sub(1, Ordering::SeqCst) == 1 {
                    told.idle.notify_one();
                }
            }
        });
        Self { shared, task }
    }

    /// Sends these files behind those that are under way.
    pub(super) fn send(&self, parcel: Parcel) {
        self.shared.under_way.fetch_add(1, Ordering::SeqCst);
        locked(&self.shared.parcels).push_back(parcel);
        self.shared.arrived.notify_one();
    }

    /// Waits until nothing is under way.
    pub(super) async fn finish(&self) {
        while self.shared.under_way.load(Ordering::SeqCst) > 0 {
            self.shared.idle.notified().await;
        }
    }

    /// Why the last files that did not get there did not.
    pub(super) fn trouble(&self) -> Option<String> {
        locked(&self.shared.trouble).clone()
    }
}

impl Drop for Uploads {
    /// What is still under way stays queued.
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How it went so far.
#[derive(Default)]
struct State {
    failures: u32,
    rests_until: Option<Instant>,
    trouble: Option<String>,
}

impl State {
    /// Whether nothing is to be sent now.
    fn rests(&self) -> bool {
        self.rests_until.is_some_and(|until| Instant::now() < until)
    }

    /// What the service does not take of one file costs no other.
    fn failed(&mut self, error: &Error, after: Duration) {
        self.failures += 1;
        self.trouble = Some(error.to_string());
        if error.is_about_the_service() || self.failures >= FAILED_UPLOADS_IN_A_ROW {
            self.rests_until = Some(Instant::now() + REST.max(after * 10));
        }
    }
}

/// Sends the files of one result, and notes each answer as soon as it is known.
async fn send(provider: &dyn Provider, run: &Run, mut parcel: Parcel, state: &mut State) {
    while !parcel.files.is_empty() && !state.rests() {
        let (attached, files) = load(&mut parcel, provider, run);
        if files.is_empty() {
            continue;
        }
        let began = Instant::now();
        let receipts = provider.attach(run, &parcel.key, &files).await;
        for (attached, receipt) in
            attached.iter().zip(receipts.unwrap_or_else(|error| vec![Receipt::Undelivered(error)]))
        {
            let refused = match receipt {
                Receipt::Confirmed => None,
                Receipt::Unmapped(reason) | Receipt::Rejected(reason) => Some(reason),
                Receipt::Doubtful(error) | Receipt::Undelivered(error) => {
                    state.failed(&error, began.elapsed());
                    continue;
                }
            };
            state.failures = 0;
            answer(provider, run, &parcel, attached, refused);
        }
    }
}

/// Reads the next files, as many as memory is to hold. Those that cannot be sent are answered for.
fn load(parcel: &mut Parcel, provider: &dyn Provider, run: &Run) -> (Vec<Attached>, Vec<File>) {
    let (mut attached, mut files) = (Vec::new(), Vec::new());
    let mut room = IN_MEMORY;
    while let Some(next) = parcel.files.front() {
        let path = parcel.journal.with_file_name(&next.file);
        let size = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        if size > room && !files.is_empty() {
            break;
        }
        room = room.saturating_sub(size);
        let Some(next) = parcel.files.pop_front() else { break };
        let content = match &parcel.refused {
            Some(reason) => Err(reason.clone()),
            None => fs::read(&path).map_err(|error| format!("it cannot be read any more: {error}")),
        };
        match content {
            Err(reason) => answer(provider, run, parcel, &next, Some(reason)),
            Ok(content) => {
                files.push(File { name: next.name.clone(), media_type: next.media_type.clone(), content });
                attached.push(next);
            }
        }
    }
    (attached, files)
}

fn answer(provider: &dyn Provider, run: &Run, parcel: &Parcel, attached: &Attached, refused: Option<String>) {
    let (at, destination, run, file) = (now(), provider.destination(), run.id.clone(), attached.file.clone());
    let answered = Answered { at, destination, run, file, result: parcel.seq, refused };
    // What cannot be noted is sent again later.
    let _ = attachments::append(&parcel.journal, &Line::Answered(answered));
}
