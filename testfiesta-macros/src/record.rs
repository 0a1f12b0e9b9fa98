//! What is registered of a test, as an expression.
//!
//! Functions in it are items, not closures: a closure that becomes a pointer is two functions to compile. They are
//! inline, which here means local: the loader has no address of theirs to fill in.

use crate::{
    args::Args,
    attr::{Ignored, Marks, ShouldPanic},
    function::Function,
    key::Key,
    value::Flavor,
};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, LitStr, ReturnType, spanned::Spanned};

/// The constant that describes the test; `private` is the path of the types it is made of.
pub(crate) fn case(private: &TokenStream, args: &Args, marks: &Marks, function: &Function) -> TokenStream {
    // With its `r#`, if it has one: libtest names such a test so.
    let name = function.sig.ident.to_string();
    let ids = ids(args);
    let location = location(private, function.sig.ident.span());
    let (run, body) = body(private, args, function);
    let ignored = !matches!(marks.ignored, Ignored::No);
    let description = &marks.description;
    let new = quote! {
        #private::Details::new(::core::env!("CARGO_PKG_NAME"), &[#(#ids),*], #description, #location, #body)
    };
    let rare = rare(private, args, marks);
    // What most tests have is one call, and no copy of what it answers.
    let details = if rare.is_empty() {
        new
    } else {
        quote!(let mut __testfiesta_answer = #new; #rare __testfiesta_answer)
    };
    quote! {{
        #run
        #[inline]
        fn __testfiesta_details() -> #private::Details {
            #details
        }
        #private::Case {
            path: ::core::concat!(::core::module_path!(), "::", #name),
            ignored: #ignored,
            details: __testfiesta_details,
        }
    }}
}

/// What few tests have, as statements that add it to the answer.
fn rare(private: &TokenStream, args: &Args, marks: &Marks) -> TokenStream {
    let mut rare = TokenStream::new();
    let mut set = |field: &str, value: TokenStream| {
        let field = Ident::new(field, Span::call_site());
        rare.extend(quote!(__testfiesta_answer.#field = #value;));
    };
    if let Some(title) = &args.name {
        set("title", some(title));
    }
    if !args.tags.is_empty() {
        let tags = &args.tags;
        set("tags", quote!(&[#(#tags),*]));
    }
    if let Ignored::Because(reason) = &marks.ignored {
        set("ignore_reason", some(reason));
    }
    match &marks.should_panic {
        ShouldPanic::No => {}
        ShouldPanic::Yes => set("should_panic", quote!(#private::ShouldPanic::Yes)),
        ShouldPanic::WithMessage(message) => {
            set("should_panic", quote!(#private::ShouldPanic::WithMessage(#message)));
        }
    }
    if let Some(ms) = args.timeout_ms {
        set("timeout", some(quote!(::core::time::Duration::from_millis(#ms))));
    }
    if let Some(retries) = &args.retries {
        set("retries", some(retries));
    }
    if let Some(group) = &args.serial {
        set("serial", some(group));
    }
    rare
}

/// The ids as they are recorded. Once a service has an id of its own, the one for the others is recorded for each of
/// them by name: ids of many tests are put together, and must not be mistaken then.
fn ids(args: &Args) -> Vec<LitStr> {
    if args.service_ids.is_empty() {
        return args.ids.clone();
    }
    let recorded = Key::SERVICES.iter().filter_map(|service| {
        let own = args.service_ids.iter().find(|(key, _)| key == service).map(|(_, id)| id);
        let id = own.or(args.ids.first())?;
        Some(LitStr::new(&format!("{}={}", service.word(), id.value()), id.span()))
    });
    recorded.collect()
}

/// Where the function's name stands. `line!()` would give the place of the outermost macro instead.
fn location(private: &TokenStream, span: Span) -> TokenStream {
    let (file, line, column) = place(span);
    let text = format!("{file}:{line}:{column}");
    quote!(#private::Location::new(#text))
}

/// File, line and column; only the compiler knows them, unit tests get the start of nowhere.
fn place(span: Span) -> (String, usize, usize) {
    if !proc_macro::is_available() {
        return (String::new(), 1, 1);
    }
    let span = span.unwrap();
    (span.file(), span.line(), span.column())
}

/// How the test is called, and the function for that where it cannot be called as it is.
fn body(private: &TokenStream, args: &Args, function: &Function) -> (TokenStream, TokenStream) {
    let name = &function.sig.ident;
    match &function.sig.asyncness {
        None if matches!(function.sig.output, ReturnType::Default) => {
            (TokenStream::new(), quote!(#private::Body::Plain(#name)))
        }
        None => {
            let call = returned(private, function, |span| quote_spanned!(span=> #name()));
            let run = quote! {
                #[inline]
                fn __testfiesta_run() -> #private::Returned {
                    #call
                }
            };
            (run, quote!(#private::Body::Returning(__testfiesta_run)))
        }
        Some(keyword) => {
            let call = returned(private, function, |span| quote_spanned!(span=> #name().await));
            // Without a runtime this macro is an error, which belongs to the word `async`.
            let private = located_at(keyword.span(), private);
            let flavor = flavor(args.flavor());
            let run =
                quote_spanned!(keyword.span()=> #private::async_run!(__testfiesta_run, async { #call }););
            (run, quote!(#private::Body::Async(__testfiesta_run, #private::Flavor::#flavor)))
        }
    }
}

/// What the test returned, as the harness takes it; `value` is the call, at a place.
fn returned(
    private: &TokenStream,
    function: &Function,
    value: impl FnOnce(Span) -> TokenStream,
) -> TokenStream {
    // `!` becomes any type by itself, and whatever is done with it is code that is never reached.
    if function.never_returns() {
        return value(Span::call_site());
    }
    let ReturnType::Type(_, output) = &function.sig.output else {
        let value = value(Span::call_site());
        return quote!(#private::Returned::Ok(#value));
    };
    // A return type that is no test's is complained of where it is written.
    let value = value(output.span());
    // Only here is the error's type known. What is ours in it is no concern of lints. A shorter name would be a
    // pattern where a constant of the user's has it.
    let place = Span::call_site().located_at(output.span());
    let chain = quote_spanned!(place=> |__testfiesta_error| {
        use #private::chain::*;
        (&&&Of(__testfiesta_error)).__testfiesta_chain()
    });
    let private = located_at(output.span(), private);
    quote_spanned!(output.span()=> #private::TestOutput::into_returned(#value, #chain))
}

/// The name of the variant.
fn flavor(flavor: Flavor) -> TokenStream {
    match flavor {
        Flavor::CurrentThread => quote!(CurrentThread),
        Flavor::MultiThread => quote!(MultiThread),
    }
}

/// The same tokens, which mean what they did, but whose mistakes are shown elsewhere.
fn located_at(place: Span, tokens: &TokenStream) -> TokenStream {
    let located = |mut token: TokenTree| {
        token.set_span(token.span().located_at(place));
        token
    };
    tokens.clone().into_iter().map(located).collect()
}

fn some(value: impl ToTokens) -> TokenStream {
    quote!(::core::option::Option::Some(#value))
}
