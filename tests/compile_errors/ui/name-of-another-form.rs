#[testfiesta::case(name = 1)]
fn number() {}

#[testfiesta::case(name = b"Adds an item")]
fn byte_string() {}

#[testfiesta::case(name = NAME)]
fn constant() {}

#[testfiesta::case(name("Adds an item"))]
fn in_parentheses() {}

#[testfiesta::case(name)]
fn alone() {}

#[testfiesta::case(name =)]
fn without_value() {}

const NAME: &str = "Adds an item";

fn main() {
    let _ = NAME;
}
