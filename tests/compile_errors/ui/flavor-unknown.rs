#[testfiesta::case("TC-123", flavor = "multi-thread")]
async fn hyphenated() {}

fn main() {}
