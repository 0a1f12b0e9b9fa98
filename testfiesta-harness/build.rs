//! Remembers which compiler built the tests: asking it at run time would cost every test process.

use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=TESTFIESTA_BUILD_TARGET={}", env::var("TARGET").unwrap_or_default());
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version =
        Command::new(rustc).arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    println!("cargo::rustc-env=TESTFIESTA_BUILD_RUSTC={}", String::from_utf8_lossy(&version).trim());
}
