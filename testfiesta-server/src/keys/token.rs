//! The text of an API key: `testfiesta_`, 32 hex digits that name it, a dot, 32 hex digits that prove it.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::random;

const PREFIX: &str = "testfiesta_";

/// An API key in full. It exists only while it is made or presented: the store holds the name and a hash.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// A new key from 32 random bytes.
    pub(super) fn generate() -> Self {
        Self(format!("{PREFIX}{}.{}", random::hex32(), random::hex32()))
    }

    /// Reads what a caller presented; `None` when it does not have the shape of a key.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (public, secret) = text.strip_prefix(PREFIX)?.split_once('.')?;
        (is_hex32(public) && is_hex32(secret)).then(|| Self(text.to_owned()))
    }

    /// The key itself, to be shown once to the one who asked for it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(super) fn public(&self) -> &str {
        &self.0[PREFIX.len()..PREFIX.len() + 32]
    }

    /// The secret half is 16 random bytes: a plain hash cannot be searched back, and is quick on every request.
    pub(super) fn secret_hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0[PREFIX.len() + 33..]).into()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({PREFIX}{}.…)", self.public())
    }
}

fn is_hex32(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_reads_back() {
        let key = ApiKey::generate();
        assert_eq!(ApiKey::parse(key.reveal()), Some(key));
    }

    #[test]
    fn debug_holds_no_secret() {
        let key = ApiKey::generate();
        let secret = key.reveal().split_once('.').unwrap().1;
        assert!(!format!("{key:?}").contains(secret));
    }

    #[test]
    fn what_is_not_shaped_like_a_key_is_none() {
        let half = "0123456789abcdef0123456789abcdef";
        for text in
            ["", "testfiesta_", half, &format!("testfiesta_{half}"), &format!("testfiesta_{half}.{half}0")]
        {
            assert_eq!(ApiKey::parse(text), None, "{text}");
        }
    }
}
