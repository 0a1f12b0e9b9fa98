#[testfiesta::case(TC-123)]
fn adds_an_item() {}

fn main() {}
