//! What the journals of a run say of it as a whole.

use std::{collections::HashSet, io, path::Path};

use super::{
    Addressees, Elsewhere, Meant, Recipient, alive, attachments, name,
    reader::{ProcessJournal, processes},
};
use crate::{
    run_file::RunFile,
    summary::{Destination, Summary},
};

/// Sums up all processes of a run. What the journals say of `destinations` is added to what is known of them: of each, what
/// was answered for there, and wherever else it counts as settled. What is not meant for a destination, as `elsewhere` says,
/// is not counted there. A journal that cannot be read is named in the summary, and is in the way of no other.
///
/// # Errors
///
/// When the directory, the run's file or a list of attachments cannot be read.
pub fn sum_up(
    run_directory: &Path,
    destinations: Vec<Destination>,
    elsewhere: Elsewhere,
) -> io::Result<Summary> {
    let journal = run_directory.to_owned();
    let mut summary = Summary { journal, destinations, ..Summary::default() };
    let run_file = RunFile::of_run_directory(run_directory);
    let of_run = run_file.map(|file| file.read()).transpose()?.unwrap_or_default().destinations;
    let addressees = Addressees { of_run, elsewhere };
    let directory = run_directory.ancestors().nth(2).unwrap_or(run_directory);
    let living = || alive::living(directory, run_directory);
    let living_before = living()?;
    for process in processes(run_directory)? {
        let process = match process {
            Ok(process) => process,
            Err(obstacle) => {
                summary.unread.push(obstacle.to_string());
                continue;
            }
        };
        summary.unread.extend(process.damage().map(|damage| damage.to_string()));
        // One that lives will say how they end, and of one that died it was said. Some begin or end at this moment.
        if !process.ended
            && let Some(id) = name::process_id(&process.path)
            && !living_before.contains(&id)
            && !living()?.contains(&id)
        {
            let path = process.path.display();
            summary.unended.push(format!("{path}: it does not say how the last of its tests ended"));
        }
        process.count(&mut summary, &addressees);
        for destination in &mut summary.destinations {
            let meant = addressees.meant(&destination.name, &process.started);
            destination.add_attachments(&process.path, meant)?;
        }
    }
    Ok(summary)
}

impl Destination {
    /// Adds what became of everything that the tests of one process attached, if it is to be there.
    pub(crate) fn count_attachments(&mut self, journal: &Path) -> io::Result<()> {
        self.add_attachments(journal, Meant::ForIt)
    }

    fn add_attachments(&mut self, journal: &Path, meant: Meant) -> io::Result<()> {
        if let Some(known) = &mut self.attachments {
            let recipient = Recipient { destination: &self.name, meant };
            known.add(attachments::count(journal, recipient)?);
        }
        Ok(())
    }
}

impl ProcessJournal {
    /// Adds this process's results to a summary.
    pub(crate) fn count(&self, summary: &mut Summary, addressees: &Addressees) {
        let mut known = HashSet::new();
        for case in &self.finished {
            summary.executed += case.results();
            summary.outcomes.add(&case.outcome, !case.earlier.is_empty());
            known.extend(case.numbers());
        }
        for destination in &mut summary.destinations {
            let meant = addressees.meant(&destination.name, &self.started);
            if meant == Meant::ForAnother {
                destination.elsewhere += known.len() as u64;
                continue;
            }
            // Two who deliver at once are both answered.
            let mut open = known.clone();
            for mut batch in self.acknowledged.iter().cloned() {
                if (Recipient { destination: &destination.name, meant }).is_served_by(&batch.destination) {
                    batch.confirmed.retain(|seq| open.remove(seq));
                    for refused in [&mut batch.unmapped, &mut batch.rejected] {
                        refused.retain(|(seq, _)| open.remove(seq));
                    }
                    destination.add(batch);
                }
            }
        }
    }
}
