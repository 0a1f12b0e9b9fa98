#[testfiesta::case(name = "Adds an item", "TC-123")]
fn adds_an_item() {}

fn main() {}
