#[testfiesta::case(retries = "2")]
fn string() {}

#[testfiesta::case(retries = 0.5)]
fn fraction() {}

#[testfiesta::case(retries = true)]
fn boolean() {}

#[testfiesta::case(retries(2))]
fn in_parentheses() {}

fn main() {}
