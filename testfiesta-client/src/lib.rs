//! Typed clients of the services that testfiesta reports to.
//!
//! With the feature `wire` alone only the wire types are compiled: a server that speaks the same API shares them.
//! Without any feature there is only [`json`], which the harness's journal shares.

pub mod json;
#[cfg(feature = "wire")]
mod lenient;
#[cfg(feature = "wire")]
pub mod testfiesta;
#[cfg(feature = "wire")]
pub mod testsigma;

#[cfg(feature = "http")]
mod error;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http")]
pub mod provider;
#[cfg(feature = "http")]
mod tls;

#[cfg(feature = "http")]
pub use error::Error;
#[cfg(feature = "http")]
pub use http::{BaseUrl, Options, Token};

/// What a client sends as `User-Agent`.
#[cfg(feature = "http")]
pub const USER_AGENT: &str = concat!("testfiesta-rs/", env!("CARGO_PKG_VERSION"));
