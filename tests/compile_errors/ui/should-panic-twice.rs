#[should_panic]
#[testfiesta::case("TC-123")]
#[should_panic(expected = "boom")]
fn adds_an_item() {}

fn main() {}
