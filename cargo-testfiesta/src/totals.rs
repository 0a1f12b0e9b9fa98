//! What the journals of a run say of it.

use std::{collections::HashSet, path::Path};

use anyhow::Result;
use testfiesta_harness::{
    journal,
    outcome::Outcome,
    summary::{Destination, Summary},
};

/// The outcomes of a run's tests by kind, and what became of its results.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed, timed out or crashed.
    pub(crate) failed: u64,
    /// Tests that were skipped.
    pub(crate) skipped: u64,
    /// What became of the results.
    pub(crate) summary: Summary,
}

impl Totals {
    /// Reads the journals of all processes of a run: what they say of these destinations is added to what is known of
    /// them.
    pub(crate) fn read(run_directory: &Path, destinations: Vec<Destination>) -> Result<Self> {
        let summary = Summary { journal: run_directory.to_owned(), destinations, ..Summary::default() };
        let mut totals = Self { summary, ..Self::default() };
        for process in journal::read_run(run_directory)? {
            for case in &process.finished {
                totals.summary.executed += case.results();
                match &case.outcome {
                    Outcome::Passed => totals.passed += 1,
                    Outcome::Skipped { .. } => totals.skipped += 1,
                    _ => totals.failed += 1,
                }
            }
            for destination in &mut totals.summary.destinations {
                // Two who deliver at once are both answered.
                let mut answered = HashSet::new();
                for mut batch in process.acknowledged.iter().cloned() {
                    if batch.destination == destination.name {
                        batch.confirmed.retain(|seq| answered.insert(*seq));
                        batch.unmapped.retain(|(seq, _)| answered.insert(*seq));
                        batch.rejected.retain(|(seq, _)| answered.insert(*seq));
                        destination.add(batch);
                    }
                }
            }
        }
        Ok(totals)
    }

    /// As in `18 passed, 1 failed, 2 skipped`.
    pub(crate) fn outcomes(&self) -> String {
        format!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}
