//! What a test process must not be given.

#[testfiesta::case("ENV-1")]
fn there_is_no_token() {
    assert!(std::env::vars().all(|(name, _)| !name.ends_with("_TOKEN") || !name.starts_with("TEST")));
}

testfiesta::main!();
