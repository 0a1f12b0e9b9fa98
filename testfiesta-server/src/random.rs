//! Random tokens from the operating system.

/// 32 lowercase hex digits: 128 bits that nobody can guess.
///
/// # Panics
///
/// When the operating system has no randomness to give: no key made then would be worth anything.
pub(crate) fn hex32() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    format!("{:032x}", u128::from_be_bytes(bytes))
}
