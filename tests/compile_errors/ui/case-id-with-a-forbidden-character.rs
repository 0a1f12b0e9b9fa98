#[testfiesta::case("TC-1,TC-2")]
fn adds_an_item() {}

fn main() {}
