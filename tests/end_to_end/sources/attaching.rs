use std::{
    env, fs,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

#[testfiesta::case("SHOP-1")]
fn attaches_text() {
    testfiesta::attach("cart.json", "{}");
}

#[testfiesta::case("SHOP-2", "SHOP-3")]
fn attaches_to_two_cases() {
    testfiesta::attach("both", "for both");
}

#[testfiesta::case("SHOP-4")]
fn attaches_a_file() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("shot-{}.png", std::process::id()));
    fs::write(&path, b"\x89PNG").unwrap();
    testfiesta::attach_file(&path);
    fs::remove_file(path).unwrap();
}

#[testfiesta::case]
fn attaches_and_fails() {
    testfiesta::attach("first.txt", "one");
    testfiesta::attach("second.txt", "two");
    panic!("on purpose");
}

#[testfiesta::case]
fn attaches_nothing() {}

#[testfiesta::case]
fn attaches_from_a_thread() {
    // In a process of many tests nobody knows whose thread this is.
    if env::var_os("END_TO_END_THREADS").is_none() {
        thread::spawn(|| testfiesta::attach("thread.txt", "from a thread")).join().unwrap();
    }
}

#[testfiesta::case]
fn attaches_what_is_not_there() {
    testfiesta::attach_file("no/such/file.png");
}

#[testfiesta::case]
fn attaches_too_much() {
    testfiesta::attach("flood.bin", vec![0; 1_200_000]);
}

#[testfiesta::case]
fn attaches_its_environment() {
    let environment: Vec<_> = env::vars().collect();
    testfiesta::attach("environment.txt", format!("{environment:?}"));
}

#[testfiesta::case]
fn attaches_and_aborts() {
    if env::var_os("END_TO_END_ABORTS").is_some() {
        testfiesta::attach("last.txt", "last words");
        std::process::abort();
    }
}

#[testfiesta::case]
fn waits_for_a_sign() {
    let Some(signs) = env::var_os("END_TO_END_SIGNS") else { return };
    while !Path::new(&signs).join("go").exists() {
        thread::sleep(Duration::from_millis(10));
    }
}

testfiesta::main!();
