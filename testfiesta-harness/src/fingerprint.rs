//! What a process is told of a token that it is to hide, and not to have.
//!
//! Tests need no token, and find none in their environment. One of them may come by it all the same, as from a file, and
//! print it. From the fingerprint it is known when it is seen. That gives away 64 bits of what has some 250 random ones.

use std::{env, fmt};

/// The variable that holds the fingerprints of tokens that were taken out of a process's environment.
pub const FINGERPRINTS: &str = "TESTFIESTA_FINGERPRINTS";

/// Any odd number would do. It is part of what the subcommand and test binaries of other versions understand.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The length and a hash of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// In bytes.
    length: usize,
    hash: u64,
}

impl Fingerprint {
    pub(crate) fn of(text: &str) -> Self {
        Self { length: text.len(), hash: text.bytes().fold(0, step) }
    }

    /// The text with `other` in the place of whatever has this fingerprint, if anything has.
    pub(crate) fn replaced(self, text: &str, other: &str) -> Option<String> {
        let (mut replaced, mut rest) = (String::new(), text);
        while let Some(at) = self.find(rest) {
            replaced.push_str(&rest[..at]);
            replaced.push_str(other);
            rest = &rest[at + self.length..];
        }
        (rest.len() < text.len()).then(|| replaced + rest)
    }

    /// Rabin and Karp's search: the hash goes along with the text, a byte at a time.
    fn find(self, text: &str) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut hash = bytes.get(..self.length)?.iter().copied().fold(0, step);
        let weight_of_first = (0..self.length).fold(1_u64, |weight, _| weight.wrapping_mul(FACTOR));
        let mut at = 0;
        loop {
            let end = at + self.length;
            if hash == self.hash && text.is_char_boundary(at) && text.is_char_boundary(end) {
                return Some(at);
            }
            let leaving = u64::from(bytes[at]).wrapping_mul(weight_of_first);
            hash = step(hash, *bytes.get(end)?).wrapping_sub(leaving);
            at += 1;
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (length, hash) = text.split_once('-')?;
        let length = length.parse().ok().filter(|length| *length > 0)?;
        Some(Self { length, hash: u64::from_str_radix(hash, 16).ok()? })
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:016x}", self.length, self.hash)
    }
}

fn step(hash: u64, byte: u8) -> u64 {
    hash.wrapping_mul(FACTOR).wrapping_add(byte.into())
}

/// Those that this process was told of.
pub(crate) fn told() -> Vec<Fingerprint> {
    let told = env::var(FINGERPRINTS).unwrap_or_default();
    told.split(',').filter_map(Fingerprint::parse).collect()
}

/// As [`FINGERPRINTS`] holds them.
pub(crate) fn text(fingerprints: &[Fingerprint]) -> String {
    fingerprints.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "testfiesta_0123456789abcdef.fedcba9876543210";

    fn replaced(text: &str) -> Option<String> {
        Fingerprint::of(TOKEN).replaced(text, "[hidden]")
    }

    #[test]
    fn a_text_is_found_by_its_fingerprint_wherever_it_stands() {
        let text = format!("{TOKEN}, “{TOKEN}”: {TOKEN}{TOKEN}");
        assert_eq!(replaced(&text).as_deref(), Some("[hidden], “[hidden]”: [hidden][hidden]"));
    }

    #[test]
    fn other_texts_are_left_alone() {
        for text in ["", "short", &TOKEN[1..], &TOKEN.replace('f', "g"), &"“”".repeat(100)] {
            assert_eq!(replaced(text), None, "{text}");
        }
    }

    #[test]
    fn fingerprints_are_read_as_they_are_written() {
        let fingerprint = Fingerprint::of(TOKEN);
        assert_eq!(Fingerprint::parse(&fingerprint.to_string()), Some(fingerprint));
        for text in ["", "7", "0-0", "x-0", "7-x"] {
            assert_eq!(Fingerprint::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_fingerprint_is_the_same_in_each_version() {
        assert_eq!(Fingerprint::of("testfiesta").to_string(), "10-fbcf0742dc1dee3c");
    }
}
