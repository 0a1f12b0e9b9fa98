#[testfiesta::case(serial)]
fn alone() {}

#[testfiesta::case(serial = database)]
fn word() {}

fn main() {}
