#[testfiesta::case("TC-123", timeout = "5M")]
fn shouted() {}

#[testfiesta::case("TC-123", timeout = "1d")]
fn days() {}

fn main() {}
