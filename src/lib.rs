//! Report `cargo test` outcomes to a test-management service.

pub use testfiesta_macros::case;

#[doc(hidden)]
pub use testfiesta_harness::__private;
