//! Tests that meddle with the process that they run in.

#[cfg(unix)]
use std::time::{Duration, Instant};
use std::{env, fs, hint::black_box, panic, process, thread};

#[testfiesta::case]
#[cfg(unix)]
fn forks_and_comes_back_twice() {
    unsafe extern "C" {
        fn fork() -> i32;
        fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    }
    let (child, mut status) = (unsafe { fork() }, 0);
    if child != 0 {
        assert_eq!(unsafe { waitpid(child, &mut status, 0) }, child);
    }
}

#[testfiesta::case]
fn takes_the_panic_hook() {
    drop(panic::take_hook());
}

#[testfiesta::case]
fn will_fail_plainly() {
    panic!("in its place");
}

#[testfiesta::case]
fn needs_a_large_stack() {
    fn deeper(level: u64) -> u64 {
        let room = black_box([level; 1000]);
        if level == 0 { 0 } else { deeper(level - 1) + room[999] }
    }
    // About 16 MB.
    println!("{}", deeper(2000));
}

#[testfiesta::case]
fn a_thread_of_it_says_a_secret() {
    let secret = std::env::var("SHOP_PASSWORD").unwrap_or_default();
    let _ = thread::spawn(move || panic!("no entry with {secret}")).join();
}

#[testfiesta::case]
fn starts_itself_again_and_dies_there() {
    if env::var_os("UNRULY_CHILD").is_some() {
        println!("in the child");
        process::abort();
    }
    let mut child = process::Command::new(env::current_exe().expect("an executable"));
    let name = "starts_itself_again_and_dies_there";
    child.args(["--exact", name, "--nocapture"]).env("UNRULY_CHILD", "1");
    let output = child.output().expect("a child");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("in the child") && !output.status.success(), "{printed}");
}

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        panic!("the guard was not released");
    }
}

#[testfiesta::case]
fn will_panic_while_it_unwinds() {
    let _guard = Guard;
    panic!("the sum is wrong");
}

#[testfiesta::case]
fn will_panic_where_nothing_unwinds() {
    extern "C" fn callback() {
        panic!("called from elsewhere");
    }
    callback();
}

/// Puts a sign where the other process looks for it too, and waits until there are two.
#[cfg(unix)]
fn meets_another(sign: &str) -> bool {
    let signs = env::var("END_TO_END_SIGNS").expect("a directory");
    fs::write(format!("{signs}/{sign}-{}", process::id()), "").expect("written");
    // A little less than what workers have to come to their ends.
    let deadline = Instant::now() + Duration::from_secs(4);
    let names = || fs::read_dir(&signs).expect("signs").map(|it| it.expect("a sign").file_name());
    loop {
        let both = names().filter(|name| name.to_string_lossy().starts_with(sign)).count() == 2;
        if both || Instant::now() > deadline {
            return both;
        }
        thread::yield_now();
    }
}

/// One of two in processes of their own, each of which waits at its exit for the other's.
#[cfg(unix)]
fn waits_at_exit() {
    unsafe extern "C" {
        fn atexit(callback: extern "C" fn()) -> i32;
    }
    extern "C" fn at_exit() {
        if meets_another("exit") {
            let signs = env::var("END_TO_END_SIGNS").expect("a directory");
            fs::write(format!("{signs}/together-{}", process::id()), "").expect("written");
        }
    }
    assert!(meets_another("test"));
    assert_eq!(unsafe { atexit(at_exit) }, 0);
}

#[testfiesta::case]
#[cfg(unix)]
fn waits_at_exit_for_the_second() {
    waits_at_exit();
}

#[testfiesta::case]
#[cfg(unix)]
fn waits_at_exit_for_the_first() {
    waits_at_exit();
}

#[testfiesta::case]
#[cfg(unix)]
fn is_found_out_at_exit() {
    unsafe extern "C" {
        fn atexit(callback: extern "C" fn()) -> i32;
        fn _exit(code: i32) -> !;
    }
    extern "C" fn at_exit() {
        eprintln!("12345 bytes leaked");
        unsafe { _exit(23) }
    }
    println!("before its end");
    assert_eq!(unsafe { atexit(at_exit) }, 0);
}

#[testfiesta::case]
fn sees_no_more_arguments_than_were_given() {
    assert!(!env::args().any(|argument| argument.contains("worker")));
}

#[testfiesta::case]
fn takes_stderr_for_ever() {
    std::mem::forget(std::io::stderr().lock());
    panic!("and fails");
}

/// And ends the process.
#[testfiesta::case]
fn builds_its_executable_again() {
    let path = env::current_exe().expect("a path");
    fs::remove_file(&path).expect("removed");
    fs::write(&path, "no program").expect("written");
    std::process::exit(7);
}

#[testfiesta::case]
fn knows_its_executable() {
    let path = env::current_exe().expect("a path");
    let name = |path: &str| path.trim_end_matches(" (deleted)").to_owned();
    let argument = env::args().next().expect("a name");
    assert_eq!(name(&argument), name(path.to_str().expect("text")));
}

testfiesta::main!();
