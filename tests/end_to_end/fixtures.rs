//! The crates under test. Compiling is what costs: each is built once, and its binaries run many times.

use std::{path::Path, sync::OnceLock};

use crate::support::{Built, Crate, Program, Service};

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
        both.test("under_testfiesta", &ours).build()
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

/// Tests that crash, hang, flood and flake, and in another target some that fail for reasons of every form.
pub(crate) fn isolated() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        Crate::new("end-to-end-isolated")
            .test("isolated", include_str!("sources/isolated.rs"))
            .test("reasons", include_str!("sources/reasons.rs"))
            .build()
    })
}

/// Tests that say all they know.
pub(crate) fn leaking() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        Crate::new("end-to-end-leaking").test("leaking", include_str!("sources/leaking.rs")).build()
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
