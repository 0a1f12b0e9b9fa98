//! JSON put together piece by piece, for what is written once for every test.
//!
//! Test binaries are debug builds. There, serde's generic code takes longer over one outcome than most tests take. What
//! does the work here, string formatting above all, lies in the standard library, which is optimised whatever the
//! profile. What is written rarely, and all that is read, is left to serde.

use std::fmt::{Display, Write};

/// JSON in the making.
#[derive(Debug, Default)]
pub struct Json(String);

impl Json {
    /// Nothing yet, and room for this many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// Punctuation and names: what needs no escaping.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.0.push_str(json);
        self
    }

    /// A value whose display is its JSON, as that of a number.
    pub fn value(&mut self, value: impl Display) -> &mut Self {
        write!(self.0, "{value}").expect("a string takes everything");
        self
    }

    /// A string, quoted and escaped.
    pub fn text(&mut self, text: &str) -> &mut Self {
        let start = self.0.len();
        // Mostly there is nothing to escape: then this added two quotes, and is JSON.
        write!(self.0, "{text:?}").expect("a string takes everything");
        if self.0.len() - start != text.len() + 2 {
            self.0.truncate(start);
            self.escaped(text);
        }
        self
    }

    /// A further member with a string for its value, comma first; nothing without one.
    pub fn member(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.name(name).text(text),
            None => self,
        }
    }

    /// A further member with an array of strings for its value, comma first; nothing for an empty one.
    pub fn members(&mut self, name: &str, texts: &[impl AsRef<str>]) -> &mut Self {
        let Some((first, rest)) = texts.split_first() else { return self };
        self.name(name).raw("[").text(first.as_ref());
        for text in rest {
            self.raw(",").text(text.as_ref());
        }
        self.raw("]")
    }

    /// All of it.
    pub fn into_text(self) -> String {
        self.0
    }

    fn name(&mut self, name: &str) -> &mut Self {
        self.raw(",\"").raw(name).raw("\":")
    }

    fn escaped(&mut self, text: &str) {
        self.0.push('"');
        let mut written = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte < b' ' || byte == b'"' || byte == b'\\' {
                self.0.push_str(&text[written..at]);
                match byte {
                    b'"' => self.0.push_str("\\\""),
                    b'\\' => self.0.push_str("\\\\"),
                    b'\n' => self.0.push_str("\\n"),
                    control => write!(self.0, "\\u{control:04x}").expect("a string takes everything"),
                }
                written = at + 1;
            }
        }
        self.0.push_str(&text[written..]);
        self.0.push('"');
    }
}

#[cfg(all(test, feature = "wire"))]
mod tests {
    use super::Json;
    use serde_json::{Value, json};

    fn read_back(json: Json) -> Value {
        serde_json::from_str(&json.into_text()).expect("JSON")
    }

    fn text(text: &str) -> Value {
        let mut json = Json::default();
        json.text(text);
        read_back(json)
    }

    #[test]
    fn every_character_is_read_back() {
        for character in (0..0x300_u32).chain(0x2000..0x2100).filter_map(char::from_u32).chain("→🎉".chars())
        {
            let one = format!("a{character}b");
            assert_eq!(text(&one), Value::from(one));
        }
    }

    #[test]
    fn a_text_that_needs_no_escaping_is_as_it_was() {
        assert_eq!(text("tests/cart.rs:3:4 – l’été"), "tests/cart.rs:3:4 – l’été");
    }

    #[test]
    fn members_follow_one_another() {
        let mut json = Json::default();
        json.raw("{\"n\":").value(1).member("a", Some("x\ty")).members("b", &["y", "z"]).raw("}");
        assert_eq!(read_back(json), json!({ "n": 1, "a": "x\ty", "b": ["y", "z"] }));
    }

    #[test]
    fn what_is_not_there_is_no_member() {
        let mut json = Json::default();
        json.raw("{\"n\":").value(1).member("a", None).members("b", &[] as &[&str]).raw("}");
        assert_eq!(read_back(json), json!({ "n": 1 }));
    }
}
