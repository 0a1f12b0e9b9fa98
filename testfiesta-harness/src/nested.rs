//! A test binary that a test starts, as some do with their own to see how it exits. All that it does is part of that
//! test: it runs like libtest, and records and reports nothing.
//!
//! What a worker starts is known by the environment that it inherits. Where tests run in the harness's own process, only
//! Linux tells, and only of the same executable.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    cli::Arguments,
    execution::{Conduct, execute_here, workers},
    panics::Echo,
};

/// Whether a test started this process.
pub(crate) fn is_within_a_test() -> bool {
    workers::is_within_worker() || is_child_of_itself()
}

/// Where a test runs in the harness's own process, what it starts has that for its parent.
#[cfg(target_os = "linux")]
fn is_child_of_itself() -> bool {
    // By name: where the processor is emulated, the file is the emulator's in every process.
    let executable = |process: &str| std::fs::read_link(format!("/proc/{process}/exe"));
    let parent = std::os::unix::process::parent_id().to_string();
    matches!((executable("self"), executable(&parent)), (Ok(own), Ok(parent)) if own == parent)
}

#[cfg(not(target_os = "linux"))]
fn is_child_of_itself() -> bool {
    // Elsewhere the standard library does not tell what a process runs.
    false
}

/// Runs a test in this process and forgets it. Whether any failed is noted in `failed`.
pub(crate) fn conduct(arguments: &Arguments, failed: &Arc<AtomicBool>) -> Conduct {
    let echo = if arguments.no_capture { Echo::AtOnce } else { Echo::Never };
    let alone = arguments.single().is_some();
    let failed = Arc::clone(failed);
    Arc::new(move |test, _, begin| {
        begin();
        let attempt = execute_here(test, echo, alone, test.case.details().timeout, &|| ());
        failed.fetch_or(attempt.outcome.is_failure(), Ordering::Relaxed);
        Ok(vec![attempt])
    })
}
