#[testfiesta::case("TC-123", timeout = "0s")]
fn seconds() {}

#[testfiesta::case("TC-123", timeout = "0m 0s")]
fn parts() {}

fn main() {}
