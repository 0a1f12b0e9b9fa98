//! The doc comment as the test case's description.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// An expression of type `&'static str`: the doc comment without the margin that comments have.
pub(crate) fn description(attrs: &[Attribute]) -> TokenStream {
    let mut parts = Vec::new();
    let mut lines = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        // `#[doc(hidden)]` and its like are no text.
        let Meta::NameValue(doc) = &attr.meta else { continue };
        match &doc.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => lines.extend(lines_of(&text.value())),
            // `#[doc = include_str!("…")]`: only rustc knows its text.
            other => {
                parts.extend(text(&mut lines));
                parts.push(other.to_token_stream());
            }
        }
    }
    parts.extend(text(&mut lines));
    match &parts[..] {
        [] => quote!(""),
        [part] => part.clone(),
        [first, rest @ ..] => quote!(::core::concat!(#first #(, "\n", #rest)*)),
    }
}

/// The lines so far as one literal, unless all are blank.
fn text(lines: &mut Vec<String>) -> Option<TokenStream> {
    let text = without_margin(&std::mem::take(lines));
    (!text.is_empty()).then(|| text.to_token_stream())
}

/// The lines of one comment; a block comment has several, each of which may begin with a star.
fn lines_of(comment: &str) -> Vec<String> {
    let starred =
        comment.lines().skip(1).all(|line| line.trim_start().starts_with('*') || line.trim().is_empty());
    let line_of = |line: &str| match line.trim_start().strip_prefix('*') {
        Some(rest) if starred => rest.to_owned(),
        _ => line.to_owned(),
    };
    match comment.lines().count() {
        0 => vec![String::new()],
        1 => vec![comment.to_owned()],
        _ => comment.lines().map(line_of).collect(),
    }
}

/// The text without the indentation that all lines share, and without blank lines around it.
fn without_margin(lines: &[String]) -> String {
    let indent = |line: &String| line.len() - line.trim_start().len();
    let margin = lines.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let lines: Vec<_> = lines.iter().map(|line| line.get(margin..).unwrap_or("").trim_end()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::description;
    use syn::{Attribute, parse_quote};

    /// The value of a description that is one literal.
    fn text(attrs: &[Attribute]) -> String {
        syn::parse2::<syn::LitStr>(description(attrs)).expect("one literal").value()
    }

    #[test]
    fn the_margin_goes_and_deeper_indentation_stays() {
        let attrs: [Attribute; 3] =
            [parse_quote!(#[doc = " Steps:"]), parse_quote!(#[doc = ""]), parse_quote!(#[doc = "   1. add"])];
        assert_eq!(text(&attrs), "Steps:\n\n  1. add");
    }

    #[test]
    fn a_block_comment_loses_its_stars() {
        assert_eq!(text(&[parse_quote!(#[doc = "\n * Adds.\n *\n *   Twice.\n "])]), "Adds.\n\n  Twice.");
    }

    #[test]
    fn a_list_in_a_line_comment_keeps_its_stars() {
        let attrs: [Attribute; 2] = [parse_quote!(#[doc = " * one"]), parse_quote!(#[doc = " * two"])];
        assert_eq!(text(&attrs), "* one\n* two");
    }

    #[test]
    fn doc_attributes_without_text_are_passed_over() {
        assert_eq!(text(&[parse_quote!(#[doc(hidden)])]), "");
    }

    #[test]
    fn included_text_is_left_to_the_compiler() {
        let attrs: [Attribute; 2] =
            [parse_quote!(#[doc = " See:"]), parse_quote!(#[doc = include_str!("x.md")])];
        let expected = quote::quote!(::core::concat!("See:", "\n", include_str!("x.md")));
        assert_eq!(description(&attrs).to_string(), expected.to_string());
    }
}
