//! A trait for all types, whose methods have names that ours have, or might have.

trait Everything {
    fn chain(&self) {}
    fn into_returned(&self) {}
    fn clone(&self) {}
}

impl<T: ?Sized> Everything for T {}

#[testfiesta::case("TC-1")]
fn returns() -> Result<(), String> {
    Ok(())
}

#[testfiesta::case("TC-2")]
async fn returns_later() -> Result<(), Box<dyn std::error::Error>> {
    Ok(())
}

#[testfiesta::case("TC-3", name = "Adds an item", tags("smoke"), timeout = "1s", retries = 1)]
fn with_options() {}

fn main() {
    Everything::chain(&());
    Everything::into_returned(&());
    Everything::clone(&());
}
