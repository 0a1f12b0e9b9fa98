#[testfiesta::case(name = "Adds an item", name = "Adds two")]
fn name() {}

#[testfiesta::case(tags("smoke"), tags("api"))]
fn tags() {}

#[testfiesta::case(crate = testfiesta, crate = testfiesta)]
fn krate() {}

fn main() {}
