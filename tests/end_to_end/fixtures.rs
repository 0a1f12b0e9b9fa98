//! The crates under test. Compiling is what costs: each is built once, and its binaries run many times.

use std::sync::OnceLock;

use crate::support::{Built, Crate};

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
