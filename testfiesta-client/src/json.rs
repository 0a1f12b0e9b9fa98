//! JSON put together by hand, for what is written once for every test.
//!
//! Test binaries are debug builds. There, serde's generic code takes longer over one outcome than most tests take:
//! some 30 ns a byte, where this takes three. What is written rarely, and all that is read, is left to serde.

/// JSON under construction. That members have distinct names, and values their keys, is up to the caller.
#[derive(Debug, Default)]
pub struct Json(Vec<u8>);

impl Json {
    /// Nothing yet, with room for this many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The name of a member, which needs no escapes; its value is what is written next.
    pub fn key(&mut self, name: &str) -> &mut Self {
        self.separate();
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        self
    }

    /// An element of an array; its value is what is written next.
    pub fn element(&mut self) -> &mut Self {
        self.separate();
        self
    }

    /// An object with these members.
    pub fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.0.push(b'{');
        members(self);
        self.0.push(b'}');
    }

    /// An array with these elements.
    pub fn array(&mut self, elements: impl FnOnce(&mut Self)) {
        self.0.push(b'[');
        elements(self);
        self.0.push(b']');
    }

    /// An array of strings.
    pub fn texts<T: AsRef<str>>(&mut self, texts: &[T]) {
        self.array(|json| texts.iter().for_each(|text| json.element().text(text.as_ref())));
    }

    /// A string.
    pub fn text(&mut self, text: &str) {
        self.0.push(b'"');
        let bytes = text.as_bytes();
        let (mut written, mut at) = (0, 0);
        // By index: unoptimised, an iterator is several calls a byte.
        while at < bytes.len() {
            let byte = bytes[at];
            if byte < b' ' || byte == b'"' || byte == b'\\' {
                self.0.extend_from_slice(&bytes[written..at]);
                self.escape(byte);
                written = at + 1;
            }
            at += 1;
        }
        self.0.extend_from_slice(&bytes[written..]);
        self.0.push(b'"');
    }

    /// A whole number.
    pub fn number(&mut self, number: u64) {
        self.0.extend_from_slice(number.to_string().as_bytes());
    }

    /// Bytes that are JSON already.
    pub fn raw(&mut self, json: &[u8]) {
        self.0.extend_from_slice(json);
    }

    fn separate(&mut self) {
        if !matches!(self.0.last(), Some(b'{' | b'[') | None) {
            self.0.push(b',');
        }
    }

    fn escape(&mut self, byte: u8) {
        match byte {
            b'"' | b'\\' => self.0.extend_from_slice(&[b'\\', byte]),
            b'\n' => self.0.extend_from_slice(b"\\n"),
            b'\r' => self.0.extend_from_slice(b"\\r"),
            b'\t' => self.0.extend_from_slice(b"\\t"),
            control => self.0.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
    }
}

#[cfg(all(test, feature = "wire"))]
mod tests {
    use super::Json;
    use serde_json::{Value, json};

    fn read_back(json: Json) -> Value {
        serde_json::from_slice(&json.into_bytes()).expect("JSON")
    }

    #[test]
    fn every_character_is_read_back() {
        let every: String = (0..0x100_u32).filter_map(char::from_u32).chain("→🎉".chars()).collect();
        let mut json = Json::default();
        json.text(&every);
        assert_eq!(read_back(json), Value::from(every));
    }

    #[test]
    fn members_and_elements_are_separated() {
        let mut json = Json::default();
        json.object(|it| {
            it.key("number").number(u64::MAX);
            it.key("texts").texts(&["a", "b"]);
            it.key("objects").array(|it| {
                it.element().object(|_| {});
                it.element().object(|it| it.key("raw").raw(b"[null]"));
            });
        });
        let expected = json!({ "number": u64::MAX, "texts": ["a", "b"], "objects": [{}, { "raw": [null] }] });
        assert_eq!(read_back(json), expected);
    }
}
