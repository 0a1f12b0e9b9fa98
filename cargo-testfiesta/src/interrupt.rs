//! Ctrl-C, SIGTERM, a terminal that is closed: the tests end, what finished is delivered, and then this process leaves as
//! the signal asks.

#[cfg(unix)]
use std::{future::poll_fn, task::Poll};
use std::{
    pin::pin,
    process,
    time::{Duration, Instant},
};

use anyhow::Result;
use testfiesta_harness::interrupt::SAME_WISH;

/// A signal that somebody sent to end this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interrupt(i32);

impl Interrupt {
    /// Ctrl-C. A terminal sends it to all processes that it waits for, the tests among them.
    pub(crate) const KEYS: Self = Self(2);

    /// What shells make of it.
    pub(crate) fn exit_code(self) -> u8 {
        u8::try_from(128 + self.0).unwrap_or(u8::MAX)
    }
}

/// Watches for interrupts, which from then on do not end this process by themselves.
pub(crate) struct Interrupts {
    /// With the time when it had been acted on: one that came meanwhile is only heard then.
    first: Option<(Interrupt, Instant)>,
    #[cfg(unix)]
    signals: Vec<(Interrupt, tokio::signal::unix::Signal)>,
}

impl Interrupts {
    /// Begins to watch.
    #[cfg(unix)]
    pub(crate) fn watch() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let watched = |number| Ok((Interrupt(number), signal(SignalKind::from_raw(number))?));
        let signals = testfiesta_harness::interrupt::signals().into_iter().map(watched);
        Ok(Self { first: None, signals: signals.collect::<Result<_>>()? })
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
        poll_fn(|context| {
            let came = self
                .signals
                .iter_mut()
                .find_map(|(interrupt, signal)| signal.poll_recv(context).is_ready().then_some(*interrupt));
            came.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Interrupt {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Interrupt::KEYS,
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
