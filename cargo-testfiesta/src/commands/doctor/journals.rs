//! What is still to be delivered.

use std::path::Path;

use anyhow::Result;
use testfiesta_harness::{journal, reporter::providers, run_file::RunFile, settings::Settings};

use super::Report;
use crate::{
    delivery::{self, LeftAlone, Queued},
    say::count,
    workspace,
};

pub(super) fn check(report: &mut Report, directory: &Path, settings: &Settings) -> Result<()> {
    report.heading("Journals")?;
    let destinations = providers(settings).unwrap_or_default();
    let (elsewhere, mut left_alone) = (workspace::elsewhere(), LeftAlone::new());
    let (mut total, mut runs, mut all_read) = (Queued::default(), 0, true);
    let found = match journal::runs(directory) {
        Ok(found) => found,
        Err(error) => {
            let unread = format!("the journals in {} cannot be read: {error}", directory.display());
            report.problem(&unread, "")?;
            return Ok(());
        }
    };
    for run in found {
        if let Some(damage) = RunFile::of_run_directory(&run).and_then(|file| file.damage()) {
            report.note(&format!("{damage}; the run is looked for in the service by its key"))?;
        }
        match delivery::queued(&run, &destinations, &elsewhere, &mut left_alone) {
            Ok((waiting, obstacles)) => {
                all_read &= obstacles.is_empty();
                for obstacle in obstacles {
                    report.problem(&format!("not all of a run is known: {obstacle}"), "")?;
                }
                total += waiting;
                runs += usize::from(!waiting.is_nothing());
            }
            Err(error) => {
                all_read = false;
                report.problem(&format!("{}: {error:#}", run.display()), "")?;
            }
        }
    }
    for line in delivery::lines_of(&left_alone) {
        report.note(&line)?;
    }
    let directory = directory.display();
    let waiting = format!("{total} in {} of {directory}", count(runs, "run"));
    match (total.is_nothing(), destinations.is_empty()) {
        // Nobody knows.
        (true, _) if !all_read => {}
        (true, _) => report.ok(&format!("nothing waits in {directory}"))?,
        (false, true) => report.note(&format!("{waiting}; `cargo testfiesta serve` shows them"))?,
        (false, false) => report.note(&format!("{waiting}; `cargo testfiesta resend` delivers them"))?,
    }
    Ok(())
}
