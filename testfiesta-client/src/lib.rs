//! Typed clients of the services that testfiesta reports to.
//!
//! Without the feature `http` only the wire types are compiled: a server that speaks the same API shares them.

pub mod testfiesta;
