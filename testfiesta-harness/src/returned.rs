//! What a test function returned, and the chain of causes of an error.

use std::fmt::Debug;

/// What a test function returned: nothing to complain of, or its error.
pub type Returned = Result<(), ReturnedError>;

/// The error of a test function, put into words where its type was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedError {
    /// As libtest shows it: `Error: ` and its `Debug` form.
    pub text: String,
    /// The error and what caused it, each as its `Display` form, outermost first. Empty where it tells no more than
    /// its `Debug` form.
    pub chain: Vec<String>,
}

impl ReturnedError {
    /// An error of ours.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), chain: Vec::new() }
    }
}

/// What a test function may return: `()` or a `Result<(), E>` whose error is `Debug`.
#[diagnostic::on_unimplemented(
    message = "a test cannot return `{Self}`",
    label = "return `()` or `Result<(), E>` where `E: Debug`",
    note = "as in `fn adds_an_item() -> Result<(), Box<dyn std::error::Error>>`"
)]
pub trait TestOutput {
    /// What `chain` is asked about.
    type Error;

    /// The value as the harness sees it. `chain` answers with the chain of an error: only the generated code knows
    /// the error's type, and with it whether there is one.
    fn into_returned(self, chain: impl FnOnce(&Self::Error) -> Vec<String>) -> Returned;
}

impl TestOutput for () {
    type Error = ();

    fn into_returned(self, _: impl FnOnce(&()) -> Vec<String>) -> Returned {
        Ok(())
    }
}

impl<E: Debug> TestOutput for Result<(), E> {
    type Error = E;

    fn into_returned(self, chain: impl FnOnce(&E) -> Vec<String>) -> Returned {
        self.map_err(|error| ReturnedError { text: format!("Error: {error:?}"), chain: chain(&error) })
    }
}

/// Finds the chain of an error in its type's best form: `(&&&Of(error)).__testfiesta_chain()` is the first of these traits
/// that the type allows, since a method is looked for with as few dereferences as can be. Nobody else has a method of that
/// name: a trait of the user's may be one of every type.
pub mod chain {
    use std::{error::Error, ops::Deref};

    /// How many causes are told. An error may be its own cause.
    pub(super) const LONGEST: usize = 64;

    /// An error of any type.
    #[derive(Debug)]
    pub struct Of<'e, E>(pub &'e E);

    /// It is an [`Error`].
    pub trait OfError {
        /// It, and what caused it.
        fn __testfiesta_chain(&self) -> Vec<String>;
    }

    impl<E: Error> OfError for &&Of<'_, E> {
        fn __testfiesta_chain(&self) -> Vec<String> {
            links(self.0)
        }
    }

    /// It points to one, as `Box<dyn Error>` and `anyhow::Error` do, which are none themselves.
    pub trait OfPointer {
        /// It, and what caused it.
        fn __testfiesta_chain(&self) -> Vec<String>;
    }

    impl<E: Deref<Target: Error>> OfPointer for &Of<'_, E> {
        fn __testfiesta_chain(&self) -> Vec<String> {
            links(&**self.0)
        }
    }

    /// It is anything else.
    pub trait OfAny {
        /// Nothing.
        fn __testfiesta_chain(&self) -> Vec<String>;
    }

    impl<E> OfAny for Of<'_, E> {
        fn __testfiesta_chain(&self) -> Vec<String> {
            Vec::new()
        }
    }

    fn links(error: &(impl Error + ?Sized)) -> Vec<String> {
        let mut links = vec![error.to_string()];
        let mut source = error.source();
        while let Some(cause) = source.filter(|_| links.len() < LONGEST) {
            links.push(cause.to_string());
            source = cause.source();
        }
        links
    }
}

#[cfg(test)]
mod tests {
    use std::{error::Error, fmt, rc::Rc};

    use super::*;

    #[derive(Debug)]
    struct Refused(std::num::ParseIntError);

    impl fmt::Display for Refused {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the card was refused")
        }
    }

    impl Error for Refused {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    fn refused() -> Refused {
        Refused("x".parse::<u8>().expect_err("no number"))
    }

    /// As the macro writes it.
    macro_rules! chain_of {
        ($returned:expr) => {
            TestOutput::into_returned($returned, |error| {
                use chain::*;
                (&&&Of(error)).__testfiesta_chain()
            })
            .expect_err("an error")
            .chain
        };
    }

    const CHAIN: [&str; 2] = ["the card was refused", "invalid digit found in string"];

    #[test]
    fn an_error_brings_its_sources() {
        assert_eq!(chain_of!(Err(refused())), CHAIN);
    }

    #[test]
    fn an_error_that_is_its_own_cause_comes_to_an_end() {
        #[derive(Debug)]
        struct Endless;
        impl fmt::Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("again")
            }
        }
        impl Error for Endless {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        }
        assert_eq!(chain_of!(Err(Endless)).len(), chain::LONGEST);
    }

    #[test]
    fn a_boxed_error_brings_its_sources() {
        assert_eq!(chain_of!(Err(Box::<dyn Error>::from(refused()))), CHAIN);
        assert_eq!(chain_of!(Err(Box::<dyn Error + Send + Sync>::from("out of stock"))), ["out of stock"]);
    }

    #[test]
    fn a_shared_error_brings_its_sources() {
        let shared: Rc<dyn Error> = Rc::new(refused());
        assert_eq!(chain_of!(Err(shared)), CHAIN);
    }

    #[test]
    fn what_is_only_debug_has_no_chain() {
        assert_eq!(chain_of!(Err("no")), [""; 0]);
    }

    #[test]
    fn the_text_is_libtest_s() {
        let error = TestOutput::into_returned(Err("no"), |_| Vec::new()).expect_err("an error");
        assert_eq!(error.text, "Error: \"no\"");
    }
}
