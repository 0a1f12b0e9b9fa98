#[testfiesta::case("TC-123", timeout = "30")]
fn bare() {}

#[testfiesta::case("TC-123", timeout = "1m 30")]
fn after_another() {}

fn main() {}
