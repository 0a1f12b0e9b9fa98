//! The words in which a service says what is wrong.
//!
//! No error body is specified (contract, section 9), so any is understood: a JSON object, array or string, an HTML
//! or XML page, plain text, or nothing.

use serde_json::Value;

use super::json;

/// More than this would bury the line that it is shown in.
const MAX_CHARS: usize = 300;
/// Between one problem and the next.
const SEPARATOR: &str = "; ";

/// The reason that an error body gives, or nothing.
pub(super) fn reason(body: &str) -> String {
    let body = trimmed(body);
    let words = match json::read(body.as_bytes()) {
        Ok(json) => from_json(&json).unwrap_or_default(),
        // Storages answer XML with a `Message`.
        Err(_) if is_markup(body) => {
            element(body, "title").or_else(|| element(body, "message")).unwrap_or_default().to_owned()
        }
        Err(_) => body.to_owned(),
    };
    shorten(&words)
}

/// The beginning of a body that was not understood.
pub(super) fn excerpt(body: &str) -> String {
    let body = trimmed(body);
    match element(body, "title") {
        Some(title) if is_markup(body) => shorten(&format!("an HTML page titled {title}")),
        _ => shorten(body),
    }
}

fn from_json(json: &Value) -> Option<String> {
    let words = match json {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().filter_map(from_json).collect::<Vec<_>>().join(SEPARATOR),
        Value::Object(object) => {
            // A list of fields says more than a sentence such as "Validation failed", so both are kept.
            let general =
                ["message", "error", "detail", "title"].iter().find_map(|key| from_json(object.get(*key)?));
            let details = object.get("errors").and_then(by_field);
            match (general, details) {
                (Some(general), Some(details)) if general.contains(&details) => general,
                (Some(general), Some(details)) => format!("{general}: {details}"),
                (general, details) => general.or(details)?,
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    };
    Some(words).filter(|words| !words.trim().is_empty())
}

/// Errors as a list, of texts or of `{field, message}`, or as a map from field to texts.
fn by_field(errors: &Value) -> Option<String> {
    let mut all = Vec::new();
    match errors {
        Value::Object(fields) => {
            for (field, problem) in fields {
                all.extend(from_json(problem).map(|words| format!("{field}: {words}")));
            }
        }
        Value::Array(items) => {
            for item in items {
                let Some(words) = from_json(item) else { continue };
                match ["field", "path"].iter().find_map(|key| item.get(*key)?.as_str()) {
                    Some(field) if !words.contains(field) => all.push(format!("{field}: {words}")),
                    _ => all.push(words),
                }
            }
        }
        other => return from_json(other),
    }
    Some(all.join(SEPARATOR)).filter(|words| !words.is_empty())
}

/// Whether a body is a page for people, or another document in HTML or XML.
pub(super) fn is_markup(body: &str) -> bool {
    trimmed(body).starts_with('<')
}

/// What a document in HTML or XML begins with after its declaration, in lower case: the name of its root, or `!doctype`.
pub(super) fn root(body: &str) -> Option<String> {
    let body = trimmed(body);
    let document =
        body.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map_or(body, |(_, it)| it);
    let name = document.trim_start().strip_prefix('<')?;
    name.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().map(str::to_ascii_lowercase)
}

/// The text without what follows the path of an address: whoever has the query of a signed one may do what it allows.
pub(crate) fn without_queries(text: &str) -> String {
    let ends_address = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`');
    let mut struck = String::with_capacity(text.len());
    for piece in text.split_inclusive(ends_address) {
        let (word, end) = piece.rfind(ends_address).map_or((piece, ""), |at| piece.split_at(at));
        match word.split_once('?') {
            Some((path, query)) if path.contains('/') || query.contains('=') => {
                struck.extend([path, "?…", end]);
            }
            _ => struck.push_str(piece),
        }
    }
    struck
}

/// Without white space around it, and the mark that some editors put in front.
fn trimmed(body: &str) -> &str {
    body.trim().trim_start_matches('\u{feff}').trim_start()
}

/// The text of the first element with this name, whatever its case.
fn element<'a>(markup: &'a str, name: &str) -> Option<&'a str> {
    // ASCII lowercasing keeps every byte's place.
    let lower = markup.to_ascii_lowercase();
    let start = lower.find(&format!("<{name}"))?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find(&format!("</{name}"))?;
    Some(markup[start..end].trim()).filter(|text| !text.is_empty())
}

/// One line without signatures and characters that nobody sees, cut at [`MAX_CHARS`].
fn shorten(text: &str) -> String {
    let visible = without_queries(text).replace(turns_text, "");
    let printable = visible.replace(char::is_control, " ");
    let line = printable.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// Whether a terminal shows what follows in another direction: a message could be made to look like another one.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{MAX_CHARS, excerpt, reason, root, without_queries};

    #[test]
    fn a_message_is_taken_from_an_object() {
        assert_eq!(reason(r#"{"message": "Run not found"}"#), "Run not found");
        assert_eq!(reason(r#"{"error": "Run not found"}"#), "Run not found");
        assert_eq!(reason(r#"{"error": {"code": 7, "message": "Run not found"}}"#), "Run not found");
        assert_eq!(
            reason(r#"{"message": ["name is empty", "key is taken"]}"#),
            "name is empty; key is taken"
        );
    }

    #[test]
    fn errors_are_named_with_their_fields() {
        let expected = "Validation failed: name: must not be empty";
        for body in [
            r#"{"message": "Validation failed", "errors": [{"field": "name", "message": "must not be empty"}]}"#,
            r#"{"message": "Validation failed", "errors": {"name": ["must not be empty"]}}"#,
            r#"{"message": "Validation failed", "errors": ["name: must not be empty"]}"#,
        ] {
            assert_eq!(reason(body), expected, "{body}");
        }
    }

    #[test]
    fn a_message_that_names_the_errors_itself_is_not_repeated() {
        let body = r#"{"message": "name: must not be empty", "errors": [{"field": "name", "message": "must not be empty"}]}"#;
        assert_eq!(reason(body), "name: must not be empty");
    }

    #[test]
    fn arrays_strings_and_plain_text_are_understood() {
        assert_eq!(reason(r#"["first", {"message": "second"}]"#), "first; second");
        assert_eq!(reason(r#""Run not found""#), "Run not found");
        assert_eq!(reason("Run not found\n"), "Run not found");
    }

    #[test]
    fn of_a_page_only_the_title_is_kept() {
        let page =
            "<!DOCTYPE html><HTML><head><title lang=en>\n502 Bad Gateway </title></head><body><h1>502</h1>";
        assert_eq!(reason(page), "502 Bad Gateway");
        assert_eq!(excerpt(page), "an HTML page titled 502 Bad Gateway");
    }

    #[test]
    fn of_xml_only_the_message_is_kept() {
        let body = "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
        assert_eq!(reason(body), "Request has expired");
    }

    #[test]
    fn what_says_nothing_gives_no_reason() {
        for body in
            ["", "  ", "{}", "null", "42", "[]", r#"{"message": ""}"#, "<html><body>oops</body></html>"]
        {
            assert_eq!(reason(body), "", "{body}");
        }
    }

    #[test]
    fn the_query_of_an_address_is_struck_out() {
        for (text, expected) in [
            ("see https://s3.example/k?X-Sig=1&Y=2 now", "see https://s3.example/k?… now"),
            (
                r#"{"url":"https:\/\/s3.example\/k?X-Sig=1\u0026Y","n":1}"#,
                r#"{"url":"https:\/\/s3.example\/k?…","n":1}"#,
            ),
            ("<a href='k?X-Sig=1'>", "<a href='k?…'>"),
            ("which? none = all", "which? none = all"),
        ] {
            assert_eq!(without_queries(text), expected);
        }
    }

    #[test]
    fn a_document_is_known_by_its_root() {
        for (body, expected) in [
            ("\u{feff} <!DOCTYPE html><html>", Some("!doctype")),
            ("<?xml version=\"1.0\"?>\n<Error><Code>", Some("error")),
            ("<Result/>", Some("result")),
            ("{}", None),
        ] {
            assert_eq!(root(body).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn no_character_turns_the_text() {
        assert_eq!(reason("all is \u{202e}ton\u{202c} \u{2066}well\u{2069}\u{200f}"), "all is ton well");
        assert_eq!(excerpt("all is \u{202e}ton\u{202c} well"), "all is ton well");
    }

    #[test]
    fn long_texts_are_cut_and_stay_on_one_line() {
        let words = reason(&"ä\n\u{1b}[31m".repeat(1000));
        assert_eq!(words.chars().count(), MAX_CHARS + 1);
        assert!(words.ends_with('…') && !words.contains(char::is_control), "{words}");
    }
}
