#[testfiesta::case("TC-1", "TC-2", testsigma = "WEB-9")]
fn adds() {}

fn main() {}
