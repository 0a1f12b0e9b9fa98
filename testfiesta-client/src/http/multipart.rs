//! Bodies of `multipart/form-data` (RFC 7578), held in memory so that they can be sent again.

/// A form under construction.
#[derive(Debug)]
pub(crate) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    pub(crate) fn new() -> Self {
        // Of 128 random bits none that occur in the parts.
        Self { boundary: format!("testfiesta-{:032x}", fastrand::u128(..)), body: Vec::new() }
    }

    /// Adds a part of text.
    pub(crate) fn text(self, name: &str, content: &str) -> Self {
        self.part(&format!("form-data; name=\"{}\"", quoted(name)), None, content.as_bytes())
    }

    /// Adds a file.
    pub(crate) fn file(self, name: &str, file_name: &str, content_type: &str, content: &[u8]) -> Self {
        let disposition = format!("form-data; name=\"{}\"; filename=\"{}\"", quoted(name), quoted(file_name));
        self.part(&disposition, Some(content_type), content)
    }

    /// The content type and the body.
    pub(crate) fn finish(mut self) -> (String, Vec<u8>) {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.body)
    }

    fn part(mut self, disposition: &str, content_type: Option<&str>, content: &[u8]) -> Self {
        let content_type = content_type.map(|it| format!("Content-Type: {}\r\n", one_line(it)));
        let head = format!(
            "--{}\r\nContent-Disposition: {disposition}\r\n{}\r\n",
            self.boundary,
            content_type.unwrap_or_default()
        );
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }
}

/// A name between quotes, escaped as browsers do it.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn one_line(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn parts_stand_between_boundaries() {
        let (content_type, body) =
            Form::new().text("data", "{}").file("log", "a\"b.txt", "text/plain", b"\0x").finish();
        let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{{}}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"log\"; filename=\"a%22b.txt\"\r\n\
             Content-Type: text/plain\r\n\r\n\0x\r\n--{boundary}--\r\n"
        );
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }
}
