//! A pool of processes that run tests: one at a time each, many in their life.
//!
//! The harness starts its own executable again. A worker connects back over loopback, is told the numbers of tests,
//! runs them one after the other and writes down how each ended. When it dies in one, that test crashed, and another
//! worker takes its place.

mod crowd;
mod executable;
mod group;
pub(crate) mod ledger;
mod pool;
mod printing;
mod process;
mod protocol;
mod random;
mod scratch;
mod serve;
mod worker;

pub(crate) use pool::{Pool, say_alone};
pub(crate) use printing::Printing;
pub(crate) use serve::{is_within_worker, is_worker, serve};
