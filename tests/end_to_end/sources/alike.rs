//! What libtest runs under `#[test]`, and testfiesta under its own attribute.

fn print(what: &str) {
    if std::env::var_os("END_TO_END_PRINT").is_some() {
        println!("{what} printed this");
    }
}

#[test]
fn alpha() {
    print("alpha");
}

#[test]
fn alpha_beta() {}

#[test]
fn beta() {
    print("beta");
    panic!("beta failed");
}

#[test]
fn gamma() -> Result<(), String> {
    Err("gamma failed".to_owned())
}

#[test]
#[ignore]
fn ignored_alpha() {}

#[test]
#[ignore = "takes long"]
fn ignored_beta() {
    panic!("ignored, and failing");
}

#[test]
#[ignore = "is no fun"]
#[should_panic]
fn ignored_panic() {
    panic!("as it should");
}

#[test]
fn panics_without_a_word() {
    panic!("");
}

#[test]
#[should_panic]
fn panics() {
    panic!("as it should");
}

#[test]
#[should_panic(expected = "exactly this")]
fn panics_otherwise() {
    panic!("something else");
}

#[test]
#[should_panic]
fn stays_calm() {}

#[test]
fn catches_a_panic() {
    eprintln!("before");
    let _ = std::panic::catch_unwind(|| panic!("caught"));
    // What is captured of a panic that is caught stands last.
    if std::env::var_os("END_TO_END_PRINT").is_none() {
        eprintln!("after");
    }
}

#[test]
fn catches_a_panic_and_fails() {
    let _ = std::panic::catch_unwind(|| panic!("caught"));
    panic!("not caught");
}

#[test]
fn has_a_thread_that_panics() {
    let thread = std::thread::Builder::new().name("courier".to_owned());
    let _ = thread.spawn(|| panic!("in a thread")).expect("a thread").join();
}

#[test]
fn r#match() {}

#[test]
fn größe() {}

mod deep {
    #[test]
    fn alpha() {}

    mod r#type {
        #[test]
        fn r#loop() {}

        #[test]
        #[ignore]
        fn ignored() {}
    }
}

mod zeta {
    #[test]
    fn last() {}
}
