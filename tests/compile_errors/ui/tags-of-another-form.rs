#[testfiesta::case(tags("smoke", 2))]
fn number() {}

#[testfiesta::case(tags("smoke", api))]
fn without_quotes() {}

#[testfiesta::case(tags("smoke" "api"))]
fn without_a_comma() {}

#[testfiesta::case(tags())]
fn none() {}

#[testfiesta::case(tags = "smoke")]
fn assigned() {}

#[testfiesta::case(tags["smoke"])]
fn in_brackets() {}

fn main() {}
