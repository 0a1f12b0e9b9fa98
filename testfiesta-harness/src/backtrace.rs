//! A stack, cut to the frames that are the user's, and the standard library's words about that.

use std::{
    env,
    sync::atomic::{AtomicBool, Ordering},
};

/// What calls a test: the function that the attribute generates, or what is below it. A thread of the test's ends sooner.
const CALLERS: &[&str] =
    &["::__testfiesta_run", "testfiesta_harness::execution::", "__rust_begin_short_backtrace"];
/// What a panic calls.
const MACHINERY: &[&str] = &[
    "rust_begin_unwind",
    "core::panicking::",
    "core::option::",
    "core::result::",
    "std::panicking::begin_panic",
    "std::panic::panic_any",
];

/// The frames between the panic and the harness; all of them with `RUST_BACKTRACE=full`.
pub(crate) fn of_the_test(backtrace: &str) -> String {
    if is_full() { backtrace.to_owned() } else { cut(backtrace) }
}

/// What is shown of a stack below the message of a panic. Starts a line, and ends one if the stack does.
pub(crate) fn shown(backtrace: &str) -> String {
    let note = if is_full() {
        ""
    } else {
        "\nnote: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace."
    };
    format!("\nstack backtrace:\n{backtrace}{note}")
}

/// What is shown in place of a stack, of the first panic of this process: how to get one. Starts a line.
pub(crate) fn hint() -> &'static str {
    static HINTED: AtomicBool = AtomicBool::new(false);
    let is_off = env::var_os("RUST_BACKTRACE").is_none_or(|value| value == "0");
    if is_off && !HINTED.swap(true, Ordering::Relaxed) {
        "\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace"
    } else {
        ""
    }
}

fn is_full() -> bool {
    env::var_os("RUST_BACKTRACE").is_some_and(|value| value == "full")
}

fn cut(backtrace: &str) -> String {
    let frames = frames(backtrace);
    let is_of = |frame: &str, names: &[&str]| names.iter().any(|name| frame.contains(name));
    let to = frames.iter().position(|frame| is_of(frame, CALLERS)).unwrap_or(frames.len());
    let from = frames[..to].iter().rposition(|frame| is_of(frame, MACHINERY)).map_or(0, |last| last + 1);
    // Between the test and us stands what calls a function pointer.
    let calls =
        frames[from..to].iter().rev().take_while(|frame| frame.contains("core::ops::function::")).count();
    let left = frames[from..to - calls].iter().enumerate();
    left.map(|(number, frame)| numbered(number, frame)).collect::<String>().trim_end().to_owned()
}

/// A frame under another number.
fn numbered(number: usize, frame: &str) -> String {
    match frame.split_once(": ") {
        Some((old, rest)) if old.trim_start().parse::<u32>().is_ok() => format!("{number:>4}: {rest}"),
        _ => frame.to_owned(),
    }
}

/// A frame is a numbered line, and perhaps one below it with the place.
fn frames(backtrace: &str) -> Vec<&str> {
    let mut frames: Vec<&str> = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in backtrace.split_inclusive('\n') {
        if at > start && !line.trim_start().starts_with("at ") {
            frames.push(&backtrace[start..at]);
            start = at;
        }
        at += line.len();
    }
    frames.push(&backtrace[start..]);
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: &str = "\
   0: testfiesta_harness::panics::install_hook::{{closure}}
             at ./src/panics.rs:60:31
   1: rust_begin_unwind
             at /rustc/0/library/std/src/panicking.rs:689:5
   2: core::panicking::panic_fmt
   3: webshop::total
             at ./src/cart.rs:7:9
   4: cart::adds
             at ./tests/cart.rs:3:5
   5: core::ops::function::FnOnce::call_once
   6: testfiesta_harness::execution::execute::{{closure}}
   7: std::panicking::catch_unwind::do_call
   8: testfiesta_harness::panics::catch
   9: testfiesta_harness::execution::execute
";

    #[test]
    fn only_the_user_s_frames_are_left() {
        let expected = "   0: webshop::total
             at ./src/cart.rs:7:9
   1: cart::adds
             at ./tests/cart.rs:3:5";
        assert_eq!(cut(STACK), expected);
    }

    #[test]
    fn what_the_attribute_generates_is_not_the_user_s() {
        let stack = "   0: std::panic::panic_any\n   1: cart::adds\n   2: cart::__testfiesta_case_adds::__TESTFIESTA_CASE::__testfiesta_run\n";
        assert_eq!(cut(stack), "   0: cart::adds");
    }

    #[test]
    fn a_thread_s_stack_ends_where_the_thread_began() {
        let stack =
            "   0: cart::courier\n   1: std::sys::backtrace::__rust_begin_short_backtrace\n   2: clone3\n";
        assert_eq!(cut(stack), "   0: cart::courier");
    }

    #[test]
    fn a_stack_without_known_frames_is_whole() {
        assert_eq!(cut("   0: something\n   1: else\n"), "   0: something\n   1: else");
    }
}
