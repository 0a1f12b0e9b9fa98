//! Delivers what the journals of a run hold and no service has confirmed.

use std::path::Path;

use anyhow::{Context, Result};
use testfiesta_client::provider::{Provider, Receipt, Run, TestResult};
use testfiesta_harness::{
    journal,
    reporter::{self, acknowledgement, deliver, new_run, open_run, test_results},
    run_file::RunFile,
    settings::{ServiceSettings, Settings},
};

/// What a delivery came to.
pub(crate) struct Delivered {
    /// The run that it went to.
    pub(crate) run: Run,
    /// Why a part of it is still queued.
    pub(crate) trouble: Option<String>,
}

/// The service that the settings name.
pub(crate) fn provider(settings: &Settings, service: &ServiceSettings) -> Result<Box<dyn Provider>> {
    reporter::provider(settings, service).map_err(anyhow::Error::msg)
}

/// How many results of this run no service has confirmed.
pub(crate) fn queued(run_directory: &Path) -> Result<usize> {
    Ok(journal::read_run(run_directory)?.iter().map(|process| process.undelivered().len()).sum())
}

/// Delivers the rest of a run. Sending a result twice is harmless, since it goes under its own external id.
///
/// Answers nothing where there is nothing left to deliver.
pub(crate) async fn deliver_rest(
    settings: &Settings,
    provider: &dyn Provider,
    run_directory: &Path,
) -> Result<Option<Delivered>> {
    let mut processes = journal::read_run(run_directory)?;
    let mut origins: Vec<(usize, u64)> = Vec::new();
    let mut results: Vec<TestResult> = Vec::new();
    for (at, process) in processes.iter().enumerate() {
        let started = &process.started;
        for (seq, case) in process.undelivered() {
            let all = test_results(&started.run_key, &started.target, case);
            let wanted = usize::try_from(seq - case.seq)?;
            results.extend(all.into_iter().nth(wanted));
            origins.push((at, seq));
        }
    }
    let Some(first) = processes.first().filter(|_| !results.is_empty()) else { return Ok(None) };

    let run_file = RunFile::of_run_directory(run_directory).context("the journal's directory has no name")?;
    let mut new = new_run(settings, &first.started.run_key, run_file.read()?.facts);
    new.case_ids = processes
        .iter()
        .flat_map(|process| &process.finished)
        .flat_map(|case| &case.ids)
        .map(ToString::to_string)
        .collect();
    let opened =
        open_run(provider, &run_file, &new, settings.run.id.as_deref()).await.map_err(anyhow::Error::msg)?;

    let run = opened.run;
    let mut written = Ok(());
    let delivered = deliver(provider, &run, &results, |handled| {
        let receipts: Vec<(usize, Receipt)> = (handled.first..).zip(handled.receipts).collect();
        for (at, process) in processes.iter_mut().enumerate() {
            let own = receipts.iter().filter(|(result, _)| origins[*result].0 == at);
            let own: Vec<_> = own
                .map(|(result, receipt)| (origins[*result].1, &results[*result], receipt.clone()))
                .collect();
            if !own.is_empty() && written.is_ok() {
                written = process.acknowledge(acknowledgement(provider, &run, own));
            }
        }
    })
    .await;
    written.context("what was delivered could not be noted in the journal")?;
    Ok(Some(Delivered { run, trouble: delivered.err().map(|error| error.to_string()) }))
}
