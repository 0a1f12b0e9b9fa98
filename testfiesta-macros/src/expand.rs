//! From tokens to tokens: the user's function, and the record that registers it.

use crate::{
    args::Args,
    attr::{self, Ignored, Marks, ShouldPanic},
    function::Function,
    mistakes::Mistakes,
    valid,
};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Ident, ReturnType, ext::IdentExt, spanned::Spanned};

/// The whole macro. With mistakes the function is still there, so that they are the only errors.
pub(crate) fn case(args_tokens: TokenStream, item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let args = Args::read(args_tokens.clone(), &mut mistakes);
    let Some(mut function) = mistakes.ok(Function::read(item.clone())) else {
        let errors = mistakes.into_compile_errors();
        return quote!(#item #errors);
    };

    let conditions = attr::take_conditions(&mut function);
    if !conditions.is_empty() {
        return after_conditions(&conditions, &args, &args_tokens, &function);
    }

    let marks = Marks::take(&mut function, &args, &mut mistakes);
    valid::check(&args, &marks, &function, &mut mistakes);
    match mistakes.into_compile_errors() {
        Some(errors) => quote!(#function #errors),
        None => {
            let registration = registration(&args, &marks, &function);
            quote!(#function #registration)
        }
    }
}

/// Lets rustc decide `#[cfg]` and `#[cfg_attr]` first, by moving our attribute below them.
///
/// They may remove the function, or add an `#[ignore]` to it that we have to see.
fn after_conditions(
    conditions: &[syn::Attribute],
    args: &Args,
    args_tokens: &TokenStream,
    function: &Function,
) -> TokenStream {
    let krate = args.krate();
    quote! {
        #(#conditions)*
        #[#krate::case(#args_tokens)]
        #function
    }
}

/// One hidden function holds the record and registers it, so that one name is all we add to the user's module
/// (beside the companion's).
fn registration(args: &Args, marks: &Marks, function: &Function) -> TokenStream {
    let krate = args.krate();
    let private = quote!(#krate::__private);
    let name = &function.sig.ident;
    // Visible where the function is, but no mistake in our own code is shown as one in the user's name.
    let span = Span::call_site().resolved_at(name.span());
    let record = format_ident!("__testfiesta_case_{}", name.unraw(), span = span);

    let case = case_record(&private, args, marks, function);
    let companion = companion(&private, marks, name, &record);
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, deprecated, non_snake_case)]
        fn #record() -> &'static #private::Case {
            static CASE: #private::Case = #case;
            #private::inventory::submit! { #private::Registered(&CASE) }
            &CASE
        }

        #companion
    }
}

fn case_record(private: &TokenStream, args: &Args, marks: &Marks, function: &Function) -> TokenStream {
    // With its `r#`, if it has one: libtest names such a test so.
    let name = function.sig.ident.to_string();
    let Args { ids, tags, .. } = args;
    let title = option(args.name.as_ref());
    let description = &marks.description;
    let location = location(private, function.sig.ident.span());
    let ignored = ignored(private, &marks.ignored);
    let should_panic = should_panic(private, &marks.should_panic);
    let body = body(private, function);
    quote! {
        #private::Case {
            package: ::core::env!("CARGO_PKG_NAME"),
            path: ::core::concat!(::core::module_path!(), "::", #name),
            ids: &[#(#ids),*],
            title: #title,
            tags: &[#(#tags),*],
            description: #description,
            location: #location,
            ignored: #ignored,
            should_panic: #should_panic,
            body: #body,
        }
    }
}

/// Where the function's name stands. `line!()` would give the place of the outermost macro instead.
fn location(private: &TokenStream, span: Span) -> TokenStream {
    let (file, line, column) = place(span);
    let (line, column) = (line as u32, column as u32);
    quote!(#private::Location { file: #file, line: #line, column: #column })
}

/// File, line and column; only the compiler knows them, unit tests get the start of nowhere.
fn place(span: Span) -> (String, usize, usize) {
    if !proc_macro::is_available() {
        return (String::new(), 1, 1);
    }
    let span = span.unwrap();
    (span.file(), span.line(), span.column())
}

fn ignored(private: &TokenStream, ignored: &Ignored) -> TokenStream {
    match ignored {
        Ignored::No => quote!(#private::Ignored::No),
        Ignored::Yes => quote!(#private::Ignored::Yes),
        Ignored::Because(reason) => quote!(#private::Ignored::Because(#reason)),
    }
}

fn should_panic(private: &TokenStream, should_panic: &ShouldPanic) -> TokenStream {
    match should_panic {
        ShouldPanic::No => quote!(#private::ShouldPanic::No),
        ShouldPanic::Yes => quote!(#private::ShouldPanic::Yes),
        ShouldPanic::WithMessage(message) => quote!(#private::ShouldPanic::WithMessage(#message)),
    }
}

fn body(private: &TokenStream, function: &Function) -> TokenStream {
    let name = &function.sig.ident;
    // A return type that is no test's is complained of where it is written.
    let output = match &function.sig.output {
        ReturnType::Default => Span::call_site(),
        ReturnType::Type(_, output) => output.span(),
    };
    match &function.sig.asyncness {
        None => {
            let call = quote_spanned!(output=> #private::TestOutput::into_returned(#name()));
            quote!(#private::Body::Sync(|| #call))
        }
        Some(keyword) => {
            let call = quote_spanned!(output=> #private::TestOutput::into_returned(#name().await));
            // Without a runtime this macro is an error, which belongs to the word `async`.
            let private = located_at(keyword.span(), private);
            quote_spanned!(keyword.span()=> #private::async_body!(async { #call }))
        }
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

/// The test that libtest finds where the target lacks `harness = false`, and rustc drops elsewhere.
///
/// It has no `#[should_panic]`: that is judged inside, by the code that judges it everywhere else.
fn companion(private: &TokenStream, marks: &Marks, name: &Ident, record: &Ident) -> TokenStream {
    let companion = format_ident!("{}__under_libtest", name.unraw(), span = record.span());
    let ignore = &marks.ignore;
    quote! {
        #[::core::prelude::v1::test]
        #ignore
        #[doc(hidden)]
        #[allow(non_snake_case)]
        fn #companion() {
            #private::run_under_libtest(#record())
        }
    }
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

#[cfg(test)]
mod tests {
    use super::case;
    use quote::quote;

    #[test]
    fn the_function_comes_first_and_as_it_was_written() {
        let function = quote!(
            #[allow(dead_code)]
            pub(crate) async fn adds() -> Result<(), Error> {
                #![allow(unused)]
                1 + 1
            }
        );
        let expanded = case(quote!("TC-1"), function.clone()).to_string();
        assert!(expanded.starts_with(&function.to_string()), "{expanded}");
    }

    #[test]
    fn with_a_mistake_nothing_is_registered_and_the_function_is_there() {
        let function = quote!(
            fn adds() {}
        );
        let expanded = case(quote!(""), function.clone());
        let errors =
            expanded.to_string().strip_prefix(&function.to_string()).expect("the function").to_owned();
        assert!(errors.trim_start().starts_with(":: core :: compile_error !"), "{errors}");
    }

    #[test]
    fn what_is_no_function_stays_with_its_mistake() {
        let item = quote!(
            struct Cart;
        );
        let expanded = case(quote!("TC-1"), item.clone()).to_string();
        assert!(expanded.starts_with(&item.to_string()), "{expanded}");
    }

    #[test]
    fn conditions_move_above_our_attribute() {
        let function = quote!(
            /// Adds.
            #[cfg(unix)]
            #[inline]
            #[cfg_attr(test, ignore)]
            fn adds() {}
        );
        let expected = quote!(
            #[cfg(unix)]
            #[cfg_attr(test, ignore)]
            #[::testfiesta::case("TC-1", name = "Adds")]
            /// Adds.
            #[inline]
            fn adds() {}
        );
        assert_eq!(case(quote!("TC-1", name = "Adds"), function).to_string(), expected.to_string());
    }
}
