//! The secret that identifies the caller.

use std::fmt;

use crate::Error;

/// An API key. Shows itself nowhere: `Debug` hides it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Box<str>);

impl Token {
    /// The token with this text; white space around it (the line break at the end of a file) is left out.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for one that is empty or that no HTTP header can carry. The error does not hold it.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Error> {
        let text = text.as_ref().trim();
        if text.is_empty() {
            return Err(Error::setting("the token is empty"));
        }
        if let Some(at) = text.find(|c: char| !c.is_ascii_graphic()) {
            return Err(Error::setting(format!(
                "the token has a character at byte {at} that is no visible ASCII character; copy it again"
            )));
        }
        Ok(Self(text.into()))
    }

    /// The secret itself, to store it or to look for it in what must not hold it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text with every occurrence of the token struck out, also as JSON spells it.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        let json_escaped = self.0.replace('\\', "\\\\").replace('"', "\\\"").replace('/', "\\/");
        text.replace(&*self.0, "***").replace(&json_escaped, "***")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn debug_hides_the_secret() {
        assert_eq!(format!("{:?}", Some(Token::new("testfiesta_abc").unwrap())), "Some(Token(***))");
    }

    #[test]
    fn a_line_break_at_the_end_is_no_part_of_it() {
        assert_eq!(Token::new("testfiesta_abc\n").unwrap().expose(), "testfiesta_abc");
    }

    #[test]
    fn an_empty_one_is_refused() {
        assert_eq!(Token::new(" \n").unwrap_err().to_string(), "the token is empty");
    }

    #[test]
    fn one_that_no_header_can_carry_is_refused_without_showing_it() {
        for text in ["sec\nret", "secr\u{e9}t", "sec ret"] {
            let error = Token::new(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("sec"), "{error:?}");
        }
    }

    #[test]
    fn is_struck_out_of_texts_as_json_spells_it_too() {
        let token = Token::new("a/b\"c").unwrap();
        assert_eq!(token.scrub(r#"plain a/b"c, escaped a\/b\"c"#), "plain ***, escaped ***");
    }
}
