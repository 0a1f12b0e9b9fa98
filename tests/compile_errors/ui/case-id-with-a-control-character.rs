#[testfiesta::case("TC-123\u{7}")]
fn adds_an_item() {}

fn main() {}
