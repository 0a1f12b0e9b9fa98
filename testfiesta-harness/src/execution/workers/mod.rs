//! A pool of processes that run tests: one at a time each, many in their life.
//!
//! The harness starts its own executable again. A worker connects back over loopback, is told the number of a test,
//! runs it and answers how it ended. When it dies instead, that test crashed, and another worker takes its place.

mod group;
mod pool;
mod process;
mod protocol;
mod serve;

pub(crate) use pool::{Pool, Printing};
pub(crate) use serve::{ARGUMENT, serve};
