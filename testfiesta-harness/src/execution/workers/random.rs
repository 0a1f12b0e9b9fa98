//! Names and words that nobody can guess.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
};

/// Different for each process and call; the standard library seeds its hash maps from the system's randomness.
pub(super) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
