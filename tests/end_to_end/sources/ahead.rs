//! Tests that take no time, among which some crash and fail, and one that lasts until all others ran.

use std::{
    env,
    fs::{self, File},
    io::Write,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

/// Where each test leaves its name when it begins.
fn register() -> PathBuf {
    PathBuf::from(env::var_os("AHEAD_REGISTER").expect("a file for this run"))
}

fn begins(name: &str) {
    let mut register = File::options().append(true).create(true).open(register()).expect("a file");
    register.write_all(format!("{name}\n").as_bytes()).expect("written");
    println!("{name} to stdout");
    eprintln!("{name} to stderr");
}

fn lasts(name: &str, others: usize) {
    begins(name);
    let start = Instant::now();
    while fs::read_to_string(register()).expect("names").lines().count() <= others {
        assert!(start.elapsed() < Duration::from_secs(60), "some wait behind this one");
        thread::sleep(Duration::from_millis(1));
    }
}

