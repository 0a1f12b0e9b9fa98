#[testfiesta::case("TC-123", retries = -1)]
fn below_zero() {}

fn main() {}
