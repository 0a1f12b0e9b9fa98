//! What the process leaves with. `test` and `nextest` leave with the code of the runner they started: 101 and 100
//! are a failed test there. In strict mode they do so, too, where the runner took a failed test for a passed one.

use testfiesta_harness::harness::EXIT_UNCONFIRMED;

/// Everything went well.
pub(crate) const SUCCESS: u8 = 0;
/// The command could not do what it was asked for; stderr says why.
pub(crate) const FAILURE: u8 = 1;
/// An argument is wrong: clap's own code for that.
pub(crate) const USAGE: u8 = 2;
/// In strict mode: every test passed, but an outcome was not confirmed by the service; as a test binary.
pub(crate) const UNCONFIRMED: u8 = EXIT_UNCONFIRMED;
