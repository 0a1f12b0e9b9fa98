//! The API of Test Management by Testsigma, v1.
//!
//! Facts are cited as "contract, section n": the project's record of what the service accepts and answers. Names are
//! the service's (snake_case on the wire). Things go by UUID; a case and a run also have a *human id*, as in `TC-123`
//! and `TC-R-7`, whose beginning is the project's *prefix*.

#[cfg(feature = "http")]
mod client;
#[cfg(feature = "http")]
mod pages;
mod wire;

pub use crate::services::{CursorName, TESTSIGMA_URL as DEFAULT_URL};
#[cfg(feature = "http")]
pub use client::{Attachment, Client, ClientOptions, ProjectClient};
#[cfg(feature = "http")]
pub use pages::Pages;
pub use wire::*;
