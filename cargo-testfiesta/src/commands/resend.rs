//! `cargo testfiesta resend`

use std::process::ExitCode;

use anyhow::{Result, bail};
use testfiesta_harness::{journal, reporter::providers, settings::Settings};

use crate::{
    cli::ResendArguments,
    delivery::{self, Journals},
    exit_code,
    totals::Totals,
    workspace,
};

pub(crate) async fn run(arguments: ResendArguments) -> Result<ExitCode> {
    let directory = workspace::directory(None)?;
    let settings = Settings::load_around(std::env::current_dir().ok().as_deref());
    let destinations = providers(&settings).map_err(anyhow::Error::msg);
    let names: Vec<_> = destinations.iter().flatten().map(|provider| provider.destination()).collect();
    let mut waiting = Vec::new();
    let mut total = 0;
    for run in journal::runs(&directory)? {
        let queued = queued(&Journals::read(&run)?, &names);
        if queued > 0 {
            waiting.push(run);
            total += queued;
        }
    }
    eprintln!("testfiesta: {total} queued in {} of {}", count(waiting.len(), "run"), directory.display());
    if arguments.dry_run || waiting.is_empty() {
        return Ok(exit_code::SUCCESS.into());
    }
    if destinations?.is_empty() {
        bail!(
            "no service is configured: set TESTFIESTA_TOKEN, TESTFIESTA_HANDLE and TESTFIESTA_PROJECT, or look at the \
             results with `cargo testfiesta serve`"
        );
    }
    let mut complete = true;
    for run in waiting {
        let mut delivered = Vec::new();
        for provider in providers(&settings).map_err(anyhow::Error::msg)? {
            delivered.push(delivery::deliver_rest(&settings, provider, &run).await?);
        }
        let summary = Totals::read(&run, delivered)?.summary;
        summary.lines().iter().for_each(|line| eprintln!("testfiesta: {line}"));
        complete &= summary.queued() == 0;
    }
    Ok(if complete { exit_code::SUCCESS } else { exit_code::FAILURE }.into())
}

/// How many results of a run are still to be delivered; with no destination, how many nobody has.
pub(crate) fn queued(journals: &Journals, destinations: &[String]) -> usize {
    let nobody = [String::new()];
    let destinations = if destinations.is_empty() { &nobody } else { destinations };
    destinations.iter().map(|destination| journals.queued(destination)).max().unwrap_or(0)
}

/// As in `1 run` and `2 runs`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
