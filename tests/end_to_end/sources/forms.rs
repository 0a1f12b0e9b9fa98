//! Every form of a test, each with what becomes of it in its name.

use std::{error::Error, fmt};

/// An item lands in the cart.
///
/// Even the second time.
#[testfiesta::case("TC-1", name = "Adds an item", tags("smoke", "cart"))]
fn passes() {}

#[testfiesta::case("TC-2")]
fn fails() {
    assert_eq!(1 + 1, 3, "the sum");
}

#[testfiesta::case("TC-3", "TC-4")]
fn passes_with_two_ids() {}

#[testfiesta::case("TC-5", "TC-6")]
fn fails_with_two_ids() {
    panic!("both are told");
}

#[testfiesta::case]
fn passes_without_id() {}

#[testfiesta::case(name = "Named, but not numbered", tags("draft"))]
fn fails_without_id() {
    panic!("without an id");
}

#[testfiesta::case("TC-7")]
#[ignore]
fn skipped() {
    panic!("never run");
}

#[ignore = "needs a printer"]
#[testfiesta::case("TC-8")]
fn skipped_for_a_reason() {
    panic!("never run");
}

#[testfiesta::case("TC-9")]
#[should_panic]
fn passes_with_any_panic() {
    panic!("at the disco");
}

#[testfiesta::case("TC-10")]
#[should_panic(expected = "boom")]
fn passes_with_the_expected_panic() {
    panic!("a big boom indeed");
}

#[should_panic(expected = "boom")]
#[testfiesta::case("TC-11")]
fn fails_with_another_panic() {
    panic!("bang");
}

#[testfiesta::case("TC-12")]
#[should_panic]
fn fails_without_the_panic() {}

#[testfiesta::case("TC-13")]
#[should_panic(expected = "boom")]
fn fails_with_a_panic_without_text() {
    std::panic::panic_any(7_u32);
}

#[testfiesta::case("TC-14")]
async fn passes_async() {
    std::future::ready(()).await;
}

#[testfiesta::case("TC-15")]
async fn fails_async() {
    std::future::ready(()).await;
    panic!("after the wait");
}

#[testfiesta::case("TC-16")]
async fn fails_async_with_an_error() -> Result<(), String> {
    Err("no answer".to_owned())
}

#[testfiesta::case("TC-17")]
#[should_panic(expected = "async boom")]
async fn passes_async_with_the_expected_panic() {
    panic!("async boom");
}

#[testfiesta::case("TC-18")]
#[ignore = "async, later"]
async fn skipped_async() {
    panic!("never run");
}

#[testfiesta::case("TC-19")]
fn passes_with_a_result() -> Result<(), Box<dyn Error>> {
    "12".parse::<u8>()?;
    Ok(())
}

#[testfiesta::case("TC-20")]
fn fails_with_a_boxed_error() -> Result<(), Box<dyn Error + Send + Sync>> {
    "twelve".parse::<u8>()?;
    Ok(())
}

/// Shows its cause in `Debug`, as `anyhow::Error` does.
struct Chain(&'static str, &'static str);

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\nCaused by:\n    {}", self.0, self.1)
    }
}

#[testfiesta::case("TC-21")]
fn fails_with_an_error_of_its_own() -> Result<(), Chain> {
    Err(Chain("no checkout", "the card was refused"))
}

#[testfiesta::case("TC-22")]
fn fails_with_a_panic_without_any_text() {
    std::panic::panic_any(7_u32);
}

#[testfiesta::case("TC-23")]
fn r#match() {}

#[testfiesta::case("TC-24")]
fn größe_ändern() {}

#[testfiesta::case("ÄÖ-24/b.1:2_#3")]
fn passes_with_a_strange_id() {}

#[testfiesta::case("TC-25")]
fn fails_in_unicode() {
    panic!("10 € ≠ 10 £ \u{1f6d2}\n\tsecond line \"quoted\"");
}

mod deep {
    #[testfiesta::case("TC-26")]
    fn passes() {}

    pub(crate) mod r#type {
        #[testfiesta::case]
        fn fails_without_id() {
            panic!("deep down");
        }
    }
}

testfiesta::main!();
