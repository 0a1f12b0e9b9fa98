#[testfiesta::case(timeout = 30)]
fn number() {}

#[testfiesta::case(timeout = 30s)]
fn number_with_a_unit() {}

#[testfiesta::case(timeout)]
fn alone() {}

fn main() {}
