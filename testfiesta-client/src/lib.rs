//! Typed clients of the services that testfiesta reports to.
//!
//! Everybody's tests compile this crate, hence its features. `http` are the clients, with the calls that a reporter
//! makes; `wire` are the types alone, to be written and to be read, for a server that speaks the same API; `full`, the
//! default, is both, and every call. Without any feature there is only what the harness shares that sends nothing:
//! [`services`] for its settings, [`json`] and [`short_name()`] for its journal.

#![cfg_attr(
    not(feature = "wire"),
    allow(clippy::needless_update, reason = "with `wire` the types have more fields")
)]

pub mod json;
#[cfg(any(feature = "http", feature = "wire"))]
mod lenient;
pub mod services;
mod short_name;
#[cfg(any(feature = "http", feature = "wire"))]
pub mod testfiesta;
#[cfg(any(feature = "http", feature = "wire"))]
pub mod testsigma;

#[cfg(feature = "http")]
mod error;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http")]
pub mod provider;
#[cfg(feature = "http")]
mod tls;

pub use short_name::short_name;

#[cfg(feature = "http")]
pub use error::Error;
#[cfg(feature = "http")]
pub use http::{BaseUrl, Options, Token};

/// What a client sends as `User-Agent`.
#[cfg(feature = "http")]
pub const USER_AGENT: &str = concat!("testfiesta-rs/", env!("CARGO_PKG_VERSION"));
