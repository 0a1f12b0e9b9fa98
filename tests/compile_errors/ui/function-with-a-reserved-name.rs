#[testfiesta::case("TC-1")]
fn __testfiesta_run() -> Result<(), String> {
    Ok(())
}

#[testfiesta::case("TC-2")]
#[allow(non_snake_case)]
fn __TESTFIESTA_CASE() {}

fn main() {}
