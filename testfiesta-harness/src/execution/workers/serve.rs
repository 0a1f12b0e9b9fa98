//! A worker: what the executable does when the harness started it.

use std::{
    collections::VecDeque,
    env,
    fs::File,
    io::{self, Read, Write},
    net::TcpStream,
    panic,
    path::Path,
    process::ExitCode,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use super::{
    ledger,
    protocol::{self, Order},
};
use crate::{
    attachments,
    execution::{capture::Printed, execute},
    journal::alive,
    lock::locked,
    panics::{self, Echo},
    registry::{self, Test},
    say::say,
    scrub::{self, Scrubber},
    thread,
};

/// The environment variable that makes a worker of a test binary: it names a file that is there until the worker has
/// called. Not an argument: tests may read those, and hand them on to a process like this one.
pub(super) const VARIABLE: &str = "TESTFIESTA_WORKER";

/// For how long a worker that has more to do keeps to itself what it did.
const SILENCE: Duration = Duration::from_millis(3);

/// Whether the harness started this process to run tests.
pub(crate) fn is_worker() -> bool {
    env::var_os(VARIABLE).is_some_and(|file| Path::new(&file).exists())
}

/// Whether a test started this process that runs in a worker.
pub(crate) fn is_within_worker() -> bool {
    env::var_os(VARIABLE).is_some() && !is_worker()
}

/// Runs tests until the harness has no more.
pub(crate) fn serve(crate_name: &str) -> ExitCode {
    match work(crate_name) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("a worker cannot work: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn work(crate_name: &str) -> io::Result<()> {
    // Where to call, and the word that proves who calls: on stdin, which is at its end for the tests then.
    let mut greeting = String::new();
    io::stdin().read_to_string(&mut greeting)?;
    let mut lines = greeting.lines();
    let mut next = || lines.next();
    let (Some(address), Some(word), Some(ledger), Some(reasons), Some(is_captured), Some(journal)) =
        (next(), next(), next(), next(), next(), next())
    else {
        return Err(io::Error::other("it was not greeted; the harness alone starts workers"));
    };
    attachments::keep_beside(Path::new(journal));
    // The harness has the tokens; their fingerprints and the rest of what is secret are in the environment here.
    scrub::hide(Arc::new(Scrubber::new(&[])));
    // Who looks for a harness that died waits for its workers, too.
    let _alive = alive::share(Path::new(journal));
    let paths = ledger::Paths { ledger: ledger.into(), reasons: reasons.into() };
    let keeper = ledger::keeper(&paths)?;
    let orders = Arc::new(Orders::new(ledger::Writer::open(&paths)?, call(address)?));
    let listening = Arc::clone(&orders);
    // On a thread of its own: a test may run for ever.
    thread::spawn("testfiesta-orders", move || {
        listening.take_in();
        // The death of the harness ends us, and what the tests started.
        end_group();
    })?;

    let crate_name = crate_name.to_owned();
    // What goes straight to a terminal stands there in its order.
    let echo = if is_captured == "true" { Echo::WhenCaught } else { Echo::AtOnce };
    let calling = Arc::clone(&orders);
    // The word comes before any bell.
    let silence = locked(&calling.todo);
    // With as large a stack as under libtest and nextest, which `RUST_MIN_STACK` sets. One for all tests: one for each
    // would cost more than all else together.
    let tests = thread::spawn("main", move || {
        panics::keep(keeper);
        execute_all(&orders, &crate_name, echo)
    })?;
    // Not before it has all that it needs: the harness is to know who can work.
    (&calling.harness).write_all(word.as_bytes())?;
    drop(silence);
    tests.join().unwrap_or_else(|payload| panic::resume_unwind(payload))
    // To the end of `main`, so that what runs at exit runs: coverage is written there. The harness ends the rest.
}

fn execute_all(orders: &Orders, crate_name: &str, echo: Echo) -> io::Result<()> {
    let output = Output::of_this_process();
    let cases: Vec<_> = registry::cases().collect();
    let test = |number| cases.get(number as usize).map(|case| Test::new(number, case, crate_name));
    while let Some(test) = orders.begin_next(test)? {
        let executed = execute(&test, echo, true);
        // A closed stdout is the test's doing, and no reason to fail.
        let _ = io::stdout().flush();
        locked(&orders.todo).ledger.ended(&executed, output.printed())?;
    }
    Ok(())
}

fn call(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What there is to do, and where it is told that it was done.
struct Orders {
    harness: TcpStream,
    todo: Mutex<Todo>,
    /// There is more to do.
    changed: Condvar,
}

struct Todo {
    numbers: VecDeque<u32>,
    retired: bool,
    /// With the numbers: what is taken from them is in the ledger at once.
    ledger: ledger::Writer,
    /// Since when the harness was told nothing of the ledger.
    silent_since: Instant,
}

impl Orders {
    fn new(ledger: ledger::Writer, harness: TcpStream) -> Self {
        let todo = Todo { numbers: VecDeque::new(), retired: false, ledger, silent_since: Instant::now() };
        Self { harness, todo: Mutex::new(todo), changed: Condvar::new() }
    }

    /// Takes in what the harness says until it is gone.
    fn take_in(&self) {
        let mut said = io::BufReader::new(&self.harness);
        while let Ok(order) = protocol::next_order(&mut said) {
            let mut todo = locked(&self.todo);
            match order {
                Order::Run(number) => todo.numbers.push_back(number),
                Order::Retire => todo.retired = true,
                Order::GiveBack => {
                    todo.numbers.clear();
                    todo.ledger.gave_back();
                    // What cannot be written is missed, and this process ended.
                    let _ = todo.ledger.write(&self.harness);
                    self.ring(&todo);
                }
            }
            drop(todo);
            self.changed.notify_one();
        }
    }

    /// Waits for a test, and notes that it begins; nothing when the harness has no more. What was put down of the test
    /// before is written with it.
    fn begin_next(&self, test: impl Fn(u32) -> Option<Test>) -> io::Result<Option<Test>> {
        let mut todo = locked(&self.todo);
        if todo.numbers.is_empty() {
            todo.ledger.write(&self.harness)?;
            self.ring(&todo);
        }
        loop {
            if let Some(number) = todo.numbers.pop_front() {
                let test = test(number).ok_or_else(|| io::Error::other("there is no such test"))?;
                todo.ledger.began(SystemTime::now(), test.name);
                todo.ledger.write(&self.harness)?;
                if todo.silent_since.elapsed() >= SILENCE {
                    todo.silent_since = Instant::now();
                    self.ring(&todo);
                }
                return Ok(Some(test));
            }
            if todo.retired {
                return Ok(None);
            }
            todo = self.changed.wait(todo).unwrap_or_else(PoisonError::into_inner);
            todo.silent_since = Instant::now();
        }
    }

    fn ring(&self, todo: &Todo) {
        if !todo.ledger.has_moved() {
            // Nobody hears it once the harness is gone, and then this process goes too.
            let _ = protocol::ring(&self.harness);
        }
    }
}

/// The files that this process prints to, whatever a test makes of its standard streams.
struct Output {
    stdout: Option<File>,
    stderr: Option<File>,
}

impl Output {
    #[cfg(unix)]
    fn of_this_process() -> Self {
        use std::os::fd::AsFd;
        let file = |stream: &dyn AsFd| stream.as_fd().try_clone_to_owned().ok().map(File::from);
        Self { stdout: file(&io::stdout()), stderr: file(&io::stderr()) }
    }

    #[cfg(windows)]
    fn of_this_process() -> Self {
        use std::os::windows::io::AsHandle;
        let file = |stream: &dyn AsHandle| stream.as_handle().try_clone_to_owned().ok().map(File::from);
        Self { stdout: file(&io::stdout()), stderr: file(&io::stderr()) }
    }

    /// How much is in them.
    fn printed(&self) -> Printed {
        let length = |file: &Option<File>| {
            file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |metadata| metadata.len())
        };
        Printed { stdout: length(&self.stdout), stderr: length(&self.stderr) }
    }
}

/// Ends this process and everything that its tests left behind.
#[cfg(unix)]
fn end_group() {
    use nix::{
        sys::signal::{Signal, killpg},
        unistd::{getpgrp, getpid},
    };
    // Only a group of our own: a worker that somebody starts by hand is in theirs.
    if getpgrp() == getpid() {
        let _ = killpg(getpgrp(), Signal::SIGKILL);
    }
    std::process::exit(0);
}

#[cfg(not(unix))]
fn end_group() {
    // The job object that the harness holds ends the rest.
    std::process::exit(0);
}
