#[testfiesta::case(should_panic)]
fn refuses() {}

#[testfiesta::case("TC-123", should_panic(expected = "boom"))]
fn refuses_loudly() {}

#[testfiesta::case(ignore = "slow")]
fn ignored() {}

fn main() {}
