//! Ctrl-C and SIGTERM: what runs is ended, what finished is delivered, and then we leave as the signal asks.

use std::sync::{
    Arc,
    atomic::{AtomicI32, Ordering},
};

/// The signal that interrupted this process, if one did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt(Arc<AtomicI32>);

impl Interrupt {
    /// The exit code that tells of the signal, as shells count: 130 for Ctrl-C, 143 for SIGTERM.
    pub(crate) fn exit_code(&self) -> Option<u8> {
        match self.0.load(Ordering::SeqCst) {
            0 => None,
            signal => u8::try_from(128 + signal).ok(),
        }
    }

    /// Calls `first` at the first signal. The second ends the process at once.
    #[cfg(unix)]
    pub(crate) fn watch(&self, first: impl FnOnce(&Self) + Send + 'static) {
        use signal_hook::{
            consts::{SIGINT, SIGTERM},
            iterator::Signals,
        };
        // Without it the system's own way to end us remains.
        let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
        let interrupt = self.clone();
        let mut first = Some(first);
        let watch = move || {
            for signal in signals.forever() {
                match first.take() {
                    Some(first) => {
                        interrupt.0.store(signal, Ordering::SeqCst);
                        first(&interrupt);
                    }
                    None => std::process::exit(128 + signal),
                }
            }
        };
        // A process without a thread to spare is ended by the second signal's default.
        let _ = std::thread::Builder::new().name("testfiesta-signals".to_owned()).spawn(watch);
    }

    /// Elsewhere the console ends all processes of a group by itself, and the job object those of the workers.
    #[cfg(not(unix))]
    pub(crate) fn watch(&self, _first: impl FnOnce(&Self) + Send + 'static) {}
}
