#[testfiesta::case("TC-123", retries = 101)]
fn above_the_most() {}

fn main() {}
