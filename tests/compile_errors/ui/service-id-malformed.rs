#[testfiesta::case("TC-1", testsigma = "WEB 9")]
fn with_a_space() {}

#[testfiesta::case(testfiesta = "")]
fn empty() {}

fn main() {}
