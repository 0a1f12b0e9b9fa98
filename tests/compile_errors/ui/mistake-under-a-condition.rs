#[testfiesta::case("TC 1")]
#[cfg(all())]
fn that_holds() {}

fn main() {}
