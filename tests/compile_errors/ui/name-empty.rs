#[testfiesta::case("TC-123", name = "")]
fn empty() {}

#[testfiesta::case("TC-123", name = " ")]
fn blank() {}

fn main() {}
