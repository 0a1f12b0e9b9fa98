#[testfiesta::case("TC-1", testsigma("WEB-9"))]
fn in_a_list() {}

#[testfiesta::case("TC-1", testsigma = 9)]
fn a_number() {}

fn main() {}
