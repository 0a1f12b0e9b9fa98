//! Large outputs, in files beside the journal: `<process>-<seq>.output`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::name;
use crate::event::{CaseFinished, PrintedOutput};

/// What a test may have printed, in bytes, to stand in the journal itself.
const LIMIT: usize = 16 * 1024;

/// What a test printed in its last attempt, and in those before.
#[derive(Serialize, Deserialize)]
struct Spilled {
    output: Option<PrintedOutput>,
    earlier: Vec<Option<PrintedOutput>>,
}

/// The outcome as the journal keeps it: without what it printed, if that is much and could be put beside.
pub(super) fn taken_out(journal: &Path, case: &CaseFinished) -> io::Result<Option<CaseFinished>> {
    if case.printed() <= LIMIT {
        return Ok(None);
    }
    let mut lean = case.clone();
    let spilled = Spilled {
        output: lean.output.take(),
        earlier: lean.earlier.iter_mut().map(|attempt| attempt.output.take()).collect(),
    };
    fs::write(place(journal, case.seq), serde_json::to_vec(&spilled)?)?;
    Ok(Some(lean))
}

/// The outcome with what it printed, for whoever tells others of it: all of a journal together may be more than memory
/// is to hold. What is gone since is nobody's reason.
pub(crate) fn brought_back(journal: &Path, mut case: CaseFinished) -> CaseFinished {
    if !case.outcome.is_failure() && case.earlier.is_empty() {
        return case;
    }
    let spilled = fs::read(place(journal, case.seq)).ok();
    if let Some(spilled) = spilled.and_then(|text| serde_json::from_slice::<Spilled>(&text).ok()) {
        case.output = spilled.output;
        for (attempt, output) in case.earlier.iter_mut().zip(spilled.earlier) {
            attempt.output = output;
        }
    }
    case
}

fn place(journal: &Path, seq: u64) -> PathBuf {
    name::beside(journal, &format!("-{seq}.output"))
}
