//! Threads, by name.

use std::{
    io,
    thread::{Builder, JoinHandle},
};

/// What a thread does. Boxed, since the standard library's part of it is compiled anew for each type.
pub(crate) type Body<'scope, T> = Box<dyn FnOnce() -> T + Send + 'scope>;

/// Starts a thread.
///
/// # Errors
///
/// When the system has none to spare.
pub(crate) fn spawn<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let body: Body<'static, T> = Box::new(body);
    Builder::new().name(name.to_owned()).spawn(body)
}
