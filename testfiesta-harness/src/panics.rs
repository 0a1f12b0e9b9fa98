//! Panics of the test's own thread are kept for the failure's reason; those of other threads are noted, and printed as
//! ever.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    cell::{self, RefCell},
    io::{self, Write},
    mem,
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    sync::{Mutex, MutexGuard, Once},
    thread,
};

use once_cell::sync::OnceCell;

use crate::{
    assertion, backtrace,
    lock::locked,
    outcome::{Failure, StrayPanic},
    payload::{self, Thrown},
    scrub::{self, without_secrets},
};

/// When a panic of the test's own thread is printed to stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echo {
    /// As it happens, as one of a thread of the test's name, which libtest would have given it.
    AtOnce,
    /// As it happens, by whatever printed panics before the first test: libtest captures that.
    ByLibtest,
    /// When the test goes on: then the panic was caught, and is no part of the reason why it fails. It is printed as one
    /// of a thread of the test's name, too.
    WhenCaught,
    /// Never.
    Never,
}

impl Echo {
    /// Whether a panic is printed before it is known what the test makes of it.
    pub(crate) fn is_at_once(self) -> bool {
        matches!(self, Self::AtOnce | Self::ByLibtest)
    }
}

/// How many panics of other threads are noted of one test.
const STRAYS: usize = 16;
/// How many panics may be thrown and caught by destructors while another one unwinds.
const WITHIN: usize = 16;

/// What is called when something panics.
type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send>;

/// Receives the panics that the current test may still catch, as one text, whenever they change; an empty text when the test
/// is over.
pub(crate) type Keeper = Box<dyn Fn(&str) + Send>;

/// What the test's thread left behind when it panicked.
pub(crate) struct Caught {
    /// The value that was thrown.
    pub(crate) payload: Thrown,
    echo: Echo,
    /// The test's name.
    name: &'static str,
    /// What the hook saw of it; nothing of a panic that was thrown without calling it.
    seen: Option<Box<Seen>>,
    /// Panics of other threads that this one passed on.
    causes: Vec<StrayPanic>,
}

/// A panic, as the hook saw it.
struct Seen {
    /// The thread's name, if that is not the test's own thread.
    thread: Option<String>,
    message: String,
    location: Option<String>,
    // Its frames get their names only when somebody wants to read them: that takes a hundred milliseconds.
    backtrace: Backtrace,
}

impl Seen {
    fn new(thread: Option<String>, info: &PanicHookInfo<'_>) -> Self {
        Self {
            thread,
            message: payload::message(info.payload()).into_owned(),
            location: info.location().map(ToString::to_string),
            // Captured only when `RUST_BACKTRACE` or `RUST_LIB_BACKTRACE` asks for it.
            backtrace: Backtrace::capture(),
        }
    }

    fn into_failure(self) -> Failure {
        Failure {
            backtrace: self.backtrace(),
            location: self.location,
            thread: self.thread,
            ..Failure::new(self.message)
        }
    }

    fn into_stray(self) -> StrayPanic {
        let Self { thread, message, location, .. } = self;
        StrayPanic { thread: thread.unwrap_or_default(), message, location }
    }

    fn told(&self, name: &str) -> String {
        let place = self.location.as_ref().map_or_else(String::new, |location| format!(" at {location}"));
        format!("thread '{name}' panicked{place}:\n{}", self.message)
    }

    fn backtrace(&self) -> Option<String> {
        (self.backtrace.status() == BacktraceStatus::Captured)
            .then(|| backtrace::of_the_test(&self.backtrace.to_string()))
    }

    /// As the standard library does.
    fn print(&self, name: &str) {
        let stack =
            self.backtrace().map_or_else(|| backtrace::hint().to_owned(), |stack| backtrace::shown(&stack));
        let text = without_secrets(self.told(name) + &stack);
        // A closed stderr is no reason to fail, least of all inside a panic.
        let _ = writeln!(io::stderr(), "\n{text}");
    }
}

impl Caught {
    /// Message, place and stack, and what led to it.
    pub(crate) fn into_failure(self) -> Failure {
        let mut failure = match self.seen {
            Some(seen) => seen.into_failure(),
            None => Failure::new(payload::message(&*self.payload)),
        };
        if let Some((left, right)) = assertion::sides(&failure.message) {
            (failure.left, failure.right) = (Some(left.to_owned()), Some(right.to_owned()));
        }
        if !self.causes.is_empty() {
            failure.chain.push(failure.message.clone());
            failure.chain.extend(self.causes.iter().map(ToString::to_string));
        }
        failure
    }

    /// The test expected it: it is no reason for anything, and is printed as one that the test caught itself.
    pub(crate) fn let_go(self) {
        if let Some(seen) = self.seen {
            went_on(self.echo, self.name, &seen);
        }
    }
}

#[derive(Default)]
struct Watch {
    echo: Option<Echo>,
    /// The test's name.
    name: &'static str,
    /// Those of which it is not known yet whether the test caught them, the last one last.
    seen: Vec<Seen>,
}

thread_local! {
    /// Of the test that runs on this thread, if one does.
    static WATCH: RefCell<Watch> = RefCell::default();
    static KEEPER: cell::OnceCell<Keeper> = const { cell::OnceCell::new() };
}

/// Has the panics of this thread's tests kept from now on, where they outlive a test that does not get past its unwinding.
pub(crate) fn keep(keeper: Keeper) {
    // Whoever came first keeps them.
    let _ = KEEPER.with(|kept| kept.set(keeper));
}

/// Panics of threads that run no test, while one test is alone in this process.
static STRAY: Mutex<Option<Vec<Seen>>> = Mutex::new(None);

/// Notes panics of other threads while `body` runs, which has to be the only test in this process: a thread does not
/// tell whose it is. Those that `body` did not pass on are answered too.
pub(crate) fn catch_alone<T>(
    echo: Echo,
    name: &'static str,
    body: impl FnOnce() -> T,
) -> (Result<T, Caught>, Vec<StrayPanic>) {
    // The test before this one may have taken ours away.
    install_hook();
    *stray() = Some(Vec::new());
    let result = watched(echo, name, body);
    let mut noted = stray().take().unwrap_or_default();
    let result = result.map_err(|caught| passed_on(caught, &mut noted));
    (result, strays(noted))
}

/// Runs `body`, which is the test of this name, and catches its panic.
pub(crate) fn catch<T>(echo: Echo, name: &'static str, body: impl FnOnce() -> T) -> Result<T, Caught> {
    // Once: to take a hook away that a test put there is to meddle with those beside it.
    static HOOK: Once = Once::new();
    HOOK.call_once(install_hook);
    watched(echo, name, body)
}

fn watched<T>(echo: Echo, name: &'static str, body: impl FnOnce() -> T) -> Result<T, Caught> {
    // With one test thread the tests run inside the runner, which is watched too.
    let outer = WATCH.replace(Watch { echo: Some(echo), name, seen: Vec::new() });
    let result = panic::catch_unwind(AssertUnwindSafe(body));
    let mut seen = WATCH.replace(outer).seen;
    if !seen.is_empty() {
        tell_keeper(name, &[]);
    }
    let result = result.map_err(|payload| {
        // `resume_unwind` throws without calling the hook: what the hook saw were other panics then.
        let message = payload::message(&*payload);
        let thrown = seen.iter().rposition(|seen| seen.message == message);
        let thrown = thrown.map(|at| Box::new(seen.remove(at)));
        Caught { payload: Thrown::new(payload), echo, name, seen: thrown, causes: Vec::new() }
    });
    for caught in seen {
        went_on(echo, name, &caught);
    }
    result
}

/// As they are printed, without their stacks: to name the frames of each panic that a test catches takes too long.
fn tell_keeper(name: &str, seen: &[Seen]) {
    let told =
        |keeper: &Keeper| keeper(&seen.iter().map(|seen| seen.told(name)).collect::<Vec<_>>().join("\n"));
    // While a thread ends, nothing is kept any more.
    let _ = KEEPER.try_with(|keeper| keeper.get().map(told));
}

/// Finds the panics of other threads in one of the test's own.
fn passed_on(mut caught: Caught, noted: &mut Vec<Seen>) -> Caught {
    let message = payload::message(&*caught.payload);
    // What `join` answered, unwrapped; what `thread::scope` throws.
    let of_a_thread = message.ends_with("Any { .. }") || message == "a scoped thread panicked";
    if caught.seen.is_none() {
        // What `join` answered, thrown again.
        let same = noted.iter().rposition(|seen| seen.message == message);
        caught.seen = same.map(|at| Box::new(noted.remove(at)));
    } else if of_a_thread {
        caught.causes = strays(mem::take(noted));
    }
    caught
}

fn strays(noted: Vec<Seen>) -> Vec<StrayPanic> {
    noted.into_iter().map(Seen::into_stray).collect()
}

/// The test caught this panic itself.
fn went_on(echo: Echo, name: &str, caught: &Seen) {
    if echo == Echo::WhenCaught {
        caught.print(name);
    }
}

fn stray() -> MutexGuard<'static, Option<Vec<Seen>>> {
    locked(&STRAY)
}

fn name_of_this_thread() -> String {
    thread::current().name().unwrap_or("<unnamed>").to_owned()
}

/// Prints why a test failed that did not panic, where panics are printed at once.
pub(crate) fn print_at_once(failure: &Failure) {
    let text = without_secrets(failure.rendered());
    // By this macro, from which libtest captures it. On a closed stderr that panics, which is no reason to fail.
    let _ = panic::catch_unwind(|| eprintln!("{text}"));
}

/// Sees every panic from now on, and prints with what was there before the first test.
fn install_hook() {
    static PRINT: OnceCell<Hook> = OnceCell::new();
    let print = PRINT.get_or_init(panic::take_hook);
    panic::set_hook(Box::new(move |info| {
        let ends_the_process = ends_the_process(info);
        // While a thread ends, it is nobody's any more.
        let noted = WATCH
            .try_with(|watch| {
                let noted = note(watch, info);
                if ends_the_process {
                    print_earlier(watch);
                }
                noted
            })
            .ok()
            .flatten();
        let test = match noted {
            None => {
                note_stray(info);
                None
            }
            Some((Echo::ByLibtest, _)) => None,
            Some((Echo::AtOnce, test)) if thread::current().name() == Some(test) => None,
            Some((Echo::WhenCaught | Echo::Never, _)) if !ends_the_process => return,
            Some((_, test)) => Some(test),
        };
        let name = test.map_or_else(name_of_this_thread, str::to_owned);
        if test.is_some()
            || scrub::has_secrets(&name)
            || scrub::has_secrets(&payload::message(info.payload()))
        {
            Seen::new(None, info).print(&name);
        } else {
            print(info);
        }
    }));
}

/// Whether the process is aborted after this panic, as where one leaves a destructor during another or an `extern "C"`
/// function. On a stable compiler only the `Debug` form tells. With `panic = "abort"` every panic does, whatever it says.
fn ends_the_process(info: &PanicHookInfo<'_>) -> bool {
    cfg!(panic = "abort") || format!("{info:?}").contains("can_unwind: false")
}

/// Prints what was kept of this thread's panics but for the last: nobody will come to ask for their stacks.
fn print_earlier(watch: &RefCell<Watch>) {
    let Ok(mut watch) = watch.try_borrow_mut() else { return };
    let mut seen = mem::take(&mut watch.seen);
    seen.pop();
    if !watch.echo.is_some_and(Echo::is_at_once) {
        seen.iter().for_each(|seen| seen.print(watch.name));
    }
}

/// Keeps a panic of a test's own thread, and answers the test's name if that is where it happened.
fn note(watch: &RefCell<Watch>, info: &PanicHookInfo<'_>) -> Option<(Echo, &'static str)> {
    let mut watch = watch.try_borrow_mut().ok()?;
    let echo = watch.echo?;
    if watch.seen.len() == WITHIN {
        let oldest = watch.seen.remove(0);
        went_on(echo, watch.name, &oldest);
    }
    watch.seen.push(Seen::new(None, info));
    tell_keeper(watch.name, &watch.seen);
    Some((echo, watch.name))
}

fn note_stray(info: &PanicHookInfo<'_>) {
    if let Some(noted) = &mut *stray()
        && noted.len() < STRAYS
    {
        noted.push(Seen::new(Some(name_of_this_thread()), info));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_thrown_again_keeps_its_message() {
        let body = || panic::resume_unwind(Box::new("from elsewhere"));
        let caught: Caught = catch::<()>(Echo::Never, "adds", body).expect_err("a panic");
        assert_eq!(caught.into_failure(), Failure::new("from elsewhere"));
    }

    #[test]
    fn panics_are_kept_until_the_test_ends() {
        let kept = std::sync::Arc::new(Mutex::new(Vec::new()));
        let keeper = std::sync::Arc::clone(&kept);
        let test = thread::spawn(move || {
            keep(Box::new(move |panics| locked(&keeper).push(panics.to_owned())));
            let _ = catch(Echo::Never, "adds", || {
                let _ = panic::catch_unwind(|| panic!("caught"));
                panic!("not caught")
            });
        });
        test.join().expect("no panic");
        let [first, both, end] = &locked(&kept)[..] else { panic!("{:?}", locked(&kept)) };
        assert!(first.starts_with("thread 'adds' panicked at ") && first.ends_with(":\ncaught"), "{first}");
        assert!(both.starts_with(first) && both.ends_with(":\nnot caught"), "{both}");
        assert_eq!(end, "");
    }

    #[test]
    fn a_panic_that_a_destructor_catches_is_not_the_one_that_fails_the_test() {
        struct Careful;
        impl Drop for Careful {
            fn drop(&mut self) {
                let _ = panic::catch_unwind(|| panic!("inner"));
            }
        }
        let body = || {
            let _careful = Careful;
            panic!("outer");
        };
        let failure = catch::<()>(Echo::Never, "adds", body).expect_err("a panic").into_failure();
        assert_eq!((&*failure.message, failure.location.is_some()), ("outer", true));
    }
}
