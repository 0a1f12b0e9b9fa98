#[testfiesta::case("TC-1")]
fn with_a_type<T>() {}

#[testfiesta::case("TC-2")]
fn with_a_lifetime<'a>() {}

#[testfiesta::case("TC-3")]
fn with_a_constant<const N: usize>() {}

fn main() {}
