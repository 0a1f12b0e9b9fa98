//! The TestFiesta API, v1.
//!
//! Facts are cited as "contract, section n": the project's record of what the service accepts and answers.
//! Fields keep the service's names (camelCase on the wire) and its words: a *case* is a test case, a *run* a
//! test run, an *execution* the place of one case in one run.

mod wire;

pub use wire::*;
