//! Short names for texts, which files on disk go by.

/// A text in 16 characters (FNV-1a): the same ones on every machine and in every release, and other texts have others.
#[must_use]
pub fn short_name(text: &str) -> String {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, mix))
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn a_text_has_the_fingerprint_that_it_always_had() {
        let short_names = ["", "a", "foobar"].map(short_name);
        assert_eq!(short_names, ["cbf29ce484222325", "af63dc4c8601ec8c", "85944171f73967e8"]);
    }
}
