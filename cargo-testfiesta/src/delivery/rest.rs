//! What is left of a run whose tests are over: brought to each service, counted, and ended.

use std::{path::Path, slice};

use anyhow::{Context, Result, anyhow};
use testfiesta_client::provider::Provider;
use testfiesta_harness::{
    journal::{self, Elsewhere},
    reporter::{Courier, new_run, providers},
    run_file::{MayBeEnded, RunFile, RunRecord},
    settings::Settings,
    summary::{Destination, Summary},
};
use tokio::sync::watch;

use super::{LeftAlone, followers, queued, run_file_of, say_damage};

/// How often the rest of a run is looked for, when others add to it meanwhile.
const LOOKS: usize = 3;

/// Brings the rest of a run to each service that is set. Sending a result twice is harmless, since it goes under its own
/// external id.
pub(crate) async fn deliver_rest(
    settings: &Settings,
    run_directory: &Path,
    elsewhere: &Elsewhere,
) -> Result<Vec<Destination>> {
    let Some(key) = run_key(run_directory)? else { return Ok(Vec::new()) };
    if let Some(run_file) = RunFile::of_run_directory(run_directory) {
        say_damage(&run_file);
        // Closed by one process before another had delivered: its verdict may change.
        let reopen = |record: &mut RunRecord| {
            if record.may_be_ended == MayBeEnded::Provisionally {
                // That it was ended is remembered: an interrupted run that counts as passed is ended once more.
                record.closed.values_mut().for_each(String::clear);
            }
        };
        let _ = run_file.update(reopen);
    }
    let tests_are_over = watch::channel(true).1;
    let mut deliveries = Vec::new();
    for mut follower in followers(settings, run_directory, &key, true, elsewhere)? {
        let tests_are_over = tests_are_over.clone();
        deliveries.push(tokio::spawn(async move {
            for _ in 0..LOOKS {
                follower.follow(tests_are_over.clone(), None).await;
                if !follower.has_missed_some() {
                    break;
                }
            }
            follower.destination()
        }));
    }
    let mut destinations = Vec::new();
    for delivery in deliveries {
        destinations.push(delivery.await?);
    }
    Ok(destinations)
}

/// Ends the runs that an invocation made and could not end, where it is over and everything of it is delivered. Answers
/// which could not be ended now, by destination, and why.
pub(crate) async fn close_rest(
    settings: &Settings,
    run_directory: &Path,
    elsewhere: &Elsewhere,
) -> Result<Vec<(String, String)>> {
    let mut troubles = Vec::new();
    let run_file = run_file_of(run_directory)?;
    let record = run_file.read()?;
    let Some(closing) = record.may_be_ended.closing(record.failed || record.interrupted) else {
        return Ok(troubles);
    };
    let Some(key) = run_key(run_directory)? else { return Ok(troubles) };
    let so_far = journal::sum_up(run_directory, Vec::new(), Elsewhere::Left)?;
    // Who lives ends it itself, and where not everything is known, neither is the verdict.
    if !journal::living(&settings.directory, run_directory)?.is_empty() || !so_far.gaps().is_empty() {
        return Ok(troubles);
    }
    for service in providers(settings).map_err(|trouble| anyhow!(trouble))? {
        let destination = service.destination();
        // A run that the settings name belongs to others.
        if settings.run.joined(service.service()).is_some() || !is_to_be_ended(&record, &destination) {
            continue;
        }
        let (rest, _) = queued(run_directory, slice::from_ref(&service), elsewhere, &mut LeftAlone::new())?;
        let closing = closing.or_failed(so_far.outcomes.any_failed());
        if rest.results == 0 && (rest.attachments == 0 || !service.shuts_attachments_out(closing)) {
            let new_run = new_run(settings, &key, record.facts.clone());
            let mut courier = Courier::new(service, run_file.clone(), new_run, None);
            courier.open().await;
            let closed = courier.close(closing).await;
            troubles.extend(closed.err().map(|trouble| (destination, trouble)));
        }
    }
    Ok(troubles)
}

/// Whether one of these services has a run of an invocation that is over and did not end it.
pub(crate) fn is_left_open(run_directory: &Path, services: &[Box<dyn Provider>]) -> Result<bool> {
    let run_file = run_file_of(run_directory)?;
    let record = run_file.read()?;
    let may_be_ended = record.may_be_ended != MayBeEnded::ByOthers;
    Ok(may_be_ended && services.iter().any(|service| is_to_be_ended(&record, &service.destination())))
}

fn is_to_be_ended(record: &RunRecord, destination: &str) -> bool {
    record.is_left_open(destination) && !record.leaves_as_it_is(destination)
}

/// Writes what became of a run's results where its processes were asked to (`TESTFIESTA_SUMMARY`).
pub(crate) fn recount(directory: &Path, run_directory: &Path, summary: &Summary) -> Result<()> {
    let Some(key) = run_key(run_directory)? else { return Ok(()) };
    let counted = journal::recount(directory, run_directory, &key, summary);
    counted.context("the summary could not be written (TESTFIESTA_SUMMARY)")
}

/// The key that the first journal knows which can be read.
fn run_key(run_directory: &Path) -> Result<Option<String>> {
    let files = journal::files(run_directory)?;
    Ok(files.iter().find_map(|file| Some(journal::started(file).ok()??.run_key)))
}
