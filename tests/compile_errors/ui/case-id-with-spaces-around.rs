#[testfiesta::case(" TC-123\t")]
fn adds_an_item() {}

fn main() {}
