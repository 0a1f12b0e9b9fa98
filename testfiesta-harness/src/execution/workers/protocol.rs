//! What the harness and a worker say to each other over their connection.
//!
//! To the worker: orders, four bytes each, little-endian: the number of a test to run after those before it, or one of
//! the two words that are no test's number. That the connection ends means that the harness is gone. From the worker:
//! a byte that means nothing but that its [ledger](super::ledger) has news, whenever it has nothing more to do, and now
//! and then while it has; or another, after which the ledger goes on here.

use std::io::{self, Read, Write};

/// Forget the tests that were not begun, and say so in the ledger.
const GIVE_BACK: u32 = u32::MAX;
/// Come to an end in good order.
const RETIRE: u32 = u32::MAX - 1;

/// What a worker is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Run(u32),
    GiveBack,
    Retire,
}

/// Sends orders.
pub(super) fn order(mut to: impl Write, orders: impl IntoIterator<Item = Order>) -> io::Result<()> {
    let mut bytes = Vec::new();
    for order in orders {
        let word = match order {
            Order::Run(number) => number,
            Order::GiveBack => GIVE_BACK,
            Order::Retire => RETIRE,
        };
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    to.write_all(&bytes)
}

/// The next order.
///
/// # Errors
///
/// When the harness is gone.
pub(super) fn next_order(mut from: impl Read) -> io::Result<Order> {
    let mut word = [0; 4];
    from.read_exact(&mut word)?;
    Ok(match u32::from_le_bytes(word) {
        GIVE_BACK => Order::GiveBack,
        RETIRE => Order::Retire,
        number => Order::Run(number),
    })
}

/// The ledger has news.
const BELL: u8 = 0;
/// The ledger goes on here.
const LEDGER: u8 = 1;

/// Says that there is news.
pub(super) fn ring(mut to: impl Write) -> io::Result<()> {
    to.write_all(&[BELL])
}

/// Says that what follows belongs to the ledger. There are no bells any more.
pub(super) fn go_on_here(mut to: impl Write) -> io::Result<()> {
    to.write_all(&[LEDGER])
}

/// What the harness makes of what it hears.
#[derive(Debug, Default)]
pub(super) struct News {
    is_ledger: bool,
}

impl News {
    /// What of it belongs to the ledger.
    pub(super) fn ledger<'h>(&mut self, heard: &'h [u8]) -> &'h [u8] {
        if self.is_ledger {
            return heard;
        }
        let Some(at) = heard.iter().position(|byte| *byte == LEDGER) else { return &[] };
        self.is_ledger = true;
        &heard[at + 1..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_back_in_their_order() {
        let orders = [Order::Run(70_000), Order::GiveBack, Order::Run(0), Order::Retire];
        let mut bytes = Vec::new();
        order(&mut bytes, orders).expect("written");
        let mut from = bytes.as_slice();
        assert_eq!(orders.map(|_| next_order(&mut from).expect("an order")), orders);
    }

    #[test]
    fn what_follows_the_last_bell_belongs_to_the_ledger() {
        let mut news = News::default();
        let mut heard = Vec::new();
        ring(&mut heard).expect("written");
        assert_eq!(news.ledger(&heard), b"");
        go_on_here(&mut heard).expect("written");
        heard.extend_from_slice(&[BELL, LEDGER]);
        assert_eq!(news.ledger(&heard), [BELL, LEDGER]);
        assert_eq!(news.ledger(&[BELL]), [BELL]);
    }

    #[test]
    fn the_end_of_the_connection_is_the_end_of_the_harness() {
        assert!(next_order([].as_slice()).is_err());
    }
}
