#[testfiesta::case("TC-123")]
extern "C" fn adds_an_item() {}

fn main() {}
