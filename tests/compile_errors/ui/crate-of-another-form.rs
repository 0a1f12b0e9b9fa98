#[testfiesta::case(crate = "testfiesta")]
fn string() {}

#[testfiesta::case(crate)]
fn alone() {}

fn main() {}
