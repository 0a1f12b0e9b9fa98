//! What tests attached, on its way behind their results: it can only cost itself.

use std::{
    collections::{HashMap, VecDeque},
    fs,
    path::PathBuf,
};

use testfiesta_client::{
    Error,
    provider::{File, Provider, Receipt, ResultKey, Run, TestResult},
};

use super::{
    attached::Attachments,
    delivery::{Ledger, Origin},
};
use crate::{
    event::now,
    journal::attachments::{Answered, Attached},
};

/// How many results are given their files before new results are looked for.
const AT_ONCE: usize = 16;
/// How many bytes of files are held in memory, but for a single larger one.
const IN_MEMORY: u64 = 16 << 20;

/// The files of one result.
#[derive(Debug)]
struct Parcel {
    origin: Origin,
    key: ResultKey,
    files: VecDeque<Enclosed>,
    /// Why there is no result to attach them to.
    refused: Option<String>,
}

/// A file, and where it lies.
#[derive(Debug, Clone)]
struct Enclosed {
    attached: Attached,
    path: PathBuf,
}

/// What is settled of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Settled {
    /// The service holds it, or one that took its place.
    Held,
    /// The service does not want it.
    Refused,
}

/// Files whose results are on their way, or there.
#[derive(Debug, Default)]
pub(super) struct Parcels {
    waiting: HashMap<(usize, u64), Parcel>,
    due: VecDeque<Parcel>,
}

impl Parcels {
    /// Adds what was attached to a result.
    pub(super) fn enclose(&mut self, origin: Origin, result: &TestResult, attachments: &Attachments) {
        let due = attachments.due(&result.test, origin.seq);
        let enclosed = due.map(|attached| Enclosed {
            attached: attached.clone(),
            path: attachments.journal().with_file_name(&attached.file),
        });
        let files: VecDeque<_> = enclosed.collect();
        if !files.is_empty() {
            let key = ResultKey::of(result);
            self.waiting.insert(place(origin), Parcel { origin, key, files, refused: None });
        }
    }

    /// It is known what becomes of a result: its files follow.
    pub(super) fn settle(&mut self, origin: Origin, settled: &Settled) {
        if self.waiting.is_empty() {
            return;
        }
        if let Some(parcel) = self.waiting.remove(&place(origin)) {
            let refused =
                (*settled == Settled::Refused).then(|| "the service did not take its result".to_owned());
            self.due.push_back(Parcel { refused, ..parcel });
        }
    }

    /// Whether there is nothing to send now.
    pub(super) fn is_empty(&self) -> bool {
        self.due.is_empty()
    }

    /// Leaves what is due for another time: the list beside the journal names it.
    pub(super) fn set_aside(&mut self) {
        self.due.clear();
    }
}

fn place(origin: Origin) -> (usize, u64) {
    (origin.journal, origin.seq)
}

/// Sends some of what is due. The ledger hears of each file as soon as it is known.
///
/// # Errors
///
/// Why the rest could not be delivered now.
pub(super) async fn send(
    provider: &dyn Provider,
    run: &Run,
    parcels: &mut Parcels,
    ledger: &mut dyn Ledger,
) -> Result<(), Error> {
    for _ in 0..AT_ONCE {
        let Some(mut parcel) = parcels.due.pop_front() else { break };
        while !parcel.files.is_empty() {
            let (enclosed, files) = load(&mut parcel, provider, ledger);
            if files.is_empty() {
                continue;
            }
            let receipts = provider.attach(run, &parcel.key, &files).await?;
            let mut failure = None;
            for (enclosed, receipt) in enclosed.into_iter().zip(receipts) {
                match receipt {
                    Receipt::Confirmed => answer(provider, &parcel, &enclosed, None, ledger),
                    Receipt::Unmapped(reason) | Receipt::Rejected(reason) => {
                        answer(provider, &parcel, &enclosed, Some(reason), ledger);
                    }
                    Receipt::Undelivered(error) => failure = Some(error),
                }
            }
            if let Some(error) = failure {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Reads the next files, as many as memory is to hold. Those that cannot be sent are answered for.
fn load(parcel: &mut Parcel, provider: &dyn Provider, ledger: &mut dyn Ledger) -> (Vec<Enclosed>, Vec<File>) {
    let (mut enclosed, mut files) = (Vec::new(), Vec::new());
    let mut room = IN_MEMORY;
    while let Some(next) = parcel.files.front() {
        let size = fs::metadata(&next.path).map_or(0, |metadata| metadata.len());
        if size > room && !files.is_empty() {
            break;
        }
        room = room.saturating_sub(size);
        let Some(next) = parcel.files.pop_front() else { break };
        let content = match &parcel.refused {
            Some(reason) => Err(reason.clone()),
            None => fs::read(&next.path).map_err(|error| format!("it cannot be read any more: {error}")),
        };
        match content {
            Err(reason) => answer(provider, parcel, &next, Some(reason), ledger),
            Ok(content) => {
                let Attached { name, media_type, .. } = next.attached.clone();
                files.push(File { name, media_type, content });
                enclosed.push(next);
            }
        }
    }
    (enclosed, files)
}

fn answer(
    provider: &dyn Provider,
    parcel: &Parcel,
    enclosed: &Enclosed,
    refused: Option<String>,
    ledger: &mut dyn Ledger,
) {
    let answered = Answered {
        at: now(),
        destination: provider.destination(),
        file: enclosed.attached.file.clone(),
        result: parcel.origin.seq,
        refused,
    };
    ledger.attached(parcel.origin.journal, answered);
}
