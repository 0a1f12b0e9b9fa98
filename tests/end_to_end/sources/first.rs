//! A test target whose outcomes the environment chooses.

use std::env;

#[testfiesta::case("SHOP-1")]
fn passes() {}

/// Fails where the environment says so.
#[testfiesta::case("SHOP-2")]
fn may_fail() {
    assert!(env::var_os("END_TO_END_BREAK").is_none(), "broken on purpose");
}

/// Says what it should not, everywhere that it can.
#[testfiesta::case("SHOP-3")]
fn may_leak() -> Result<(), String> {
    match env::var("END_TO_END_LEAK") {
        Ok(secret) => panic!("the key is {secret}, in {secret:?}"),
        Err(_) => Ok(()),
    }
}

testfiesta::main!();
