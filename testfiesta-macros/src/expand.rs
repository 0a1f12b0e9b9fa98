//! From tokens to tokens: the user's function, and the record that registers it.

use crate::{
    args::Args,
    attr::{self, Marks},
    function::Function,
    mistakes::Mistakes,
    record, valid,
};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Ident, ext::IdentExt};

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

    let case = record::case(&private, args, marks, function);
    let companion = companion(&private, marks, name, &record);
    // No lint is allowed without need: a crate that forbids the lint would not compile. What begins with `_` is
    // never called dead.
    let is_deprecated = function.attrs.iter().any(|attr| attr.path().is_ident("deprecated"));
    let allow_deprecated = is_deprecated.then(|| quote!(#[allow(deprecated)]));
    let allow_style = allow_style(&record);
    quote! {
        #[doc(hidden)]
        #allow_deprecated
        #allow_style
        fn #record() -> &'static #private::Case {
            const __TESTFIESTA_CASE: #private::Case = #case;
            #private::inventory::submit! { __TESTFIESTA_CASE }
            &__TESTFIESTA_CASE
        }

        #companion
    }
}

/// The test that libtest finds where the target lacks `harness = false`, and rustc drops elsewhere.
///
/// It has no `#[should_panic]`: that is judged inside, by the code that judges it everywhere else.
fn companion(private: &TokenStream, marks: &Marks, name: &Ident, record: &Ident) -> TokenStream {
    let companion = format_ident!("{}_under_libtest_", name.unraw(), span = record.span());
    let allow_style = allow_style(&companion);
    let ignore = &marks.ignore;
    quote! {
        #[::core::prelude::v1::test]
        #ignore
        #[doc(hidden)]
        #allow_style
        fn #companion() {
            #private::run_under_libtest(
                #record(),
                #private::TargetKind::of(
                    ::core::option_env!("CARGO_BIN_NAME"),
                    ::core::option_env!("CARGO_TARGET_TMPDIR"),
                    ::core::file!(),
                ),
            )
        }
    }
}

/// What a name that is made of the user's needs where that one is not in snake case, as rustc understands it.
fn allow_style(name: &Ident) -> Option<TokenStream> {
    let name = name.to_string();
    let name = name.trim_matches('_');
    let is_snake_case = !name.contains("__") && !name.contains(char::is_uppercase);
    (!is_snake_case).then(|| quote!(#[allow(non_snake_case)]))
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
