//! Attributes beside ours: those that we take over, and those that would run the test a second time.

use crate::{args::Args, doc, function::Function, mistakes::Mistakes};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Token};

/// What the attributes of the function say about the test.
#[derive(Default)]
pub(crate) struct Marks {
    /// As written: libtest reads it too, on the companion.
    pub(crate) ignore: Option<Attribute>,
    pub(crate) ignored: Ignored,
    pub(crate) should_panic: ShouldPanic,
    /// An expression of type `&'static str`.
    pub(crate) description: TokenStream,
}

/// `#[ignore]`
#[derive(Default)]
pub(crate) enum Ignored {
    #[default]
    No,
    Yes,
    Because(LitStr),
}

/// `#[should_panic]`
#[derive(Default)]
pub(crate) enum ShouldPanic {
    #[default]
    No,
    Yes,
    WithMessage(LitStr),
}

impl Marks {
    /// Reads the attributes, and takes those off the function that rustc would find useless there.
    pub(crate) fn take(function: &mut Function, args: &Args, mistakes: &mut Mistakes) -> Marks {
        let mut marks = Marks { description: doc::description(&function.attrs), ..Marks::default() };
        function.attrs.retain(|attr| {
            if attr.path().is_ident("ignore") {
                marks.take_ignore(attr, mistakes);
            } else if attr.path().is_ident("should_panic") {
                marks.take_should_panic(attr, mistakes);
            } else if is_ours(attr.path(), args) {
                mistakes.add(attr, "`#[testfiesta::case]` is given twice: put all ids in one, and remove this one");
            } else if runs_tests(attr.path()) {
                let path = path_text(attr.path());
                mistakes.add(attr, format_args!(
                    "`#[{path}]` would run the test a second time: remove it, `#[testfiesta::case]` replaces it"
                ));
            } else if excludes_within_a_process(attr.path()) {
                let path = path_text(attr.path());
                let form = "`#[testfiesta::case(serial = \"database\")]`";
                mistakes.add(attr, format_args!(
                    "`#[{path}]` holds within one process, and tests run in several: remove it, and name a group, as in {form}"
                ));
            } else {
                return true;
            }
            false
        });
        marks
    }

    fn take_ignore(&mut self, attr: &Attribute, mistakes: &mut Mistakes) {
        if self.ignore.is_some() {
            return mistakes.add(attr, "`#[ignore]` is given twice");
        }
        self.ignore = Some(attr.clone());
        let reason = match &attr.meta {
            Meta::Path(_) => return self.ignored = Ignored::Yes,
            Meta::NameValue(meta) => text(&meta.value),
            Meta::List(_) => None,
        };
        match reason {
            Some(reason) => self.ignored = Ignored::Because(reason),
            None => mistakes.add(attr, "expected `#[ignore]` or `#[ignore = \"reason\"]`"),
        }
    }

    fn take_should_panic(&mut self, attr: &Attribute, mistakes: &mut Mistakes) {
        if !matches!(self.should_panic, ShouldPanic::No) {
            return mistakes.add(attr, "`#[should_panic]` is given twice");
        }
        self.should_panic = ShouldPanic::Yes;
        let expected = match &attr.meta {
            Meta::Path(_) => return,
            // The old short form, which libtest takes as well.
            Meta::NameValue(meta) => text(&meta.value),
            Meta::List(list) => list.parse_args_with(expected).ok(),
        };
        match expected {
            Some(message) => self.should_panic = ShouldPanic::WithMessage(message),
            None => {
                mistakes.add(attr, "expected `#[should_panic]` or `#[should_panic(expected = \"message\")]`")
            }
        }
    }
}

/// Takes `#[cfg]` and `#[cfg_attr]` off the function.
///
/// They reach us undecided when they stand below our attribute.
pub(crate) fn take_conditions(function: &mut Function) -> Vec<Attribute> {
    let is_condition = |attr: &Attribute| attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr");
    let (conditions, others) = std::mem::take(&mut function.attrs).into_iter().partition(is_condition);
    function.attrs = others;
    conditions
}

/// `expected = "message"`
fn expected(input: syn::parse::ParseStream<'_>) -> syn::Result<LitStr> {
    let word: syn::Ident = input.parse()?;
    if word != "expected" {
        return Err(syn::Error::new(word.span(), "expected `expected`"));
    }
    input.parse::<Token![=]>()?;
    let message = input.parse()?;
    input.parse::<Option<Token![,]>>()?;
    Ok(message)
}

fn text(value: &Expr) -> Option<LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        // What a `macro_rules!` passes on comes wrapped.
        Expr::Group(group) => text(&group.expr),
        _ => None,
    }
}

/// A second `#[testfiesta::case]`, under any name that we can know it by.
fn is_ours(path: &Path, args: &Args) -> bool {
    let text = path_text(path);
    let ours = format!("{}::case", args.krate().to_string().replace(' ', ""));
    text == "case" || text == "testfiesta::case" || text == ours || text == ours.trim_start_matches("::")
}

/// Attributes of other crates whose path ends so make a `#[test]` of the function.
fn runs_tests(path: &Path) -> bool {
    path.segments
        .last()
        .is_some_and(|last| ["test", "rstest", "test_case"].iter().any(|name| last.ident == name))
}

/// Attributes of `serial_test` whose lock is a static. That of `file_serial` and `file_parallel` is a file, which all
/// processes see.
fn excludes_within_a_process(path: &Path) -> bool {
    let text = path_text(path);
    matches!(text.trim_start_matches("::").trim_start_matches("serial_test::"), "serial" | "parallel")
}

fn path_text(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}
