//! Report `cargo test` outcomes to a test-management service: write the test case's id over the test, run, and each
//! outcome arrives under its case in a newly created test run, with the reason when it failed.
//!
//! # Quick start
//!
//! `cargo testfiesta init` sets up a crate, with a first test. By hand: a test target is handed over to testfiesta in
//! `Cargo.toml`:
//!
//! ```toml
//! [dev-dependencies]
//! testfiesta = "0.1"
//!
//! [[test]]
//! name = "cart"
//! harness = false
//! ```
//!
//! and ends in [`main!`]:
//!
//! ```
//! #[testfiesta::case("TC-123")]
//! fn an_empty_cart_costs_nothing() {
//!     assert_eq!(Vec::<u64>::new().iter().sum::<u64>(), 0);
//! }
//!
//! testfiesta::main!();
//! ```
//!
//! `cargo testfiesta test` runs it, reports into a TestFiesta on this machine where no service is configured, and says how
//! to see the run. `cargo test` and `cargo nextest run` run it too: with `TESTFIESTA_TOKEN`, `TESTFIESTA_HANDLE` and
//! `TESTFIESTA_PROJECT` they report to the service; without, outcomes are kept under `target/testfiesta`.
//!
//! The exit code is that of the tests, whatever becomes of the reporting.
//!
//! # Forms
//!
//! [`case`] takes no id, one or several; a name and tags; the doc comment is the case's description. The function may
//! return a `Result`, may be `async`, and `#[ignore]` and `#[should_panic]` mean what they always mean.
//!
//! ```
//! /// The gateway is asked three times before the order is given up.
//! #[testfiesta::case("TC-124", "TC-125", name = "Retries a payment", tags("payment", "smoke"))]
//! fn retries_a_payment() -> Result<(), Box<dyn std::error::Error>> {
//!     assert_eq!("3".parse::<u8>()?, 3);
//!     Ok(())
//! }
//!
//! #[testfiesta::case]
//! #[ignore = "the warehouse has no sandbox"]
//! fn not_yet_in_the_catalogue() {}
//!
//! # #[cfg(feature = "tokio")]
//! #[testfiesta::case("TC-126")]
//! #[should_panic(expected = "declined")]
//! async fn a_declined_payment_is_an_error() {
//!     std::future::ready(()).await;
//!     panic!("declined");
//! }
//! ```
//!
//! # Attachments
//!
//! [`attach`] and [`attach_file`] send text, bytes or files along with the result of the test that calls them.
//!
//! # Where cases are found
//!
//! Cases may stand in a test target, in its modules, and in libraries that it links. The linker leaves out a library
//! that the target never mentions: `use my_library as _;` is mention enough, and `cargo testfiesta list` shows every case
//! with its place, and those that are in no test binary. Unit tests need `harness = false` in `[lib]`, and
//!
//! ```
//! #[cfg(test)]
//! testfiesta::main!();
//! # fn main() {}
//! ```
//!
//! # Settings
//!
//! Each setting is an environment variable, such as `TESTFIESTA_RUN_NAME`, or a key of a committed `testfiesta.toml`, such
//! as `run-name`. The token is an environment variable, or what `cargo testfiesta login` keeps; it is never in the file.
//! The [README] lists them all.
//!
//! # Features
//!
//! | Feature | Default | What it does |
//! |---|---|---|
//! | `http` | on | sends outcomes while the tests run; turns on `tokio` |
//! | `tokio` | on | runs `async fn` cases |
//!
//! Without `http` outcomes stay in the journal, for `cargo testfiesta` to deliver, and far less is compiled.
//!
//! [README]: https://github.com/testfiesta/testfiesta-rs

/// Registers a function as a test, with the test cases that it covers.
///
/// It replaces `#[test]`, and needs a test target with `harness = false` that ends in `testfiesta::main!();`.
///
/// ```
/// #[testfiesta::case("TC-123")]
/// fn adds_an_item() {
///     assert_eq!(1 + 1, 2);
/// }
/// ```
///
/// # Arguments
///
/// All are optional, and come in this order: ids, then options, each option at most once.
///
/// | Argument | Meaning |
/// |---|---|
/// | `"TC-1", "TC-2"` | ids of the test cases that this test covers: its outcome is reported under each. Without one, the case is created under a stable id of its own; matched by `uid`, and at Testsigma, it is unmapped. |
/// | `name = "…"` | what the test case is called where people read it, instead of the function's name |
/// | `tags("smoke", "api")` | tags of the test case |
/// | `timeout = "30s"` | when the test is stopped, counted from its start; units are `ms`, `s`, `m` and `h`, and may be combined: `"1m 30s"` |
/// | `retries = 2` | how often the test is tried again after a failure, from 0 to 100 |
/// | `serial = "group"` | tests of one group never run at the same time |
/// | `flavor = "multi_thread"` | the tokio runtime of an `async fn`; without it `"current_thread"`: everything on the test's own thread |
/// | `testfiesta = "TC-1"`, `testsigma = "WEB-9"` | the id at this service, in place of the one for all |
/// | `crate = path` | where testfiesta is found when it is re-exported: `crate = my_crate::testfiesta` |
///
/// An id has 1 to 255 characters, each a letter or digit (of any script) or one of `-`, `_`, `.`, `:`, `/`, `#`.
///
/// ```
/// /// A doc comment is the description of the test case.
/// #[testfiesta::case("TC-1", "TC-2", name = "Adds an item", tags("smoke", "api"))]
/// fn adds_an_item() {}
///
/// #[testfiesta::case]
/// fn not_yet_in_the_catalogue() {}
/// ```
///
/// Options say how a test runs as well:
///
/// ```
/// #[testfiesta::case("TC-1", timeout = "1m 30s", retries = 2, serial = "database")]
/// fn orders_are_kept() {}
///
/// # #[cfg(feature = "tokio")]
/// #[testfiesta::case("TC-2", flavor = "multi_thread")]
/// async fn two_customers_order_at_once() {}
/// ```
///
/// A macro that writes tests names testfiesta through the crate that its users depend on:
///
/// ```
/// mod my_crate {
///     pub use testfiesta;
/// }
///
/// #[my_crate::testfiesta::case("TC-1", crate = my_crate::testfiesta)]
/// fn adds_an_item() {}
/// ```
///
/// # The function
///
/// It takes no arguments and is neither generic nor a method. It returns `()`, a `Result<(), E>` whose error is
/// `Debug` (an `Err` fails the test), or never (`!`). With the feature `tokio`, which the default feature `http` turns on, it may be
/// `async`.
///
/// ```
/// use std::{error::Error, num::ParseIntError};
///
/// #[testfiesta::case("TC-1")]
/// fn any_error() -> Result<(), Box<dyn Error>> {
///     assert_eq!("12".parse::<u8>()?, 12);
///     Ok(())
/// }
///
/// #[testfiesta::case("TC-2")]
/// fn one_kind_of_error() -> Result<(), ParseIntError> {
///     "12".parse::<u8>().map(drop)
/// }
///
/// # #[cfg(feature = "tokio")]
/// #[testfiesta::case("TC-3")]
/// async fn waits() {
///     std::future::ready(()).await
/// }
/// ```
///
/// # Other attributes
///
/// They may stand above or below this one. `#[ignore]`, `#[ignore = "reason"]`, `#[should_panic]` and
/// `#[should_panic(expected = "…")]` mean what they mean to `#[test]`; `#[cfg]` and `#[cfg_attr]` are decided
/// first; all others are left on the function.
///
/// ```
/// #[testfiesta::case("TC-1")]
/// #[ignore = "needs a database"]
/// fn reads_the_catalogue() {}
///
/// #[should_panic(expected = "overflow")]
/// #[testfiesta::case("TC-2")]
/// fn refuses_too_many_items() {
///     panic!("overflow");
/// }
///
/// #[testfiesta::case("TC-3")]
/// #[cfg_attr(windows, ignore = "no such signal there")]
/// fn stops_at_a_signal() {}
/// ```
///
/// `#[test]` and its like (`#[tokio::test]`, `#[rstest]`) would run the test a second time. Below this attribute
/// they are an error. Above it they go unseen, and in a target with `harness = false` rustc drops the whole function
/// without a word: write no `#[test]` there.
///
/// `#[serial]` and `#[parallel]` of `serial_test` below it are an error, too: they hold within one process, and tests run in
/// several: `serial = "group"` and `#[file_serial]` hold across processes.
///
/// # What it becomes
///
/// The function stays as it is written. Beside it stand a hidden function that registers it, and a `#[test]` named
/// `<function>_under_libtest_`. That one exists only where the target lacks `harness = false`: there the case
/// runs as an ordinary test, and its outcome is kept until `cargo testfiesta test` or `resend` delivers it.
///
/// A case in a library is registered in the test binaries that link the library; the linker drops a library that
/// the test target never mentions, cases and all. `use my_library as _;` is mention enough.
///
/// # Errors
///
/// Each mistake is one compile error at what has to change, and shows the correct form:
///
/// ```compile_fail
/// #[testfiesta::case(TC-123)] // a case id is a string, as in `#[testfiesta::case("TC-123")]`
/// fn adds_an_item() {}
/// ```
pub use testfiesta_macros::case;

/// Makes the `main` of a test target: it runs the cases that were linked into it, as libtest would, and reports them.
///
/// It stands once in the root file of a target that has `harness = false` in `Cargo.toml`:
///
/// ```toml
/// [[test]]
/// name = "cart"
/// harness = false
/// ```
///
/// ```
/// #[testfiesta::case("TC-123")]
/// fn adds_an_item() {}
///
/// testfiesta::main!();
/// ```
#[macro_export]
macro_rules! main {
    () => {
        fn main() -> $crate::__private::ExitCode {
            $crate::__private::main($crate::__private::Target {
                crate_name: ::core::module_path!(),
                package: ::core::env!("CARGO_PKG_NAME"),
                version: ::core::env!("CARGO_PKG_VERSION"),
                kind: $crate::__private::TargetKind::of(
                    ::core::option_env!("CARGO_BIN_NAME"),
                    ::core::option_env!("CARGO_TARGET_TMPDIR"),
                    ::core::file!(),
                ),
            })
        }
    };
}

/// ```
/// #[testfiesta::case("TC-123")]
/// fn the_invoice_adds_up() {
///     let invoice = "3 × 4.50 = 13.50";
///     testfiesta::attach("invoice.txt", invoice);
///     assert!(invoice.ends_with("13.50"));
/// }
///
/// testfiesta::main!();
/// ```
pub use testfiesta_harness::attach;

/// ```
/// #[testfiesta::case("TC-124")]
/// fn the_checkout_page_is_whole() {
///     testfiesta::attach_file("target/screenshots/checkout.png");
/// }
///
/// testfiesta::main!();
/// ```
pub use testfiesta_harness::attach_file;

#[doc(hidden)]
pub use testfiesta_harness::__private;
