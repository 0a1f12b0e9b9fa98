//! Which tests there are: in the test binaries, and in the sources.

mod files;
mod ids;
mod linked;
mod manifest;
mod source;
mod tokens;

pub(crate) use linked::{Contents, Linked, TestBinary, contents, is_under_libtest, test_binaries, titles};
pub(crate) use manifest::brings_harness;
pub(crate) use source::{Annotated, Main, Sources, annotated, is_library, is_program, sources_of};
