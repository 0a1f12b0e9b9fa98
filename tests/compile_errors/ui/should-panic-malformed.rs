#[testfiesta::case("TC-1")]
#[should_panic(expect = "boom")]
fn misspelt() {}

#[testfiesta::case("TC-2")]
#[should_panic("boom")]
fn without_expected() {}

#[testfiesta::case("TC-3")]
#[should_panic(expected = 1)]
fn number() {}

#[testfiesta::case("TC-4")]
#[should_panic()]
fn empty_parentheses() {}

fn main() {}
