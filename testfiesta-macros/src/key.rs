//! The words that the attribute knows. A new one is a variant here, and an arm in [`args`](crate::args).

/// An option of the attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Name,
    Tags,
    Timeout,
    Retries,
    Serial,
    Flavor,
    TestFiesta,
    Testsigma,
    Crate,
}

impl Key {
    const ALL: [Key; 9] = [
        Key::Name,
        Key::Tags,
        Key::Timeout,
        Key::Retries,
        Key::Serial,
        Key::Flavor,
        Key::TestFiesta,
        Key::Testsigma,
        Key::Crate,
    ];

    /// Those that give a service an id of its own.
    pub(crate) const SERVICES: [Key; 2] = [Key::TestFiesta, Key::Testsigma];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Key::Name => "name",
            Key::Tags => "tags",
            Key::Timeout => "timeout",
            Key::Retries => "retries",
            Key::Serial => "serial",
            Key::Flavor => "flavor",
            Key::TestFiesta => "testfiesta",
            Key::Testsigma => "testsigma",
            Key::Crate => "crate",
        }
    }

    /// The option written out, for error messages.
    pub(crate) fn form(self) -> &'static str {
        match self {
            Key::Name => "name = \"Adds an item\"",
            Key::Tags => "tags(\"smoke\", \"api\")",
            Key::Timeout => "timeout = \"30s\"",
            Key::Retries => "retries = 2",
            Key::Serial => "serial = \"database\"",
            Key::Flavor => "flavor = \"multi_thread\"",
            Key::TestFiesta => "testfiesta = \"TC-123\"",
            Key::Testsigma => "testsigma = \"TC-123\"",
            Key::Crate => "crate = my_crate::testfiesta",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Key> {
        Key::ALL.into_iter().find(|key| key.word() == word)
    }

    /// What to write in place of a word that is no option.
    pub(crate) fn advice_for(word: &str) -> String {
        // A measure that favours a common beginning: `retry` means `retries`, and `time` is not `name`.
        let (likeness, nearest) = Key::ALL
            .into_iter()
            .map(|key| (strsim::jaro_winkler(word, key.word()), key))
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .expect("there are options");
        if likeness > 0.8 {
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
    fn a_shortened_option_is_answered_with_the_one_that_begins_alike() {
        assert_eq!(Key::advice_for("time"), "did you mean `timeout = \"30s\"`?");
        assert_eq!(Key::advice_for("retry"), "did you mean `retries = 2`?");
    }

    #[test]
    fn a_word_near_no_option_is_answered_with_all_of_them() {
        let advice = Key::advice_for("description");
        assert!(advice.starts_with("the options are "), "{advice}");
        assert!(Key::ALL.into_iter().all(|key| advice.contains(key.form())), "{advice}");
    }
}
