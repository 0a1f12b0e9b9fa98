//! A test that is over, and one that is not: it holds a connection, and so does a process that it started.

use std::{env, net::TcpStream, os::fd::OwnedFd, process::Command, thread};

fn connection() -> TcpStream {
    TcpStream::connect(env::var("INTERRUPTED_BY").expect("an address")).expect("a connection")
}

#[testfiesta::case("INT-1")]
fn a_is_over() {}

#[testfiesta::case("INT-2")]
fn b_goes_on() {
    testfiesta::attach("so_far.txt", "it was going well");
    let stdin = OwnedFd::from(connection());
    Command::new("sleep").arg("600").stdin(stdin).spawn().expect("a child");
    let _connection = connection();
    loop {
        thread::park();
    }
}

#[testfiesta::case("INT-3")]
fn c_never_begins() {}

testfiesta::main!();
