//! The crates under test. Compiling is what costs: each is built once, and its binaries run many times.

use std::{path::Path, sync::OnceLock};

use crate::{
    ahead, chaos, combinations,
    support::{Built, Crate, Program, Service},
};

/// Every form of a test.
pub(crate) const FORMS: &str = include_str!("sources/forms.rs");

pub(crate) fn forms() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| Crate::new("end-to-end-forms").test("forms", FORMS).build())
}

/// The same tests under libtest and under testfiesta.
pub(crate) fn alike() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source = include_str!("sources/alike.rs");
        let ours = source.replace("#[test]", "#[testfiesta::case]") + "\ntestfiesta::main!();\n";
        let both = Crate::new("end-to-end-alike").test_under_libtest("under_libtest", source);
        let all = both.test("under_testfiesta", &ours);
        all.test_under_libtest("cases_under_libtest", &ours).build()
    })
}

/// A crate with a library and several test targets.
pub(crate) fn shop() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        Crate::new("end-to-end-shop")
            .library(include_str!("sources/library.rs"))
            .test("first", include_str!("sources/first.rs"))
            .test("second", include_str!("sources/second.rs"))
            .test("uids", include_str!("sources/uids.rs"))
            .test("crashing", include_str!("sources/crashing.rs"))
            .test("waiting", include_str!("sources/waiting.rs"))
            .test("attempts", include_str!("sources/attempts.rs"))
            .test("environment", include_str!("sources/environment.rs"))
            .test("many", &many())
            .test("elsewhere", include_str!("sources/elsewhere.rs"))
            .test("twice", include_str!("sources/twice.rs"))
            .test_under_libtest("forgotten", include_str!("sources/forgotten.rs"))
            .build()
    })
}

/// As many tests as processes under nextest.
fn many() -> String {
    let test = |n| format!("#[testfiesta::case(\"MANY-{n}\")]\nfn t{n}() {{}}\n\n");
    (0..MANY).map(test).collect::<String>() + "testfiesta::main!();\n"
}

/// How many tests `many` has.
pub(crate) const MANY: usize = 60;
/// How many results `first` has.
pub(crate) const FIRST: usize = 3;
/// How many results `second` has.
pub(crate) const SECOND: usize = 2;

/// A test binary of the shop, which reports to `service` and keeps its journal in `data`.
pub(crate) fn shop_binary(target: &str, service: &Service, data: &Path) -> Program {
    shop().binary(target).envs(service.settings()).env("TESTFIESTA_DIR", data)
}

/// Tests that crash, hang, flood and flake; and in targets of their own, some that fail for reasons of every form, the
/// generated ones below, and one that is interrupted.
pub(crate) fn isolated() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let package = Crate::new("end-to-end-isolated")
            .test("isolated", include_str!("sources/isolated.rs"))
            .test("reasons", include_str!("sources/reasons.rs"))
            .test("unruly", include_str!("sources/unruly.rs"))
            .test("bare", include_str!("sources/bare.rs"))
            .test("hundred", &hundred())
            .test("printing", &printing())
            .test("ahead", &ahead::source())
            .test("combinations", &combinations::source());
        #[cfg(unix)]
        let package = package.test("interrupted", include_str!("sources/interrupted.rs"));
        package.build()
    })
}

/// Thousands of tests, for a service that fails at random.
pub(crate) fn chaotic() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| Crate::new("end-to-end-chaotic").test("chaotic", &chaos::source()).build())
}

/// Tests that say all they know.
pub(crate) fn leaking() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        Crate::new("end-to-end-leaking").test("leaking", include_str!("sources/leaking.rs")).build()
    })
}

/// Tests that attach something to their results.
pub(crate) fn attaching() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        Crate::new("end-to-end-attaching").test("attaching", include_str!("sources/attaching.rs")).build()
    })
}

/// A crate without HTTP.
pub(crate) fn journal_only() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        Crate::new("end-to-end-journal-only")
            .testfiesta_with(", default-features = false")
            .test("second", include_str!("sources/second.rs"))
            .build()
    })
}

/// A crate that does not compile: an async test, and no runtime.
pub(crate) fn without_runtime() -> Crate {
    Crate::new("end-to-end-without-runtime")
        .testfiesta_with(", default-features = false")
        .test("waits", "#[testfiesta::case]\nasync fn waits() {}\n\ntestfiesta::main!();\n")
}

/// Seven tests of which most would take a whole test binary with them, among others that pass.
fn hundred() -> String {
    let passes = |n: usize| format!("#[testfiesta::case(\"HUN-{n}\")]\nfn passes_{n:02}() {{}}\n");
    let others: String = (7..100).map(passes).collect();
    include_str!("sources/hundred.rs").to_owned() + &others + "\ntestfiesta::main!();\n"
}

/// How many tests `printing` has.
pub(crate) const PRINTING: usize = 2_000;

/// Tests that print their names.
fn printing() -> String {
    let prints =
        |n: usize| format!("#[testfiesta::case]\nfn t_{n}() {{\n    print_everywhere(\"t_{n}\");\n}}\n");
    let tests: String = (0..PRINTING).map(prints).collect();
    include_str!("sources/printing.rs").to_owned() + &tests + "\ntestfiesta::main!();\n"
}
