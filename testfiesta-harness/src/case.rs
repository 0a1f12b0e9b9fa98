//! What `#[testfiesta::case]` records of one test: data only, known before anything runs.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use crate::returned::Returned;

/// One annotated test, as the macro wrote it down.
///
/// The macro emits it as a constant; everything that behaves lives elsewhere. It is small, and has few pointers: each
/// of them is work for the loader whenever a test binary starts, and under nextest one starts for every test.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// The function's path, crate first (`module_path!()` and its name).
    pub path: &'static str,
    /// `#[ignore]`, with a reason or without.
    pub ignored: bool,
    /// Everything else.
    pub details: fn() -> Details,
}

/// What is known of an annotated test beside its name.
#[derive(Debug, Clone, Copy)]
pub struct Details {
    /// The package that the test was compiled in (`CARGO_PKG_NAME`).
    pub package: &'static str,
    /// Ids of the test cases that this test covers, in the order written (`case_ids.rs` reads them). May be empty.
    pub ids: &'static [&'static str],
    /// `name = "…"`: what the test case is called where people read it.
    pub title: Option<&'static str>,
    /// `tags("smoke", "api")`.
    pub tags: &'static [&'static str],
    /// The doc comment, lines joined by `\n`; empty without one.
    pub description: &'static str,
    /// The function's place in the source.
    pub location: Location,
    /// `#[ignore = "reason"]`.
    pub ignore_reason: Option<&'static str>,
    /// `#[should_panic]`.
    pub should_panic: ShouldPanic,
    /// `timeout = "30s"`: when the test is stopped, counted from its start.
    pub timeout: Option<Duration>,
    /// `retries = 2`: how often the test is tried again after a failure.
    pub retries: Option<u32>,
    /// `serial = "group"`: tests of one group never run at the same time.
    pub serial: Option<&'static str>,
    /// How the test is called.
    pub body: Body,
}

impl Details {
    /// Those of a test that has nothing out of the common.
    ///
    /// The generated code calls this for every test. Written out there, the fields would be most of a test binary.
    pub const fn new(
        package: &'static str,
        ids: &'static [&'static str],
        description: &'static str,
        location: Location,
        body: Body,
    ) -> Self {
        Self {
            package,
            ids,
            title: None,
            tags: &[],
            description,
            location,
            ignore_reason: None,
            should_panic: ShouldPanic::No,
            timeout: None,
            retries: None,
            serial: None,
            body,
        }
    }
}

impl Case {
    /// What is known of the test beside its name.
    pub fn details(&self) -> Details {
        (self.details)()
    }

    /// The module that the function stands in, crate first.
    pub fn module_path(&self) -> &'static str {
        self.split_path().0
    }

    /// The function's name.
    pub fn function(&self) -> &'static str {
        self.split_path().1
    }

    fn split_path(&self) -> (&'static str, &'static str) {
        let path = self.path.as_bytes();
        let mut start = path.len();
        // By index: this is asked twice for every test, and unoptimised, a search is many calls.
        while start > 0 && path[start - 1] != b':' {
            start -= 1;
        }
        (&self.path[..start.saturating_sub(2)], &self.path[start..])
    }
}

/// A place in the source.
///
/// It is kept as the text that it is written as: every test's is written, and few are looked at part by part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location(&'static str);

impl Location {
    /// The place that `file:line:column` means: the file as `file!()` gives it, relative to the workspace's root; line
    /// and column counted from 1.
    pub const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// As it was given.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// File, line and column.
    pub fn parts(self) -> (&'static str, u32, u32) {
        let mut parts = self.0.rsplitn(3, ':');
        let mut number = || parts.next().and_then(|text| text.parse().ok()).unwrap_or(1);
        let (column, line) = (number(), number());
        (parts.next().unwrap_or_default(), line, column)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Whether a panic is what the test expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShouldPanic {
    /// A panic fails the test.
    No,
    /// `#[should_panic]`: any panic passes.
    Yes,
    /// `#[should_panic(expected = "…")]`: a panic passes whose message holds this text.
    WithMessage(&'static str),
}

/// How the test is called.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// A function that returns nothing.
    Plain(fn()),
    /// A function that calls the test, and puts into words what it returned.
    Returning(fn() -> Returned),
    /// An `async fn`; the future is made and run on the test's own thread.
    Async(fn() -> TestFuture, Flavor),
}

/// An async test under way.
pub type TestFuture = Pin<Box<dyn Future<Output = Returned>>>;

/// The tokio runtime of an async test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavor {
    /// Everything on the test's own thread.
    CurrentThread,
    /// `flavor = "multi_thread"`: as many threads as there are cores, besides.
    MultiThread,
}

inventory::collect!(Case);

#[cfg(test)]
impl Case {
    /// A case that does nothing, for tests to change.
    pub(crate) const EXAMPLE: Self =
        Self { path: "cart::adds", ignored: false, details: || Details::EXAMPLE };
}

#[cfg(test)]
impl Details {
    /// Those of a case that does nothing, for tests to change.
    pub(crate) const EXAMPLE: Self =
        Self::new("webshop", &[], "", Location::new("tests/cart.rs:1:1"), Body::Plain(|| ()));
}
