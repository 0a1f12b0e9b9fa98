//! Exchange rates.

use crate::money::{Currency, Money, MoneyError};
use std::{collections::HashMap, error::Error, fmt};

/// What one unit of a currency costs in another.
#[derive(Debug, Clone, Default)]
pub struct Rates(HashMap<(Currency, Currency), (i64, i64)>);

impl Rates {
    /// No rate at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rate as a fraction: `with(Currency::Eur, Currency::Usd, (108, 100))` for 1 EUR = 1.08 USD.
    ///
    /// # Panics
    ///
    /// When a part of the fraction is not positive.
    pub fn with(mut self, from: Currency, to: Currency, rate: (i64, i64)) -> Self {
        assert!(rate.0 > 0 && rate.1 > 0, "a rate is positive, not {}/{}", rate.0, rate.1);
        self.0.insert((from, to), rate);
        self
    }

    /// The amount in another currency, rounded once, halves to the even neighbour.
    ///
    /// # Errors
    ///
    /// [`NoRate`] when no rate is known, [`MoneyError`] when the result is too large.
    pub fn convert(&self, amount: Money, to: Currency) -> Result<Money, Box<dyn Error + Send + Sync>> {
        let from = amount.currency;
        if from == to {
            return Ok(amount);
        }
        let (numerator, denominator) = *self.0.get(&(from, to)).ok_or(NoRate { from, to })?;
        let numerator = numerator.checked_mul(to.units()).ok_or(MoneyError::TooLarge)?;
        let denominator = denominator.checked_mul(from.units()).ok_or(MoneyError::TooLarge)?;
        Ok(amount.scaled((numerator, denominator), to)?)
    }
}

/// No rate is known between two currencies, in this direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRate {
    /// What would be converted.
    pub from: Currency,
    /// What it would become.
    pub to: Currency,
}

impl fmt::Display for NoRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no rate is known from {} to {}", self.from.code(), self.to.code())
    }
}

impl Error for NoRate {}
