#[ignore]
#[testfiesta::case("TC-123")]
#[ignore = "needs a database"]
fn adds_an_item() {}

fn main() {}
