//! The two sides of a comparison that failed, out of its message: the standard library gives them in no other way.

/// The sides of `assert_eq!`, `assert_ne!` or `assert_matches!`, in their `Debug` form, if that is whose message it is.
pub(crate) fn sides(message: &str) -> Option<(&str, &str)> {
    let rest = message.strip_prefix("assertion `left ")?;
    // The message that the test adds may have several lines; the sides come last.
    let (_, sides) = rest.rsplit_once("\n  left: ")?;
    sides.split_once("\n right: ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panics::{self, Echo};

    /// The sides in what the standard library throws.
    fn sides_of(assertion: fn()) -> Option<(String, String)> {
        let caught = panics::catch(Echo::Never, "adds", assertion).expect_err("a panic");
        sides(&caught.into_failure().message).map(|(left, right)| (left.to_owned(), right.to_owned()))
    }

    #[test]
    fn an_equality_has_two_sides() {
        let expected = Some(("2".to_owned(), "3".to_owned()));
        assert_eq!(sides_of(|| assert_eq!(1 + 1, 3)), expected);
        assert_eq!(sides_of(|| assert_eq!(1 + 1, 3, "the sum of {}\nand another", 1)), expected);
    }

    #[test]
    fn an_inequality_has_two_sides() {
        let text = Some("\"a\\nb\"".to_owned());
        assert_eq!(sides_of(|| assert_ne!("a\nb", "a\nb")), text.clone().zip(text));
    }

    #[test]
    fn any_other_panic_has_none() {
        assert_eq!(sides_of(|| panic!("the sum\n  left: 2\n right: 3")), None);
    }
}
