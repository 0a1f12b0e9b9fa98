#[testfiesta::case("TC-123", flavor = "multi_thread")]
fn waits() {}

fn main() {}
