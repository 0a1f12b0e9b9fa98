//! Tests whose cases have other ids at Testsigma, or are there alone.

#[testfiesta::case("HERE-1", testsigma = "SHOP-4")]
fn under_another_id() {}

#[testfiesta::case(testsigma = "SHOP-5")]
fn there_alone() {}

/// The same case again.
#[testfiesta::case("HERE-1", testsigma = "SHOP-4")]
fn the_same_case() {
    panic!("broken on purpose");
}

testfiesta::main!();
