//! A second test target of the same crate.

#[testfiesta::case("SHOP-4")]
fn passes() {}

#[testfiesta::case("SHOP-5")]
#[ignore = "not today"]
fn is_ignored() {}

testfiesta::main!();
