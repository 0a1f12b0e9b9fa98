#[testfiesta::case("TC-1", "TC-2", "TC-1")]
fn adds_an_item() {}

fn main() {}
