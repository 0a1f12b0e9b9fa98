//! Not public API. Used by the code that `#[testfiesta::case]` generates.

pub use crate::__testfiesta_async_run as async_run;
pub use crate::case::{Body, Case, Details, Flavor, Location, ShouldPanic, TestFuture};
pub use crate::returned::{Returned, TestOutput, chain};
pub use crate::target::{Target, TargetKind};
pub use crate::{harness::main, libtest::run_under_libtest};
pub use inventory;
// By way of here, since the user's crate may be without `std`.
pub use std::{boxed::Box, process::ExitCode};

/// Makes a function that boxes an `async` block. The block comes from the caller, and so do the places in its errors.
#[cfg(feature = "tokio")]
#[macro_export]
#[doc(hidden)]
macro_rules! __testfiesta_async_run {
    ($name:ident, $block:expr) => {
        #[inline]
        fn $name() -> $crate::__private::TestFuture {
            $crate::__private::Box::pin($block)
        }
    };
}

/// Says what is missing. The function is there all the same, so that this is the only error.
#[cfg(not(feature = "tokio"))]
#[macro_export]
#[doc(hidden)]
macro_rules! __testfiesta_async_run {
    ($name:ident, $block:expr) => {
        ::core::compile_error!("an async test needs a runtime: turn on the feature `tokio` of `testfiesta`");
        fn $name() -> $crate::__private::TestFuture {
            $crate::__private::Box::pin($block)
        }
    };
}
