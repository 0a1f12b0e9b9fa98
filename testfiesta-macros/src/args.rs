//! The grammar of `#[testfiesta::case(…)]`: ids first, then options, separated by commas.

use crate::{key::Key, mistakes::Mistakes};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Ident, Lit, LitStr, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
};

/// What was written in the parentheses of the attribute.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) ids: Vec<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) tags: Vec<LitStr>,
    krate: Option<Path>,
    seen: Vec<Key>,
}

impl Args {
    /// Reads all that can be read; the rest becomes mistakes.
    pub(crate) fn read(tokens: TokenStream, mistakes: &mut Mistakes) -> Args {
        let mut args = Args::default();
        // Split first: a mistake in one argument leaves the others readable.
        for argument in split_at_commas(tokens, mistakes) {
            if let Some(argument) = mistakes.ok(Argument::parse.parse2(argument)) {
                args.take(argument, mistakes);
            }
        }
        args
    }

    /// The crate that generated code calls: `crate = path`, or `::testfiesta`.
    pub(crate) fn krate(&self) -> TokenStream {
        self.krate.as_ref().map_or_else(|| quote!(::testfiesta), ToTokens::to_token_stream)
    }

    fn take(&mut self, argument: Argument, mistakes: &mut Mistakes) {
        let (word, option) = match argument {
            Argument::Id(id) => {
                if !self.seen.is_empty() {
                    let form = "`#[testfiesta::case(\"TC-123\", name = \"…\")]`";
                    mistakes.add(&id, format_args!("case ids come before the options, as in {form}"));
                }
                return self.ids.push(id);
            }
            Argument::Option(word, option) => (word, option),
        };
        let key = option.key();
        if self.seen.contains(&key) {
            return mistakes.add(word, format_args!("`{}` is given twice", key.word()));
        }
        self.seen.push(key);
        match option {
            ArgumentOption::Name(name) => self.name = Some(name),
            ArgumentOption::Tags(tags) => self.tags = tags,
            ArgumentOption::Crate(path) => self.krate = Some(path),
        }
    }
}

/// One argument, between two commas.
enum Argument {
    Id(LitStr),
    Option(Ident, ArgumentOption),
}

/// An option with its value.
enum ArgumentOption {
    Name(LitStr),
    Tags(Vec<LitStr>),
    Crate(Path),
}

impl ArgumentOption {
    fn key(&self) -> Key {
        match self {
            ArgumentOption::Name(_) => Key::Name,
            ArgumentOption::Tags(_) => Key::Tags,
            ArgumentOption::Crate(_) => Key::Crate,
        }
    }

    fn parse(key: Key, input: ParseStream<'_>) -> syn::Result<Self> {
        match key {
            Key::Name => value(key, input, |input| string(input, key.form())).map(ArgumentOption::Name),
            Key::Tags => strings(key, input).map(ArgumentOption::Tags),
            Key::Crate => value(key, input, Path::parse_mod_style).map(ArgumentOption::Crate),
        }
    }
}

/// The whole attribute with an id, for error messages.
const ID_FORM: &str = "#[testfiesta::case(\"TC-123\")]";

impl Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let argument = if input.peek(Ident::peek_any) {
            Self::parse_option(input)?
        } else {
            Argument::Id(string_or(input, || format!("expected a case id, as in `{ID_FORM}`"))?)
        };
        if input.is_empty() { Ok(argument) } else { Err(input.error("expected `,`")) }
    }

    fn parse_option(input: ParseStream<'_>) -> syn::Result<Self> {
        let start = input.cursor();
        let word = Ident::parse_any(input)?;
        if let Some(key) = Key::from_word(&word.to_string()) {
            return Ok(Argument::Option(word, ArgumentOption::parse(key, input)?));
        }
        if input.peek(Token![=]) || input.peek(syn::token::Paren) {
            rest(input);
            let advice = Key::advice_for(&word.to_string());
            return Err(syn::Error::new_spanned(&word, format!("unknown option `{word}`: {advice}")));
        }
        // Neither a value nor a list follows, so this is an id without its quotes: `TC-123`.
        let written = start.token_stream();
        rest(input);
        Err(syn::Error::new_spanned(written, format!("a case id is a string, as in `{ID_FORM}`")))
    }
}

/// `= value`
fn value<T>(
    key: Key,
    input: ParseStream<'_>,
    parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    if !input.peek(Token![=]) {
        return Err(wrong_form(input, key));
    }
    input.parse::<Token![=]>()?;
    let found = input.fork();
    parse(input).map_err(|_| wrong_form(&found, key))
}

/// `("…", "…")`
fn strings(key: Key, input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    if !input.peek(syn::token::Paren) {
        return Err(wrong_form(input, key));
    }
    let list;
    let parentheses = syn::parenthesized!(list in input);
    let mut strings = Vec::new();
    while !list.is_empty() {
        strings.push(string(&list, key.form())?);
        if !list.is_empty() {
            list.parse::<Token![,]>()?;
        }
    }
    if strings.is_empty() {
        return Err(syn::Error::new(
            parentheses.span.join(),
            format!("expected a list, as in `{}`", key.form()),
        ));
    }
    Ok(strings)
}

fn wrong_form(input: ParseStream<'_>, key: Key) -> syn::Error {
    input.error(format_args!("expected `{}`", key.form()))
}

fn string(input: ParseStream<'_>, form: &str) -> syn::Result<LitStr> {
    string_or(input, || format!("expected a string, as in `{form}`"))
}

fn string_or(input: ParseStream<'_>, message: impl FnOnce() -> String) -> syn::Result<LitStr> {
    let found = input.fork();
    match Lit::parse(input) {
        Ok(Lit::Str(string)) => Ok(string),
        Ok(other) => Err(syn::Error::new_spanned(other, message())),
        Err(_) => Err(found.error(message())),
    }
}

/// Takes what is left, which `syn` would complain about as well.
fn rest(input: ParseStream<'_>) {
    input.parse::<TokenStream>().expect("any tokens are a token stream");
}

fn split_at_commas(tokens: TokenStream, mistakes: &mut Mistakes) -> Vec<TokenStream> {
    let mut arguments = vec![TokenStream::new()];
    for token in tokens {
        let current = arguments.last_mut().expect("there is always a current argument");
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                if current.is_empty() {
                    mistakes.add(comma, "expected an argument before this comma");
                } else {
                    arguments.push(TokenStream::new());
                }
            }
            token => current.extend([token]),
        }
    }
    // After a trailing comma, or when nothing was written.
    arguments.retain(|argument| !argument.is_empty());
    arguments
}
