//! What stands in a macro call, read piece by piece.

use proc_macro2::{Delimiter, TokenTree};
use syn::{
    Abi, Attribute, Ident, Token, Visibility,
    parse::{ParseStream, discouraged::Speculative},
};

/// What stands next, if it is that; else nothing is taken.
pub(super) fn next<T>(tokens: ParseStream<'_>, parse: fn(ParseStream<'_>) -> syn::Result<T>) -> Option<T> {
    let ahead = tokens.fork();
    let parsed = parse(&ahead).ok()?;
    tokens.advance_to(&ahead);
    Some(parsed)
}

/// Attributes of what nobody knows: all of them at once, since each is looked at again from every one before it.
pub(super) fn attributes(tokens: ParseStream<'_>) -> syn::Result<Vec<Attribute>> {
    let attributes = tokens.call(Attribute::parse_outer)?;
    if attributes.is_empty() { Err(tokens.error("expected attributes")) } else { Ok(attributes) }
}

/// A function up to its name: what follows may be the macro's own language, as `a in 0..9`.
pub(super) fn beginning_of_function(tokens: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, Ident)> {
    let attributes = tokens.call(Attribute::parse_outer)?;
    tokens.parse::<Visibility>()?;
    tokens.parse::<Option<Token![const]>>()?;
    tokens.parse::<Option<Token![async]>>()?;
    tokens.parse::<Option<Token![unsafe]>>()?;
    tokens.parse::<Option<Abi>>()?;
    tokens.parse::<Token![fn]>()?;
    Ok((attributes, tokens.parse()?))
}

/// Goes on behind a function of which the beginning was read.
pub(super) fn skip_body(tokens: ParseStream<'_>) {
    while let Ok(token) = tokens.parse() {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            TokenTree::Punct(mark) if mark.as_char() == ';' => break,
            _ => {}
        }
    }
}
