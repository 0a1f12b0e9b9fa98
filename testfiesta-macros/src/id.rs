//! What a case id may look like.

/// The longest id, in characters.
const MAX_CHARS: usize = 255;

/// What is wrong with an id; `None` when nothing is.
///
/// An id has 1 to 255 characters, each a letter or digit (of any script) or one of `-`, `_`, `.`, `:`, `/`, `#`.
/// Whitespace is left out because ids are written in lists and looked up as they stand.
pub(crate) fn complaint(id: &str) -> Option<String> {
    if id.trim().is_empty() {
        return Some(
            "the case id is empty: write one, as in `#[testfiesta::case(\"TC-123\")]`, or remove it".into(),
        );
    }
    if id != id.trim() {
        return Some(format!("the case id has spaces around it: write `{:?}`", id.trim()));
    }
    let chars = id.chars().count();
    if chars > MAX_CHARS {
        return Some(format!("the case id has {chars} characters, at most {MAX_CHARS} are allowed"));
    }
    let stranger = id.chars().find(|&char| !is_allowed(char))?;
    Some(format!(
        "the case id holds {stranger:?}: letters, digits, `-`, `_`, `.`, `:`, `/` and `#` are allowed, as in `\"TC-123\"`"
    ))
}

fn is_allowed(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '-' | '_' | '.' | ':' | '/' | '#')
}

#[cfg(test)]
mod tests {
    use super::complaint;

    #[test]
    fn ids_of_common_trackers_are_accepted() {
        for id in ["TC-123", "123", "PROJ_1.2", "suite/login#3", "a:b", "Prüfung-7", "案件-1"] {
            assert_eq!(complaint(id), None, "{id}");
        }
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!(complaint(&"ü".repeat(255)), None);
        assert_eq!(
            complaint(&"ü".repeat(256)).as_deref(),
            Some("the case id has 256 characters, at most 255 are allowed")
        );
    }

    #[test]
    fn a_control_character_is_shown_escaped() {
        assert!(complaint("TC\u{7}1").unwrap().starts_with("the case id holds '\\u{7}'"));
    }

    #[test]
    fn nothing_but_space_is_an_empty_id() {
        assert_eq!(complaint(" \t"), complaint(""));
        assert!(complaint(" \t").unwrap().starts_with("the case id is empty"));
    }

    #[test]
    fn surrounding_space_is_named_before_anything_else() {
        assert_eq!(
            complaint(" TC-1\n").as_deref(),
            Some("the case id has spaces around it: write `\"TC-1\"`")
        );
    }
}
