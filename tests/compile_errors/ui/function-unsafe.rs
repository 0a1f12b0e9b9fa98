#[testfiesta::case("TC-123")]
unsafe fn adds_an_item() {}

fn main() {}
