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

/// A further member of an object with a string for its value, comma first; nothing without one.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a>(pub &'static str, pub Option<&'a str>);

impl Display for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some(text) => write!(f, ",\"{}\":{}", self.0, Text(text)),
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
        let every: String = (0..0x100_u32).filter_map(char::from_u32).chain("→🎉".chars()).collect();
        assert_eq!(read_back(&Text(&every).to_string()), Value::from(every));
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
