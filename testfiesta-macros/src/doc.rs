//! The doc comment as the test case's description.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// An expression of type `&'static str`: the doc comment without the margin that comments have.
pub(crate) fn description(attrs: &[Attribute]) -> TokenStream {
    let mut text = String::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        if let Meta::NameValue(meta) = &attr.meta {
            if let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &meta.value {
                text.push_str(&line.value());
                text.push('\n');
            }
        }
    }
    without_margin(&text).to_token_stream()
}

fn without_margin(text: &str) -> String {
    text.into()
}
