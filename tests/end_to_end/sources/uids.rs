//! Ids that end in the numbers of cases. A fresh project numbers its cases from 1.

#[testfiesta::case("UID-1")]
fn passes() {}

#[testfiesta::case("UID-2")]
fn fails() {
    panic!("told by number");
}

#[testfiesta::case("UID-3")]
#[ignore = "by number"]
fn is_ignored() {}

#[testfiesta::case("UID-999")]
fn is_unknown() {}

#[testfiesta::case("without-number")]
fn has_no_number() {}

#[testfiesta::case]
fn has_no_id() {}

testfiesta::main!();
