#[testfiesta::case("TC-123", serial = "")]
fn empty() {}

#[testfiesta::case("TC-123", serial = " ")]
fn blank() {}

fn main() {}
