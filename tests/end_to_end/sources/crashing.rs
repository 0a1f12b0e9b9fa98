//! A test target that does not come to its end.

#[testfiesta::case("CRASH-1")]
fn a_passes() {}

#[testfiesta::case("CRASH-2")]
fn b_aborts() {
    std::process::abort();
}

testfiesta::main!();
