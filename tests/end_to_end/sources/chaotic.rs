//! Tests that leave a note of their own when they begin and when they end, for whoever compares it with what arrived.

use std::{env, fs::File, io::Write, thread, time::Duration};

fn note(test: &str, what: &str) {
    let path = env::var_os("END_TO_END_LEDGER").expect("a file");
    let mut file = File::options().append(true).create(true).open(path).expect("a file");
    // One write, which no signal tears.
    file.write_all(format!("{test} {what}\n").as_bytes()).expect("written");
}

fn act(test: &str, number: u64) {
    note(test, "began");
    thread::sleep(Duration::from_millis(number * 7 % 20));
    if number.is_multiple_of(3) {
        println!("{}", ".".repeat(100 * number as usize));
    }
    note(test, "ended");
    assert!(number % 7 != 3, "this one fails");
}

