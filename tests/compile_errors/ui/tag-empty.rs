#[testfiesta::case("TC-123", tags("smoke", ""))]
fn adds_an_item() {}

fn main() {}
