//! Which tests there are: in the test binaries, and in the sources.

mod linked;
mod manifest;
mod source;

pub(crate) use linked::{Linked, TestBinary, contents, test_binaries};
pub(crate) use manifest::brings_harness;
pub(crate) use source::{Annotated, annotated, sources_of};
