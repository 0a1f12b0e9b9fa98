//! The grammar of `#[testfiesta::case(…)]`: ids first, then options, separated by commas.

use crate::{
    key::Key,
    mistakes::Mistakes,
    value::{self, Flavor},
};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Ident, LitInt, LitStr, Path, Token,
    ext::IdentExt,
    parse::{End, Parse, ParseStream, Parser},
};

/// What was written in the parentheses of the attribute.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) ids: Vec<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) timeout_ms: Option<u64>,
    pub(crate) retries: Option<u32>,
    pub(crate) serial: Option<LitStr>,
    /// Ids for one service alone, each with the service's key.
    pub(crate) service_ids: Vec<(Key, LitStr)>,
    /// The word `flavor`, when it was written.
    pub(crate) flavor_word: Option<Ident>,
    flavor: Option<Flavor>,
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

    /// The runtime of an `async fn`.
    pub(crate) fn flavor(&self) -> Flavor {
        self.flavor.unwrap_or(Flavor::CurrentThread)
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
            ArgumentOption::Timeout(text) => self.timeout_ms = mistakes.ok(value::timeout_ms(&text)),
            ArgumentOption::Retries(number) => self.retries = mistakes.ok(value::retries(&number)),
            ArgumentOption::Serial(group) => self.serial = Some(group),
            ArgumentOption::Flavor(text) => {
                self.flavor_word = Some(word);
                self.flavor = mistakes.ok(value::flavor(&text));
            }
            ArgumentOption::ServiceId(key, id) => self.service_ids.push((key, id)),
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
    Timeout(LitStr),
    Retries(LitInt),
    Serial(LitStr),
    Flavor(LitStr),
    ServiceId(Key, LitStr),
    Crate(Path),
}

impl ArgumentOption {
    fn key(&self) -> Key {
        match self {
            ArgumentOption::Name(_) => Key::Name,
            ArgumentOption::Tags(_) => Key::Tags,
            ArgumentOption::Timeout(_) => Key::Timeout,
            ArgumentOption::Retries(_) => Key::Retries,
            ArgumentOption::Serial(_) => Key::Serial,
            ArgumentOption::Flavor(_) => Key::Flavor,
            ArgumentOption::ServiceId(key, _) => *key,
            ArgumentOption::Crate(_) => Key::Crate,
        }
    }

    /// Reads what follows the word; whatever is wrong there is answered with the whole option.
    fn parse(key: Key, word: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let nothing_follows = input.is_empty() || input.peek(Token![=]) && input.peek2(End);
        let option = match key {
            Key::Name => value(input).map(ArgumentOption::Name),
            Key::Tags => strings(input).map(ArgumentOption::Tags),
            Key::Timeout => value(input).map(ArgumentOption::Timeout),
            Key::Retries => value(input).map(ArgumentOption::Retries),
            Key::Serial => value(input).map(ArgumentOption::Serial),
            Key::Flavor => value(input).map(ArgumentOption::Flavor),
            Key::TestFiesta | Key::Testsigma => value(input).map(|id| ArgumentOption::ServiceId(key, id)),
            Key::Crate => value(input).map(|Module(path)| ArgumentOption::Crate(path)),
        };
        option.map_err(|error| {
            let at = if nothing_follows { word.span() } else { error.span() };
            syn::Error::new(at, format_args!("expected `{}`", key.form()))
        })
    }
}

/// `= value`
fn value<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `("…", "…")`
fn strings(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    let list;
    let parentheses = syn::parenthesized!(list in input);
    let strings = list.parse_terminated(<LitStr as Parse>::parse, Token![,])?;
    if strings.is_empty() {
        return Err(syn::Error::new(parentheses.span.join(), "expected a string"));
    }
    Ok(strings.into_iter().collect())
}

/// A path without generic arguments.
struct Module(Path);

impl Parse for Module {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Path::parse_mod_style(input).map(Module)
    }
}

/// The whole attribute with an id, for error messages.
const ID_FORM: &str = "#[testfiesta::case(\"TC-123\")]";

impl Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let argument = if input.peek(Ident::peek_any) {
            Self::parse_option(input)?
        } else {
            let id = input.parse().map_err(|error| {
                syn::Error::new(error.span(), format_args!("expected a case id, as in `{ID_FORM}`"))
            })?;
            Argument::Id(id)
        };
        if input.is_empty() { Ok(argument) } else { Err(input.error("expected `,` before this")) }
    }

    fn parse_option(input: ParseStream<'_>) -> syn::Result<Self> {
        let start = input.cursor();
        let word = Ident::parse_any(input)?;
        if let Some(key) = Key::from_word(&word.to_string()) {
            let option = ArgumentOption::parse(key, &word, input)?;
            return Ok(Argument::Option(word, option));
        }
        let has_value = input.peek(Token![=]) || input.peek(syn::token::Paren);
        if (word == "ignore" || word == "should_panic") && (has_value || input.is_empty()) {
            rest(input);
            let message = format!("write `#[{word}]` as an attribute of its own, above or below this one");
            return Err(syn::Error::new_spanned(&word, message));
        }
        if has_value {
            rest(input);
            let advice = Key::advice_for(&word.to_string());
            return Err(syn::Error::new_spanned(&word, format_args!("unknown option `{word}`: {advice}")));
        }
        // Neither a value nor a list follows, so this is an id without its quotes: `TC-123`.
        let written = start.token_stream();
        rest(input);
        Err(syn::Error::new_spanned(written, format_args!("a case id is a string, as in `{ID_FORM}`")))
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
