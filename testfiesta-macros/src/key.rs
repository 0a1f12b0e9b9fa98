//! The words that the attribute knows. A new one is a variant here, and an arm in [`args`](crate::args).

/// An option of the attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Name,
    Tags,
    Crate,
}

impl Key {
    const ALL: [Key; 3] = [Key::Name, Key::Tags, Key::Crate];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Key::Name => "name",
            Key::Tags => "tags",
            Key::Crate => "crate",
        }
    }

    /// The option written out, for error messages.
    pub(crate) fn form(self) -> &'static str {
        match self {
            Key::Name => "name = \"Adds an item\"",
            Key::Tags => "tags(\"smoke\", \"api\")",
            Key::Crate => "crate = my_crate::testfiesta",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Key> {
        Key::ALL.into_iter().find(|key| key.word() == word)
    }

    /// What to write in place of a word that is no option.
    pub(crate) fn advice_for(word: &str) -> String {
        let (distance, nearest) = Key::ALL
            .into_iter()
            .map(|key| (strsim::osa_distance(word, key.word()), key))
            .min_by_key(|(distance, _)| *distance)
            .expect("there are options");
        if distance <= 2 {
            return format!("did you mean `{}`?", nearest.form());
        }
        let forms = Key::ALL.map(|key| format!("`{}`", key.form())).join(", ");
        format!("the options are {forms}")
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_misspelt_option_is_answered_with_the_nearest() {
        assert_eq!(Key::advice_for("nmae"), "did you mean `name = \"Adds an item\"`?");
        assert_eq!(Key::advice_for("tag"), "did you mean `tags(\"smoke\", \"api\")`?");
    }

    #[test]
    fn a_word_near_no_option_is_answered_with_all_of_them() {
        assert_eq!(
            Key::advice_for("description"),
            "the options are `name = \"Adds an item\"`, `tags(\"smoke\", \"api\")`, `crate = my_crate::testfiesta`"
        );
    }
}
