//! Ctrl-C, SIGTERM, a terminal that is closed: what runs is ended, what finished is delivered, and then we leave as the
//! signal asks.

#[cfg(unix)]
use std::time::Instant;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
    time::Duration,
};

/// How long a further signal asks for nothing new: GNU `timeout` signals the process that it started and then its
/// process group, which that process is in too.
pub const SAME_WISH: Duration = Duration::from_millis(250);

/// The signal that interrupted this process, if one did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<AtomicI32>);

impl Interrupt {
    /// The exit code that tells of the signal, as shells count: 128 and its number.
    pub(crate) fn exit_code(&self) -> Option<u8> {
        match self.0.load(Ordering::SeqCst) {
            0 => None,
            signal => u8::try_from(128 + signal).ok(),
        }
    }

    /// Calls `first` at the first signal. The second ends the process at once, unless it comes with the first.
    #[cfg(unix)]
    pub(crate) fn watch(&self, first: impl FnOnce(&Self) + Send + 'static) {
        // Without it the system's own way to end us remains.
        let Ok(mut signals) = signal_hook::iterator::Signals::new(signals()) else { return };
        let interrupt = self.clone();
        let watch = move || {
            let first = |signal| {
                interrupt.0.store(signal, Ordering::SeqCst);
                first(&interrupt);
            };
            if let Some(signal) = asked_again(signals.forever(), Instant::now, first) {
                std::process::exit(128 + signal);
            }
        };
        // A process without a thread to spare is ended by the second signal's default.
        let _ = crate::thread::spawn("testfiesta-signals", watch);
    }

    /// Elsewhere the console ends all processes of a group by itself, and the job object those of the workers.
    #[cfg(not(unix))]
    pub(crate) fn watch(&self, _first: impl FnOnce(&Self) + Send + 'static) {}
}

/// The signals that interrupt this process. SIGHUP and SIGQUIT do not if it was started to ignore them, as by `nohup`.
#[cfg(unix)]
pub fn signals() -> Vec<i32> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    let ignored = ignored();
    let mut signals = vec![SIGINT, SIGTERM];
    for signal in [SIGHUP, SIGQUIT] {
        if ignored & (1 << (signal - 1)) == 0 {
            signals.push(signal);
        }
    }
    signals
}

/// The signals that this process was started to ignore: a bit each, the lowest for signal 1.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Others do not tell. Where nothing goes to a terminal, as under `nohup`, none is missed when it is closed.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn ignored() -> u64 {
    use std::io::{self, IsTerminal};
    let is_seen = io::stdout().is_terminal() || io::stderr().is_terminal();
    if is_seen { 0 } else { 1 << (signal_hook::consts::SIGHUP - 1) }
}

/// Calls `first` at the first signal, and answers with the second wish.
#[cfg(unix)]
fn asked_again(
    mut signals: impl Iterator<Item = i32>,
    now: impl Fn() -> Instant,
    first: impl FnOnce(i32),
) -> Option<i32> {
    first(signals.next()?);
    // Not before: one that came meanwhile is only heard now.
    let answered_at = now();
    signals.find(|_| now() - answered_at >= SAME_WISH)
}

#[cfg(all(test, unix))]
mod tests {
    use std::cell::Cell;

    use super::*;

    const TERMINATE: i32 = 15;

    /// The signal that ends at once, of signals that are heard at these milliseconds. To act on the first takes a second.
    fn ends_at_once(heard_at: &[u64]) -> Option<u64> {
        let (start, elapsed) = (Instant::now(), Cell::new(0));
        let signals = heard_at.iter().map(|&at| {
            elapsed.set(elapsed.get().max(at));
            TERMINATE
        });
        let now = || start + Duration::from_millis(elapsed.get());
        let ended_by = asked_again(signals, now, |_| elapsed.set(elapsed.get() + 1_000));
        ended_by.map(|_| elapsed.get())
    }

    #[test]
    fn signals_that_come_together_are_one_wish() {
        assert_eq!(ends_at_once(&[0, 0, 1, 1_249]), None);
    }

    #[test]
    fn a_signal_that_comes_later_is_a_second_wish() {
        assert_eq!(ends_at_once(&[0, 1_250]), Some(1_250));
        assert_eq!(ends_at_once(&[0, 1, 60_000, 70_000]), Some(60_000));
    }
}
