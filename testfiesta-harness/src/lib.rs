//! Registry, runner, journal and reporter of testfiesta. Users meet it through the crate `testfiesta`.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod case;
