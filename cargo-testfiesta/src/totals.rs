//! What the journals of a run say of it.

use std::path::Path;

use anyhow::Result;
use testfiesta_harness::{journal, outcome::Outcome, summary::Summary};

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
    /// Reads the journals of all processes of a run.
    pub(crate) fn read(run_directory: &Path) -> Result<Self> {
        let mut totals = Self {
            summary: Summary { journal: run_directory.to_owned(), ..Summary::default() },
            ..Self::default()
        };
        for process in journal::read_run(run_directory)? {
            for case in &process.finished {
                totals.summary.executed += case.results();
                match &case.outcome {
                    Outcome::Passed => totals.passed += 1,
                    Outcome::Skipped { .. } => totals.skipped += 1,
                    _ => totals.failed += 1,
                }
            }
            for batch in process.acknowledged {
                totals.summary.confirmed += batch.confirmed.len() as u64;
                totals.summary.unmapped.extend(batch.unmapped.into_iter().map(|(_, reason)| reason));
                totals.summary.rejected.extend(batch.rejected.into_iter().map(|(_, reason)| reason));
            }
        }
        Ok(totals)
    }

    /// As in `18 passed, 1 failed, 2 skipped`.
    pub(crate) fn outcomes(&self) -> String {
        format!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}
