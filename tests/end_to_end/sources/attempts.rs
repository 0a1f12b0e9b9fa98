//! Tests that end differently at their second attempt, each of which nextest makes in a process of its own.

fn is_first_attempt() -> bool {
    std::env::var("NEXTEST_ATTEMPT").is_ok_and(|attempt| attempt == "1")
}

#[testfiesta::case("TRY-1")]
fn a_passes() {}

#[testfiesta::case("TRY-2", "TRY-3")]
fn b_fails_first() {
    assert!(!is_first_attempt(), "not at the first attempt");
}

#[testfiesta::case("TRY-4")]
fn c_crashes_first() {
    if is_first_attempt() {
        std::process::abort();
    }
}

#[testfiesta::case("TRY-5")]
fn d_always_fails() {
    panic!("at every attempt");
}

testfiesta::main!();
