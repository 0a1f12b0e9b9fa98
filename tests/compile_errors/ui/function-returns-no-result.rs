#[testfiesta::case("TC-1")]
fn number() -> u32 {
    1
}

#[testfiesta::case("TC-2")]
fn result_with_a_value() -> Result<u32, String> {
    Ok(1)
}

#[testfiesta::case("TC-3")]
async fn asynchronous() -> bool {
    true
}

struct Opaque;

#[testfiesta::case("TC-4")]
fn error_without_debug() -> Result<(), Opaque> {
    Err(Opaque)
}

fn main() {}
