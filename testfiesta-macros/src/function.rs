//! What stands under the attribute.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, ReturnType, Signature, Token, Type, Visibility,
    parse::{ParseStream, Parser},
};

/// A function, its body left as it is: nothing in it concerns us, and newer syntax may stand there.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: TokenStream,
}

impl Function {
    pub(crate) fn read(item: TokenStream) -> syn::Result<Function> {
        Function::parse.parse2(item)
    }

    fn parse(input: ParseStream<'_>) -> syn::Result<Function> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !is_function(&input.fork()) {
            let message = "expected a function, as in `#[testfiesta::case] fn adds_an_item() { … }`";
            return Err(input.error(message));
        }
        Ok(Function { attrs, vis, sig: input.parse()?, body: input.parse()? })
    }

    /// Whether a block follows the signature, and not the `;` of a trait's function.
    pub(crate) fn has_body(&self) -> bool {
        !matches!(self.body.clone().into_iter().next(), Some(TokenTree::Punct(_)) | None)
    }

    /// Whether it is `-> !`, as far as that is written out.
    pub(crate) fn never_returns(&self) -> bool {
        matches!(&self.sig.output, ReturnType::Type(_, output) if is_never(output))
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Function { attrs, vis, sig, body } = self;
        tokens.extend(quote!(#(#attrs)* #vis #sig #body));
    }
}

fn is_never(output: &Type) -> bool {
    match output {
        Type::Never(_) => true,
        // What a `macro_rules!` passes on comes wrapped.
        Type::Group(group) => is_never(&group.elem),
        _ => false,
    }
}

/// Looks past the words that may stand before `fn`.
fn is_function(ahead: ParseStream<'_>) -> bool {
    while !ahead.peek(Token![fn]) {
        let qualifier = ahead.parse::<Option<Token![const]>>().is_ok_and(|found| found.is_some())
            || ahead.parse::<Option<Token![async]>>().is_ok_and(|found| found.is_some())
            || ahead.parse::<Option<Token![unsafe]>>().is_ok_and(|found| found.is_some())
            || ahead.parse::<Option<syn::Abi>>().is_ok_and(|found| found.is_some());
        if !qualifier {
            return false;
        }
    }
    true
}
