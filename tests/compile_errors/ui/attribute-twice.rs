use testfiesta::case;

#[testfiesta::case("TC-1")]
#[testfiesta::case("TC-2")]
fn by_its_path() {}

#[case("TC-1")]
#[case("TC-2")]
fn by_its_import() {}

fn main() {}
