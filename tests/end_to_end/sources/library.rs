//! A library with a case that no test target mentions.

/// An answer.
pub fn answer() -> u32 {
    42
}

#[testfiesta::case("LIBRARY-1")]
fn left_behind() {
    assert_eq!(answer(), 42);
}
