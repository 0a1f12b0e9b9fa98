//! The attribute macro of testfiesta.

use proc_macro::TokenStream;

/// Placeholder.
#[proc_macro_attribute]
pub fn case(_args: TokenStream, item: TokenStream) -> TokenStream {
    item
}
