#[testfiesta::case("TC-1")]
#[ignore("needs a database")]
fn in_parentheses() {}

#[testfiesta::case("TC-2")]
#[ignore = 1]
fn number() {}

fn main() {}
