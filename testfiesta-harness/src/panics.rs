//! Panics of the test's own thread are kept for the failure's message; all others are printed as ever.

use std::{
    any::Any,
    backtrace::{Backtrace, BacktraceStatus},
    cell::RefCell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

use crate::{backtrace, outcome::Failure};

/// What the test's thread left behind when it panicked.
pub(crate) struct Caught {
    /// The value that was thrown.
    pub(crate) payload: Box<dyn Any + Send>,
    /// What the hook saw of it; nothing of a panic that was thrown without calling it.
    seen: Option<Seen>,
}

struct Seen {
    message: String,
    location: Option<String>,
    // Its frames get their names only when somebody wants to read them: that takes a hundred milliseconds.
    backtrace: Backtrace,
}

impl Caught {
    /// Message, place and stack.
    pub(crate) fn into_failure(self) -> Failure {
        let message = message_of(&*self.payload);
        match self.seen {
            Some(seen) if seen.message == message => Failure {
                message: seen.message,
                location: seen.location,
                backtrace: (seen.backtrace.status() == BacktraceStatus::Captured)
                    .then(|| backtrace::of_the_test(&seen.backtrace.to_string())),
            },
            // `resume_unwind` throws without calling the hook: what the hook saw last was another panic.
            _ => Failure::new(message),
        }
    }
}

#[derive(Default)]
struct Watch {
    on: bool,
    echo: bool,
    last: Option<Seen>,
}

thread_local! {
    static WATCH: RefCell<Watch> = RefCell::default();
}

/// Runs `body` and catches its panic. With `echo` the panic is also printed to stderr at once.
pub(crate) fn catch<T>(echo: bool, body: impl FnOnce() -> T) -> Result<T, Caught> {
    install_hook();
    // With one test thread the tests run inside the runner, which is watched too.
    let outer = WATCH.replace(Watch { on: true, echo, last: None });
    let result = panic::catch_unwind(AssertUnwindSafe(body));
    let watch = WATCH.replace(outer);
    result.map_err(|payload| Caught { payload, seen: watch.last })
}

/// The text of a panic's payload, as the standard library would print it.
pub(crate) fn message_of(payload: &(dyn Any + Send)) -> &str {
    payload_text(payload).unwrap_or("Box<dyn Any>")
}

/// The text of a panic's payload, if it is one.
pub(crate) fn payload_text(payload: &(dyn Any + Send)) -> Option<&str> {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

fn install_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let print_it = WATCH
                .try_with(|watch| {
                    let Ok(mut watch) = watch.try_borrow_mut() else { return true };
                    if !watch.on {
                        return true;
                    }
                    watch.last = Some(Seen {
                        message: message_of(info.payload()).to_owned(),
                        location: info.location().map(ToString::to_string),
                        // Captured only when `RUST_BACKTRACE` or `RUST_LIB_BACKTRACE` asks for it.
                        backtrace: Backtrace::capture(),
                    });
                    watch.echo
                })
                .unwrap_or(true);
            if print_it {
                print(info);
            }
        }));
    });
}
