#[testfiesta::case(123)]
fn number() {}

#[testfiesta::case(-123)]
fn negative_number() {}

#[testfiesta::case(b"TC-123")]
fn byte_string() {}

#[testfiesta::case(c"TC-123")]
fn c_string() {}

#[testfiesta::case('T')]
fn char() {}

#[testfiesta::case(true)]
fn bool() {}

fn main() {}
