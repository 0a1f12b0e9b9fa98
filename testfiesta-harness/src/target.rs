//! The test target that this process is built from.

use std::borrow::Cow;

use crate::event::Text;

/// The test binary that reports.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// `CARGO_CRATE_NAME` of the test target.
    pub crate_name: &'static str,
    /// `CARGO_PKG_NAME` of its package.
    pub package: &'static str,
    /// `CARGO_PKG_VERSION` of its package.
    pub version: &'static str,
    /// What of the package it is.
    pub kind: TargetKind,
}

/// What of a package a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// Its library.
    Library,
    /// A program.
    Program,
    /// An example.
    Example,
    /// An integration test.
    Test,
    /// A benchmark.
    Benchmark,
}

impl TargetKind {
    /// Told by what only programs and examples, and only integration tests and benchmarks are built with: `CARGO_BIN_NAME`
    /// and `CARGO_TARGET_TMPDIR`; and of these by the directory that `file` of the target stands in.
    pub fn of(bin_name: Option<&str>, target_tmpdir: Option<&str>, file: &str) -> Self {
        // A package may stand in a directory of such a name itself: the last one is the target's.
        let directory =
            file.rsplit(['/', '\\']).find(|it| ["src", "examples", "tests", "benches"].contains(it));
        match (bin_name, target_tmpdir, directory) {
            (Some(_), _, Some("examples")) => Self::Example,
            (Some(_), _, _) => Self::Program,
            (None, Some(_), Some("benches")) => Self::Benchmark,
            (None, Some(_), _) => Self::Test,
            (None, None, _) => Self::Library,
        }
    }
}

impl Target {
    /// What the target is called where its results are kept: no two of a package are called the same, though cargo lets
    /// the library, a program, an example, an integration test and a benchmark share a name.
    pub(crate) fn label(&self) -> Text {
        let name = self.crate_name;
        let is_after_package = self.package.replace('-', "_") == name;
        match (self.kind, is_after_package) {
            (TargetKind::Library, true) | (TargetKind::Test, false) => Cow::Borrowed(name),
            (TargetKind::Library, false) => Cow::Owned(format!("lib/{name}")),
            (TargetKind::Test, true) => Cow::Owned(format!("test/{name}")),
            (TargetKind::Program, _) => Cow::Owned(format!("bin/{name}")),
            (TargetKind::Example, _) => Cow::Owned(format!("example/{name}")),
            (TargetKind::Benchmark, _) => Cow::Owned(format!("bench/{name}")),
        }
    }
}

/// A test's module as it is kept: what a target of this label has for itself is told from the library's of that name.
pub(crate) fn module_in(label: &str, module_path: &Text) -> Text {
    let crate_name = module_path.split("::").next().unwrap_or_default();
    match label.strip_suffix(crate_name) {
        Some(kind @ ("bin/" | "example/" | "test/" | "bench/")) => Cow::Owned(format!("{kind}{module_path}")),
        _ => module_path.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(kind: TargetKind, crate_name: &'static str) -> Text {
        Target { crate_name, package: "web-shop", version: "1.0.0", kind }.label()
    }

    #[test]
    fn no_two_targets_of_a_package_are_called_the_same() {
        use TargetKind::{Benchmark, Example, Library, Program, Test};
        let kinds = [Library, Program, Example, Test, Benchmark];
        let labels = ["web_shop", "bin/web_shop", "example/web_shop", "test/web_shop", "bench/web_shop"];
        assert_eq!(kinds.map(|kind| label(kind, "web_shop")), labels);
        let labels = ["lib/cart", "bin/cart", "example/cart", "cart", "bench/cart"];
        assert_eq!(kinds.map(|kind| label(kind, "cart")), labels);
    }

    #[test]
    fn what_cargo_builds_a_target_with_tells_its_kind() {
        let program = |file| TargetKind::of(Some("shop"), None, file);
        let test = |file| TargetKind::of(None, Some("target/tmp"), file);
        assert_eq!(TargetKind::of(None, None, "src/lib.rs"), TargetKind::Library);
        assert_eq!(program("examples/webshop/src/main.rs"), TargetKind::Program);
        assert_eq!(program("webshop/examples/shop/main.rs"), TargetKind::Example);
        assert_eq!(test("webshop/tests/cart.rs"), TargetKind::Test);
        assert_eq!(test(r"webshop\benches\cart.rs"), TargetKind::Benchmark);
        assert_eq!(test("benches/webshop/tests/cart.rs"), TargetKind::Test);
    }

    #[test]
    fn a_module_is_told_from_the_library_s_of_that_name_where_it_is_the_target_s_own() {
        let module = |label: &str, path: &'static str| module_in(label, &path.into()).into_owned();
        assert_eq!(module("bin/shop", "shop::cart"), "bin/shop::cart");
        assert_eq!(module("test/shop", "shop"), "test/shop");
        assert_eq!(module("bin/cli", "shop::cart"), "shop::cart");
        assert_eq!(module("shop", "shop::cart"), "shop::cart");
        assert_eq!(module("lib/shop", "shop::cart"), "shop::cart");
    }
}
