//! Ctrl-C and SIGTERM: the tests end, what finished is delivered, and then this process leaves as the signal asks.

use std::{
    pin::pin,
    process,
    time::{Duration, Instant},
};

use anyhow::Result;

/// How long a further interrupt asks for nothing new: GNU `timeout` signals the process that it started and then its
/// process group, which that process is in too.
const SAME_WISH: Duration = Duration::from_millis(250);

/// What somebody sent to end this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// Ctrl-C. A terminal sends it to all processes that it waits for, the tests among them.
    Keys,
    /// SIGTERM, to this process alone.
    #[cfg(unix)]
    Terminate,
}

impl Interrupt {
    /// What shells make of it.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Keys => 130,
            #[cfg(unix)]
            Self::Terminate => 143,
        }
    }
}

/// Watches for interrupts, which from then on do not end this process by themselves.
pub(crate) struct Interrupts {
    /// With the time when it had been acted on: one that came meanwhile is only heard then.
    first: Option<(Interrupt, Instant)>,
    #[cfg(unix)]
    keys: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Interrupts {
    /// Begins to watch.
    #[cfg(unix)]
    pub(crate) fn watch() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (keys, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Self { first: None, keys, terminate })
    }

    /// Begins to watch.
    #[cfg(not(unix))]
    pub(crate) fn watch() -> Result<Self> {
        Ok(Self { first: None })
    }

    /// The first interrupt, if one came.
    pub(crate) fn first(&self) -> Option<Interrupt> {
        self.first.map(|(interrupt, _)| interrupt)
    }

    /// Does work to its end. `ask` is called at the first interrupt, to make that come sooner; the second ends this
    /// process at once, unless it comes with the first.
    pub(crate) async fn during<T>(
        &mut self,
        work: impl Future<Output = T>,
        mut ask: impl FnMut(Interrupt),
    ) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                interrupt = self.next() => match self.first {
                    None => {
                        ask(interrupt);
                        self.first = Some((interrupt, Instant::now()));
                    }
                    Some((_, answered_at)) if is_same_wish(answered_at.elapsed()) => {}
                    Some(_) => process::exit(interrupt.exit_code().into()),
                },
            }
        }
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Interrupt {
        tokio::select! {
            _ = self.keys.recv() => Interrupt::Keys,
            _ = self.terminate.recv() => Interrupt::Terminate,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Interrupt {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Interrupt::Keys,
            // Then the system's own way to end a process remains.
            Err(_) => std::future::pending().await,
        }
    }
}

/// Whether an interrupt asks for nothing new, so long after the first was acted on.
fn is_same_wish(elapsed: Duration) -> bool {
    elapsed < SAME_WISH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interrupts_that_come_together_are_one_wish() {
        assert!(is_same_wish(Duration::ZERO));
        assert!(is_same_wish(Duration::from_millis(249)));
    }

    #[test]
    fn an_interrupt_that_comes_later_is_a_second_wish() {
        assert!(!is_same_wish(Duration::from_millis(250)));
    }
}
