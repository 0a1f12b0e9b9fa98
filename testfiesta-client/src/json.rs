//! JSON by way of `format!`, for what is written once for every test.
//!
//! Test binaries are debug builds. There, serde's generic code takes longer over one outcome than most tests take, and
//! so does pushing piece after piece; `format!` runs in the standard library, which is optimised whatever the profile.
//! What is written rarely, and all that is read, is left to serde.

use std::fmt::{self, Display};

/// A string, quoted and escaped.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a>(pub &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_debug_between_quotes(self.0) {
            return fmt::Debug::fmt(self.0, f);
        }
        let bytes = self.0.as_bytes();
        let (mut written, mut at) = (0, 0);
        f.write_str("\"")?;
        // By index: unoptimised, an iterator is several calls a byte.
        while at < bytes.len() {
            let byte = bytes[at];
            if byte < b' ' || byte == b'"' || byte == b'\\' {
                f.write_str(&self.0[written..at])?;
                match byte {
                    b'"' => f.write_str("\\\"")?,
                    b'\\' => f.write_str("\\\\")?,
                    b'\n' => f.write_str("\\n")?,
                    control => write!(f, "\\u{control:04x}")?,
                }
                written = at + 1;
            }
            at += 1;
        }
        f.write_str(&self.0[written..])?;
        f.write_str("\"")
    }
}

/// Whether `{:?}` escapes nothing of it. Then JSON does not either, and both are the text in quotes: what looks at
/// each byte is the standard library, several times as fast as code of ours would be without optimisation.
fn is_debug_between_quotes(text: &str) -> bool {
    /// How many pieces were written: a quote, the text, a quote, and more with each escape.
    struct Pieces(usize);

    impl fmt::Write for Pieces {
        fn write_str(&mut self, _: &str) -> fmt::Result {
            self.0 += 1;
            Ok(())
        }
        fn write_char(&mut self, _: char) -> fmt::Result {
            self.0 += 1;
            Ok(())
        }
    }

    let mut pieces = Pieces(0);
    fmt::write(&mut pieces, format_args!("{text:?}")).is_ok() && pieces.0 <= 3
}

/// A further member of an object with a string for its value, comma first; nothing without one.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a>(pub &'static str, pub Option<&'a str>);

impl Display for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            // Not by `write!`: it is code of ours that would put its pieces together.
            Some(text) => {
                f.write_str(",\"")?;
                f.write_str(self.0)?;
                f.write_str("\":")?;
                Text(text).fmt(f)
            }
            None => Ok(()),
        }
    }
}

/// A further member of an object with an array of strings for its value, comma first; nothing for an empty one.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a, T>(pub &'static str, pub &'a [T]);

impl<T: AsRef<str>> Display for Members<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.1.split_first() else { return Ok(()) };
        write!(f, ",\"{}\":[{}", self.0, Text(first.as_ref()))?;
        for text in rest {
            write!(f, ",{}", Text(text.as_ref()))?;
        }
        f.write_str("]")
    }
}

#[cfg(all(test, feature = "wire"))]
mod tests {
    use super::{Member, Members, Text};
    use serde_json::{Value, json};

    fn read_back(json: &str) -> Value {
        serde_json::from_str(json).expect("JSON")
    }

    #[test]
    fn every_character_is_read_back() {
        let every = (0..0x300_u32).chain(0x2000..0x2100).filter_map(char::from_u32).chain("→🎉".chars());
        for text in every.flat_map(|character| [character.to_string(), format!("a{character}b")]) {
            assert_eq!(read_back(&Text(&text).to_string()), Value::from(text));
        }
    }

    #[test]
    fn members_follow_one_another() {
        let json = format!("{{\"n\":1{}{}}}", Member("a", Some("x\ty")), Members("b", &["y", "z"]));
        assert_eq!(read_back(&json), json!({ "n": 1, "a": "x\ty", "b": ["y", "z"] }));
    }

    #[test]
    fn what_is_not_there_is_no_member() {
        let json = format!("{{\"n\":1{}{}}}", Member("a", None), Members::<&str>("b", &[]));
        assert_eq!(read_back(&json), json!({ "n": 1 }));
    }
}
