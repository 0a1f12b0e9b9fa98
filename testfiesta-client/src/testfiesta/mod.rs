//! The TestFiesta API, v1.
//!
//! Facts are cited as "contract, section n": the project's record of what the service accepts and answers.
//! Fields keep the service's names (camelCase on the wire) and its words: a *case* is a test case, a *run* a
//! test run, an *execution* the place of one case in one run.

#[cfg(feature = "http")]
mod client;
#[cfg(feature = "http")]
mod dashboard;
#[cfg(feature = "http")]
mod pages;
mod wire;

pub use crate::services::TESTFIESTA_URL as DEFAULT_URL;
#[cfg(feature = "http")]
pub use client::{Client, ProjectClient};
#[cfg(feature = "http")]
pub use dashboard::dashboard_url;
#[cfg(feature = "http")]
pub use pages::Pages;
pub use wire::*;
