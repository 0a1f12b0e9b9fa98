//! What is still to be delivered.

use std::path::Path;

use anyhow::Result;
use testfiesta_harness::{journal, reporter::providers, settings::Settings};

use super::Report;
use crate::{commands::resend::count, delivery};

pub(super) fn check(report: &mut Report, directory: &Path, settings: &Settings) -> Result<()> {
    report.heading("Journals")?;
    let destinations = providers(settings).unwrap_or_default();
    let names: Vec<String> = destinations.iter().map(|provider| provider.destination()).collect();
    let (mut results, mut runs) = (0, 0);
    for run in journal::runs(directory)? {
        match delivery::queued(&run, &names) {
            Ok(waiting) => {
                results += waiting;
                runs += usize::from(waiting > 0);
            }
            Err(error) => report.problem(&format!("{}: {error:#}", run.display()), "")?,
        }
    }
    let directory = directory.display();
    let waiting = format!("{} of {} wait in {directory}", count(results, "result"), count(runs, "run"));
    match (results, names.is_empty()) {
        (0, _) => report.ok(&format!("nothing waits in {directory}"))?,
        (_, true) => report.note(&format!("{waiting}; `cargo testfiesta serve` shows them"))?,
        (_, false) => report.note(&format!("{waiting}; `cargo testfiesta resend` delivers them"))?,
    }
    Ok(())
}
