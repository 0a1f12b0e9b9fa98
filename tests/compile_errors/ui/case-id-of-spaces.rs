#[testfiesta::case(" ")]
fn adds_an_item() {}

fn main() {}
