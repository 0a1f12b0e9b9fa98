//! Every mistake that `#[testfiesta::case]` answers, pinned word by word, and every form that has to compile.

#[test]
fn mistakes_are_answered_and_forms_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}
