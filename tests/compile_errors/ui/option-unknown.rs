#[testfiesta::case("TC-123", nmae = "Adds an item")]
fn misspelt() {}

#[testfiesta::case("TC-123", priority = 1)]
fn unheard_of() {}

#[testfiesta::case(ids("TC-1", "TC-2"))]
fn a_list() {}

fn main() {}
