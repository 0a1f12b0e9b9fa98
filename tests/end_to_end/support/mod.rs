//! What the tests share.

mod command;
mod console;
mod crates;
mod front;
mod runtime;
mod serve;
mod service;
mod subcommand;

pub(crate) use command::{Output, Program, eventually};
pub(crate) use console::{Report, nextest_verdicts};
pub(crate) use crates::{Built, Crate, cargo, lock};
pub(crate) use runtime::block_on;
pub(crate) use serve::Serving;
pub(crate) use service::{Service, client_of};
pub(crate) use subcommand::{nextest_is_here, subcommand};
