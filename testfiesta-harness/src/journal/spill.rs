//! Large outputs, in files beside the journal: `<process>-<seq>.output`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::name;
use crate::event::{CaseFinished, PrintedOutput};

/// What a test may have printed, in bytes, to stand in the journal itself.
pub(super) const LIMIT: usize = 16 * 1024;

/// What a test printed in its last attempt, and in those before.
#[derive(Serialize, Deserialize)]
struct Spilled {
    output: Option<PrintedOutput>,
    earlier: Vec<Option<PrintedOutput>>,
}

/// The outcome as the journal keeps it: if it printed more than `limit`, without that, which is put beside. Where there is
/// no room for it, a note takes its place.
pub(super) fn taken_out(journal: &Path, case: &CaseFinished, limit: usize) -> Option<CaseFinished> {
    if case.printed() <= limit {
        return None;
    }
    let mut lean = case.clone();
    let spilled = Spilled {
        output: lean.output.take(),
        earlier: lean.earlier.iter_mut().map(|attempt| attempt.output.take()).collect(),
    };
    let place = place(journal, case.seq);
    let written =
        serde_json::to_vec(&spilled).map_err(io::Error::from).and_then(|text| fs::write(&place, text));
    if let Err(error) = written {
        // A part of it says nothing, and takes the room of an outcome.
        let _ = fs::remove_file(place);
        let stdout = format!("what the test printed was too much to be kept: {error}\n");
        lean.output = Some(PrintedOutput { stdout, stderr: String::new() });
    }
    Some(lean)
}

/// The outcome with what it printed, for whoever tells others of it: all of a journal together may be more than memory
/// is to hold. What is gone since is nobody's reason.
pub fn brought_back(journal: &Path, mut case: CaseFinished) -> CaseFinished {
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
