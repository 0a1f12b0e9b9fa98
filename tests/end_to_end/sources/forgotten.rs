//! A target that lacks `harness = false`.

#[testfiesta::case("FORGOTTEN-1")]
fn passes() {}

#[testfiesta::case("FORGOTTEN-2")]
fn fails() {
    panic!("under libtest");
}

#[testfiesta::case("FORGOTTEN-3")]
#[should_panic(expected = "boom")]
fn panics() {
    panic!("boom");
}

#[testfiesta::case("FORGOTTEN-4")]
async fn waits() {
    std::future::ready(()).await;
}

testfiesta::main!();
