//! What becomes of what tests print in workers.

use std::process::Command;

/// What becomes of what tests print.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printing {
    /// It is kept until the test is over.
    pub(crate) is_captured: bool,
    /// It is shown even if the test passed.
    pub(crate) is_shown: bool,
    /// Whether tests are told to print in colours. Else they choose, and what is captured is no terminal.
    pub(crate) in_colours: Option<bool>,
}

impl Printing {
    /// Tells a worker, in the words that programs and their libraries know.
    pub(super) fn tell(self, worker: &mut Command) {
        match self.in_colours {
            Some(true) => worker.env("CLICOLOR_FORCE", "1").env("FORCE_COLOR", "1").env_remove("NO_COLOR"),
            Some(false) => worker.env_remove("CLICOLOR_FORCE").env_remove("FORCE_COLOR").env("NO_COLOR", "1"),
            None => worker,
        };
    }
}
