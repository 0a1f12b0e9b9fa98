//! A test target that waits for whoever drives it, so that its process can be met in the middle.

use std::{env, fs, path::PathBuf, thread, time::Duration};

/// A file in the directory through which the two speak to each other.
fn sign(name: &str) -> PathBuf {
    PathBuf::from(env::var_os("END_TO_END_SIGNS").expect("a directory")).join(name)
}

#[testfiesta::case("WAIT-1")]
fn a_passes() {}

/// Says that it runs, and ends when it is told to.
#[testfiesta::case("WAIT-2", "WAIT-3", name = "Waits to be told")]
fn b_waits() {
    fs::write(sign("waiting"), "").expect("written");
    while !sign("go").exists() {
        thread::sleep(Duration::from_millis(10));
    }
}

#[testfiesta::case("WAIT-4")]
fn c_passes() {}

testfiesta::main!();
