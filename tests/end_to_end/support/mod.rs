//! What the tests share.

mod command;
mod console;
mod crates;
mod runtime;
mod service;
pub(crate) mod stub;
mod subcommand;

pub(crate) use command::{Output, Program};
pub(crate) use console::{Report, nextest_verdicts};
pub(crate) use crates::{Built, Crate, cargo};
pub(crate) use runtime::block_on;
pub(crate) use service::{Fault, Service, Told, settings};
pub(crate) use subcommand::{nextest_is_here, subcommand};
