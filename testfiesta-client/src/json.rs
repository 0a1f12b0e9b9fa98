//! JSON by way of `format!`, for what is written once for every test.
//!
//! Test binaries are debug builds. There, serde's generic code takes longer over one outcome than most tests take, and
//! so does pushing piece after piece; `format!` runs in the standard library, which is optimised whatever the profile.
//! What is written rarely, and all that is read, is left to serde.

use std::fmt::{self, Display};

/// What `write` makes, with every string in it quoted as JSON wants it.
///
/// Nearly all strings look the same in JSON as under `{:?}`, which is the standard library's and quick. Where it escapes
/// anything there is a backslash, and then `write` is asked again to follow JSON's own rules.
pub fn json(write: impl Fn(Quoting) -> String) -> String {
    let quick = write(Quoting::Debug);
    if is_json(&quick) { quick } else { write(Quoting::Json) }
}

/// Whether `{:?}` escaped nothing in it.
fn is_json(quick: &str) -> bool {
    // Optimised, as are few things that look for a byte.
    !quick.as_bytes().contains(&b'\\')
}

/// A string as JSON.
pub fn text(text: &str) -> String {
    json(|quoting| quoting.text(text).to_string())
}

/// How strings are quoted in what [`json`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// As `{:?}` does.
    Debug,
    /// As JSON does.
    Json,
}

impl Quoting {
    /// A string, quoted.
    pub fn text(self, text: &str) -> Text<'_> {
        Text { text, quoting: self }
    }

    /// A further member of an object with a string for its value, comma first; nothing without one.
    pub fn member<'a>(self, name: &'static str, text: Option<&'a str>) -> Member<'a> {
        Member { name, text: text.map(|text| self.text(text)) }
    }

    /// A further member of an object with an array of strings for its value, comma first; nothing for an empty one.
    pub fn members<'a, T: AsRef<str>>(self, name: &'static str, texts: &'a [T]) -> Members<'a, T> {
        Members { name, texts, quoting: self }
    }
}

/// Made by [`Quoting::text`].
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    text: &'a str,
    quoting: Quoting,
}

/// Made by [`Quoting::member`].
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    name: &'static str,
    text: Option<Text<'a>>,
}

/// Made by [`Quoting::members`].
#[derive(Debug, Clone, Copy)]
pub struct Members<'a, T> {
    name: &'static str,
    texts: &'a [T],
    quoting: Quoting,
}

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quoting {
            Quoting::Debug => fmt::Debug::fmt(self.text, f),
            Quoting::Json => {
                // It is one of many that is escaped, such as a path on Windows.
                let quick = format!("{:?}", self.text);
                if is_json(&quick) { f.write_str(&quick) } else { escape(self.text, f) }
            }
        }
    }
}

fn escape(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let bytes = text.as_bytes();
    let (mut written, mut at) = (0, 0);
    f.write_str("\"")?;
    // By index: unoptimised, an iterator is several calls a byte.
    while at < bytes.len() {
        let byte = bytes[at];
        if byte < b' ' || byte == b'"' || byte == b'\\' {
            f.write_str(&text[written..at])?;
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
    f.write_str(&text[written..])?;
    f.write_str("\"")
}

impl Display for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            // Not by `write!`: it is code of ours that would put its pieces together.
            Some(text) => {
                f.write_str(",\"")?;
                f.write_str(self.name)?;
                f.write_str("\":")?;
                text.fmt(f)
            }
            None => Ok(()),
        }
    }
}

impl<T: AsRef<str>> Display for Members<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.texts.split_first() else { return Ok(()) };
        write!(f, ",\"{}\":[{}", self.name, self.quoting.text(first.as_ref()))?;
        for text in rest {
            write!(f, ",{}", self.quoting.text(text.as_ref()))?;
        }
        f.write_str("]")
    }
}

#[cfg(all(test, feature = "wire"))]
mod tests {
    use super::{Quoting, json, text};
    use serde_json::Value;

    fn read_back(json: &str) -> Value {
        serde_json::from_str(json).expect("JSON")
    }

    fn object(a: Option<&str>, b: &[&str]) -> Value {
        let write =
            |quoting: Quoting| format!("{{\"n\":1{}{}}}", quoting.member("a", a), quoting.members("b", b));
        read_back(&json(write))
    }

    #[test]
    fn every_character_is_read_back() {
        let every = (0..0x300_u32).chain(0x2000..0x2100).filter_map(char::from_u32).chain("→🎉".chars());
        for told in every.flat_map(|character| [character.to_string(), format!("a{character}b")]) {
            assert_eq!(read_back(&text(&told)), Value::from(told));
        }
    }

    #[test]
    fn one_string_that_is_escaped_spoils_no_other() {
        let expected = serde_json::json!({ "n": 1, "a": "x\ty", "b": ["y\"", "z"] });
        assert_eq!(object(Some("x\ty"), &["y\"", "z"]), expected);
    }

    #[test]
    fn what_is_not_there_is_no_member() {
        assert_eq!(object(None, &[]), serde_json::json!({ "n": 1 }));
    }
}
