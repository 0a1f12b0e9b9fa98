//! Tests that print their own names, from wherever they can.

use std::{process::Command, thread};

fn print_everywhere(name: &'static str) {
    println!("{name} itself");
    thread::spawn(move || println!("{name} from a thread")).join().expect("printed");
    let child = Command::new("echo").args([name, "from a child"]).status();
    assert!(child.expect("a child").success());
    eprintln!("{name} to stderr");
}

