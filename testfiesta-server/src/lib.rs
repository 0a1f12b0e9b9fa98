//! A local TestFiesta: the service's API, served from one SQLite file.

pub mod keys;
mod random;
mod store;
mod timestamp;

pub use store::{Error, Result, Store};
