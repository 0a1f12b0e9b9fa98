//! Every mistake that `#[testfiesta::case]` answers, pinned word by word, and every form that has to compile.
//!
//! Where rustc adds words of its own they change with its releases: the files are those of the toolchain that CI pins,
//! and `TRYBUILD=overwrite cargo test -p compile-errors` renews them.

#[test]
fn mistakes_are_answered_and_forms_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*.rs");
    cases.pass("ui/pass/*.rs");
}
