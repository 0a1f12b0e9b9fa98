//! Tests that say all they know, as a helpful message sometimes does.

fn environment() -> String {
    let leak = std::env::var("END_TO_END_LEAK").unwrap_or_default();
    format!("{:?} {leak}", std::env::vars().collect::<Vec<_>>())
}

#[testfiesta::case("LEAK-1")]
fn a_panic_holds_the_environment() {
    panic!("the environment is {}", environment());
}

#[testfiesta::case("LEAK-2")]
fn an_assertion_holds_the_environment() {
    assert_eq!(environment(), "");
}

#[testfiesta::case("LEAK-3")]
fn an_error_holds_the_environment() -> Result<(), Vec<String>> {
    Err(vec![environment()])
}

#[testfiesta::case("LEAK-4", retries = 1)]
fn each_attempt_holds_the_environment() {
    panic!("{}", environment());
}

#[testfiesta::case("LEAK-5")]
fn the_output_holds_the_environment() {
    // In a process that is shared nothing is captured, and what is printed is on the console at once.
    if std::env::var("TESTFIESTA_ISOLATION").is_err() {
        println!("{}", environment());
        eprintln!("{}", environment());
    }
    panic!();
}

#[testfiesta::case("LEAK-6")]
fn attachments_and_names_hold_the_environment() {
    let leak = std::env::var("END_TO_END_LEAK").unwrap_or_default();
    testfiesta::attach(format!("{leak}.txt"), environment());
    let name = format!("thread of {leak}");
    let _ = std::thread::Builder::new().name(name).spawn(|| panic!("on a thread")).unwrap().join();
    panic!();
}

testfiesta::main!();
