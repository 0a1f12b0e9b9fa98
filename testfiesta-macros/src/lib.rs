//! The attribute macro of testfiesta. Its reference is on `testfiesta::case`, through which users reach it.
//!
//! Tokens pass through the modules in this order: `args` and `function` read what was written, `attr`
//! the attributes that belong to us, `valid` applies the rules, `expand` writes the result and `record` the part of it
//! that describes the test.

mod args;
mod attr;
mod doc;
mod expand;
mod function;
mod id;
mod key;
mod mistakes;
mod record;
mod valid;
mod value;

use proc_macro::TokenStream;

/// Registers a function as a test. See `testfiesta::case`.
#[proc_macro_attribute]
pub fn case(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::case(args.into(), item.into()).into()
}
