//! The seven that matter. Others that only pass are added to them.

use std::{
    env, fs,
    io::{self, Write},
    process::Command,
    time::Duration,
};

#[testfiesta::case("HUN-0")]
fn aborts() {
    std::process::abort();
}

#[testfiesta::case("HUN-1")]
fn segfaults() {
    unsafe { std::ptr::write_volatile(8 as *mut u8, 1) }
}

#[testfiesta::case("HUN-2")]
fn overflows_its_stack() {
    fn deeper(level: u64) -> u64 {
        let room = std::hint::black_box([level; 1000]);
        if level == 0 { 0 } else { deeper(level - 1) + room[999] }
    }
    println!("{}", deeper(u64::from(u32::MAX)));
}

#[testfiesta::case("HUN-3")]
fn exits_with_zero() {
    std::process::exit(0);
}

#[testfiesta::case("HUN-4", timeout = "1s")]
fn loops_for_ever() {
    loop {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[testfiesta::case("HUN-5")]
fn floods() {
    let line = [[b'x'; 1023].as_slice(), b"\n"].concat().repeat(64);
    let mut stdout = io::stdout().lock();
    for _ in 0..100 * 16 {
        stdout.write_all(&line).expect("written");
    }
}

#[testfiesta::case("HUN-6")]
fn leaves_a_child_behind() {
    let child = Command::new("sleep").arg("600").spawn().expect("a child");
    let place = env::var_os("HUNDRED_CHILD").expect("a place to tell of it");
    fs::write(place, child.id().to_string()).expect("written");
}

