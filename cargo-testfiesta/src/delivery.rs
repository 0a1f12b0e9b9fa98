//! Delivers what the journals of a run hold and no service has confirmed.

use std::path::Path;

use anyhow::{Context, Result};
use testfiesta_client::provider::Provider;
use testfiesta_harness::{
    event::BatchAcknowledged,
    journal::{self, ProcessJournal, Recipient},
    reporter::{Courier, Ledger, Load, Origin, new_run, test_results},
    run_file::RunFile,
    settings::Settings,
    summary::Destination,
};

/// The journals of a run.
pub(crate) struct Journals {
    run_file: RunFile,
    intended: Vec<String>,
    processes: Vec<ProcessJournal>,
}

impl Journals {
    /// Reads them all.
    pub(crate) fn read(run_directory: &Path) -> Result<Self> {
        let run_file =
            RunFile::of_run_directory(run_directory).context("the journal's directory has no name")?;
        let intended = run_file.read()?.destinations;
        Ok(Self { run_file, intended, processes: journal::read_run(run_directory)? })
    }

    /// How many results this destination is still to be brought.
    pub(crate) fn queued(&self, destination: &str) -> usize {
        let recipient = self.recipient(destination);
        self.processes.iter().map(|process| process.undelivered(recipient).len()).sum()
    }

    fn recipient<'a>(&self, destination: &'a str) -> Recipient<'a> {
        Recipient { destination, intended: self.intended.iter().any(|it| it == destination) }
    }

    fn load(&self, destination: &str) -> Load {
        let mut load = Load::default();
        for (journal, process) in self.processes.iter().enumerate() {
            let started = &process.started;
            let wanted = process.undelivered(self.recipient(destination));
            for case in &process.finished {
                if case.numbers().any(|seq| wanted.contains(&seq)) {
                    let results = test_results(&started.run_key, &started.target, case);
                    for (seq, result) in case.numbers().zip(results).filter(|(seq, _)| wanted.contains(seq)) {
                        load.push(Origin { journal, seq }, result);
                    }
                }
            }
        }
        load
    }
}

/// Brings the rest of a run to a destination, where a rest is left. Sending a result twice is harmless, since it goes
/// under its own external id.
pub(crate) async fn deliver_rest(
    settings: &Settings,
    provider: Box<dyn Provider>,
    run_directory: &Path,
) -> Result<Destination> {
    let mut journals = Journals::read(run_directory)?;
    let name = provider.destination();
    let mut load = journals.load(&name);
    let mut delivered = Destination { name, ..Destination::default() };
    let Some(first) = journals.processes.first().filter(|_| !load.is_empty()) else { return Ok(delivered) };

    let mut new = new_run(settings, &first.started.run_key, journals.run_file.read()?.facts);
    let cases = journals.processes.iter().flat_map(|process| &process.finished);
    new.case_ids = cases.flat_map(|case| &case.ids).map(ToString::to_string).collect();
    let mut courier = Courier::new(provider, journals.run_file.clone(), new, settings.run.id.clone());
    let mut notes = Notes { processes: &mut journals.processes, trouble: None };
    while !load.is_empty() && !courier.is_down() {
        tokio::time::sleep(courier.rest()).await;
        courier.deliver(&mut load, &mut notes).await;
    }
    delivered.trouble = courier.trouble().map(str::to_owned).or(notes.trouble);
    delivered.run = courier.opened().map(|opened| opened.run.clone().into());
    Ok(delivered)
}

/// Notes in each journal what was answered for its results.
struct Notes<'a> {
    processes: &'a mut [ProcessJournal],
    trouble: Option<String>,
}

impl Ledger for Notes<'_> {
    fn acknowledge(&mut self, journal: usize, batch: BatchAcknowledged) {
        if let Err(error) = self.processes[journal].acknowledge(batch) {
            self.trouble = Some(format!("what was delivered could not be noted in the journal: {error}"));
        }
    }
}
