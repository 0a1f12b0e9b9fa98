//! Whoever takes the money.

use crate::money::Money;
use std::{collections::HashMap, error::Error, fmt, future::Future, sync::Mutex};

/// A payment service.
pub trait PaymentGateway: Sync {
    /// Charges an amount once per order: a second charge for the same order answers as the first did.
    fn charge(
        &self,
        order: &str,
        amount: Money,
    ) -> impl Future<Output = Result<ChargeId, ChargeError>> + Send;
}

/// The gateway's number of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChargeId(pub u64);

/// Why nothing was charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChargeError {
    /// The customer's bank said no: asking again is useless.
    Declined,
    /// The gateway could not be reached, and may be asked again.
    Unavailable,
}

impl fmt::Display for ChargeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ChargeError::Declined => "the payment was declined",
            ChargeError::Unavailable => "the payment gateway could not be reached",
        })
    }
}

impl Error for ChargeError {}

/// A gateway that keeps its books in memory.
#[derive(Debug)]
pub struct InMemoryGateway {
    limit: Money,
    charges: Mutex<HashMap<String, (ChargeId, Money)>>,
}

impl InMemoryGateway {
    /// A gateway that declines what is above the limit, or in another currency.
    pub fn with_limit(limit: Money) -> Self {
        InMemoryGateway { limit, charges: Mutex::default() }
    }

    /// What was charged for an order.
    pub fn charged(&self, order: &str) -> Option<Money> {
        let charges = self.charges.lock().expect("no charge panics");
        charges.get(order).map(|(_, amount)| *amount)
    }
}

impl PaymentGateway for InMemoryGateway {
    async fn charge(&self, order: &str, amount: Money) -> Result<ChargeId, ChargeError> {
        if amount.currency != self.limit.currency || amount.minor > self.limit.minor {
            return Err(ChargeError::Declined);
        }
        let mut charges = self.charges.lock().expect("no charge panics");
        let next = ChargeId(charges.len() as u64 + 1);
        let (id, _) = charges.entry(order.to_owned()).or_insert((next, amount));
        Ok(*id)
    }
}
