//! Not public API. Used by the code that `#[testfiesta::case]` generates.

pub use crate::__testfiesta_async_body as async_body;
pub use crate::case::{Body, Case, Flavor, Ignored, Location, Registered, Returned, ShouldPanic, TestOutput};
pub use crate::{harness::main, libtest::run_under_libtest, session::Target};
pub use inventory;

/// Makes a [`Body::Async`] of a [`Flavor`] and an `async` block. The block comes from the caller, and so do the
/// places in its errors.
#[cfg(feature = "tokio")]
#[macro_export]
#[doc(hidden)]
macro_rules! __testfiesta_async_body {
    ($flavor:expr, $block:expr) => {
        $crate::__private::Body::Async(|| ::std::boxed::Box::pin($block), $flavor)
    };
}

/// Says what is missing.
#[cfg(not(feature = "tokio"))]
#[macro_export]
#[doc(hidden)]
macro_rules! __testfiesta_async_body {
    ($flavor:expr, $block:expr) => {
        ::core::compile_error!("an async test needs a runtime: turn on the feature `tokio` of `testfiesta`")
    };
}
