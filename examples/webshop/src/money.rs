//! Amounts of money.

use crate::breakage;
use std::{error::Error, fmt};

/// The currencies that the shop sells in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Currency {
    /// Euro, in cents.
    Eur,
    /// United States dollar, in cents.
    Usd,
    /// Yen, which has no smaller unit.
    Jpy,
    /// Kuwaiti dinar, in fils: a thousandth.
    Kwd,
}

impl Currency {
    /// The ISO 4217 code.
    pub fn code(self) -> &'static str {
        match self {
            Currency::Eur => "EUR",
            Currency::Usd => "USD",
            Currency::Jpy => "JPY",
            Currency::Kwd => "KWD",
        }
    }

    /// How many digits stand after the point.
    pub fn decimals(self) -> u32 {
        match self {
            Currency::Jpy => 0,
            Currency::Eur | Currency::Usd => 2,
            Currency::Kwd => 3,
        }
    }

    /// How many of the smallest unit make one of the currency.
    pub(crate) fn units(self) -> i64 {
        10_i64.pow(self.decimals())
    }
}

/// An amount of one currency, in its smallest unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// Cents, yen, fils; negative for what is taken off.
    pub minor: i64,
    /// What the amount is of.
    pub currency: Currency,
}

impl Money {
    /// An amount in the currency's smallest unit: `Money::new(12_50, Currency::Eur)` is 12.50 EUR.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Money { minor, currency }
    }

    /// Nothing.
    pub fn zero(currency: Currency) -> Self {
        Money::new(0, currency)
    }

    /// The sum of both.
    ///
    /// # Errors
    ///
    /// When the currencies differ, or the sum is too large.
    pub fn plus(self, other: Money) -> Result<Money, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrenciesDiffer(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Money { minor, ..self })
    }

    /// This amount so many times.
    ///
    /// # Errors
    ///
    /// When the product is too large.
    pub fn times(self, count: u32) -> Result<Money, MoneyError> {
        let minor = self.minor.checked_mul(count.into()).ok_or(MoneyError::TooLarge)?;
        Ok(Money { minor, ..self })
    }

    /// This amount times a fraction, in another currency; halves go to the even neighbour.
    ///
    /// # Errors
    ///
    /// When the result is too large.
    pub(crate) fn scaled(self, by: (i64, i64), currency: Currency) -> Result<Money, MoneyError> {
        let (numerator, denominator) = by;
        let product = i128::from(self.minor) * i128::from(numerator);
        let minor = divide_half_even(product, denominator.into());
        Ok(Money::new(minor.try_into().map_err(|_| MoneyError::TooLarge)?, currency))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let units = self.currency.units().unsigned_abs();
        let (whole, rest) = (self.minor.unsigned_abs() / units, self.minor.unsigned_abs() % units);
        write!(f, "{sign}{whole}")?;
        if self.currency.decimals() > 0 {
            write!(f, ".{rest:0width$}", width = self.currency.decimals() as usize)?;
        }
        write!(f, " {}", self.currency.code())
    }
}

/// Why amounts do not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    /// Amounts of two currencies have no sum.
    CurrenciesDiffer(Currency, Currency),
    /// The result does not fit in 64 bits.
    TooLarge,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MoneyError::CurrenciesDiffer(one, other) => {
                write!(f, "{} and {} cannot be added: convert one first", one.code(), other.code())
            }
            MoneyError::TooLarge => f.write_str("the amount is too large"),
        }
    }
}

impl Error for MoneyError {}

/// Divides by a positive number; what lies halfway goes to the even neighbour.
///
/// Rounding all halves up would add up to a bias over many lines; rounding to even has none.
pub(crate) fn divide_half_even(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    if breakage::rounding_is_broken() {
        return quotient;
    }
    match (rest * 2).cmp(&divisor) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient.rem_euclid(2),
    }
}

#[cfg(test)]
mod tests {
    use super::divide_half_even;

    /// Below zero the even neighbour of a half lies where it lies above: -2.5 becomes -2, and -1.5 too.
    #[testfiesta::case("SHOP-40", tags("rounding"))]
    fn halves_below_zero_go_to_the_even_neighbour() {
        assert_eq!([divide_half_even(-5, 2), divide_half_even(-3, 2)], [-2, -2]);
    }
}
