//! A target that does without the standard library, as embedded crates do.

#![no_std]

#[testfiesta::case]
fn adds() {
    assert_eq!(1 + 1, 2);
}

#[testfiesta::case]
async fn waits() {
    core::future::ready(()).await;
}

testfiesta::main!();
