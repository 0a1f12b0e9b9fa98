//! Tests that fail, or nearly do, each for a reason of another form.

use std::{error::Error, fmt, panic, thread};

#[testfiesta::case("WHY-1")]
fn compares() {
    assert_eq!(vec![1 + 1], [3], "the\nsum");
}

#[derive(Debug)]
struct NoCheckout(std::num::ParseIntError);

impl fmt::Display for NoCheckout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no checkout")
    }
}

impl Error for NoCheckout {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[testfiesta::case("WHY-2")]
async fn returns_an_error_with_a_cause() -> Result<(), Box<dyn Error + Send + Sync>> {
    "x".parse::<u8>().map_err(NoCheckout)?;
    Ok(())
}

#[testfiesta::case("WHY-3")]
fn throws_a_number() {
    panic::panic_any(7_u32);
}

fn courier(message: &'static str) -> thread::JoinHandle<()> {
    let courier = thread::Builder::new().name("courier".to_owned());
    courier.spawn(move || panic!("{message}")).expect("a thread")
}

#[testfiesta::case("WHY-4")]
fn unwraps_what_a_thread_left() {
    courier("the parcel is lost").join().unwrap();
}

#[testfiesta::case("WHY-5")]
fn throws_again_what_a_thread_threw() {
    if let Err(payload) = courier("the parcel is broken").join() {
        panic::resume_unwind(payload);
    }
}

#[testfiesta::case("WHY-6")]
fn passes_beside_a_thread_that_panicked() {
    // Waited for without being joined: what it left behind is never looked at.
    let courier = courier("the parcel is late");
    while !courier.is_finished() {
        thread::yield_now();
    }
}

#[testfiesta::case("WHY-7")]
fn fails_after_a_panic_that_it_caught() {
    let _ = panic::catch_unwind(|| panic!("caught"));
    panic!("not caught");
}

mod deep {
    #[testfiesta::case("WHY-8")]
    fn runs_on_a_thread_of_its_name() {
        assert_eq!(std::thread::current().name(), Some("deep::runs_on_a_thread_of_its_name"));
    }
}

#[testfiesta::case("WHY-9", timeout = "100ms", retries = 2)]
fn never_ends() {
    loop {
        thread::park();
    }
}

/// What ends no test that panics: it is done in a destructor.
struct InTheEnd(fn());

impl Drop for InTheEnd {
    fn drop(&mut self) {
        (self.0)();
    }
}

fn wait_for_ever() {
    loop {
        thread::park();
    }
}

#[testfiesta::case("WHY-11", timeout = "400ms")]
fn hangs_after_its_panic() {
    let _end = InTheEnd(wait_for_ever);
    assert_eq!(1 + 1, 3, "the real reason");
}

#[testfiesta::case("WHY-12", timeout = "400ms")]
fn panics_beside_a_scoped_thread() {
    thread::scope(|scope| {
        scope.spawn(wait_for_ever);
        panic!("the real reason");
    });
}

#[testfiesta::case("WHY-13")]
fn aborts_after_its_panic() {
    let _end = InTheEnd(|| std::process::abort());
    panic!("the real reason");
}

#[testfiesta::case("WHY-14")]
fn exits_after_its_panic() {
    let _end = InTheEnd(|| std::process::exit(3));
    let secret = std::env::var("SHOP_PASSWORD").unwrap_or_default();
    panic!("the real reason {secret}");
}

#[testfiesta::case("WHY-15")]
#[should_panic]
fn just_panics_as_it_should() {
    panic!("as it should");
}

#[testfiesta::case("WHY-16")]
fn just_aborts() {
    std::process::abort();
}

/// The choice of most libraries that print in colours.
#[testfiesta::case("WHY-10")]
fn paints() {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| value != "0");
    let red = !is_set("NO_COLOR") && is_set("CLICOLOR_FORCE");
    panic!("{}", if red { "\u{1b}[31mred\u{1b}[0m" } else { "plain" });
}

testfiesta::main!();
