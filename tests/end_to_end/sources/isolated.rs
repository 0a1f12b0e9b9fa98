//! Tests that would take a whole test binary with them, and some that ask for what only workers can give.

use std::{env, fs, path::PathBuf, process::Command, thread, time::Duration};

/// Where the tests leave word for whoever runs them.
fn scratch() -> PathBuf {
    PathBuf::from(env::var_os("ISOLATED_SCRATCH").expect("a directory for this run"))
}

#[testfiesta::case("ISO-1")]
fn aborts() {
    println!("before the end");
    std::process::abort();
}

#[testfiesta::case("ISO-2")]
fn segfaults() {
    unsafe { std::ptr::write_volatile(8 as *mut u8, 1) }
}

#[testfiesta::case("ISO-3")]
fn exits_with_zero() {
    std::process::exit(0);
}

#[testfiesta::case("ISO-4")]
fn exits_with_seven() {
    std::process::exit(7);
}

#[testfiesta::case("ISO-5")]
fn overflows_its_stack() {
    fn deeper(level: u64) -> u64 {
        let room = std::hint::black_box([level; 1000]);
        if level == 0 { 0 } else { deeper(level - 1) + room[999] }
    }
    println!("{}", deeper(u64::from(u32::MAX)));
}

#[testfiesta::case("ISO-6", timeout = "1s")]
fn hangs_with_a_child() {
    let child = Command::new("sleep").arg("600").spawn().expect("a child");
    fs::write(scratch().join("child"), child.id().to_string()).expect("written");
    println!("waiting");
    thread::sleep(Duration::from_secs(600));
}

#[testfiesta::case("ISO-7")]
fn prints_from_everywhere() {
    println!("from the test");
    thread::spawn(|| println!("from a thread")).join().expect("printed");
    assert!(Command::new("echo").arg("from a child").status().expect("echo").success());
    eprintln!("to stderr");
    panic!("so that it is shown");
}

#[testfiesta::case("ISO-8", retries = 2)]
fn passes_at_the_third_attempt() {
    let counter = scratch().join("attempts");
    let before = fs::read_to_string(&counter).unwrap_or_default();
    fs::write(&counter, format!("{before}x")).expect("written");
    println!("attempt after {}", before.len());
    assert_eq!(before.len(), 2, "not yet");
}

#[testfiesta::case("ISO-9", retries = 1)]
fn never_passes() {
    panic!("again");
}

fn alone_for_a_while() {
    let token = scratch().join("token");
    fs::File::create_new(&token).expect("nobody else of the group");
    thread::sleep(Duration::from_millis(50));
    fs::remove_file(token).expect("still there");
}

#[testfiesta::case("ISO-10", serial = "token")]
fn is_alone_first() {
    alone_for_a_while();
}

#[testfiesta::case("ISO-11", serial = "token")]
fn is_alone_second() {
    alone_for_a_while();
}

#[testfiesta::case("ISO-12")]
fn floods() {
    let line = "x".repeat(1023);
    for _ in 0..20_000 {
        println!("{line}");
    }
    panic!("after 20 MB");
}

#[testfiesta::case("ISO-13", flavor = "multi_thread")]
async fn runs_on_several_threads() {
    std::future::ready(()).await;
}

#[testfiesta::case("ISO-14")]
fn passes() {}

testfiesta::main!();
